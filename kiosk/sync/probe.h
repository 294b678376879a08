#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kiosk/domain/civil_time.h"
#include "kiosk/sync/exchange.h"

// A black-box look at a FHIR R4 server: what it honours of all that the kiosk relies on.
namespace kiosk::sync {

enum class Grade {
  pass,      ///< as the kiosk likes it
  differs,   ///< otherwise, and the kiosk copes
  absent,    ///< it has no such thing, and the kiosk does without
  fails,     ///< the kiosk cannot work with it
  not_seen,  ///< could not be looked at
};

/// One line of the report.
struct Finding {
  Grade grade = Grade::not_seen;
  std::string topic;
  std::string seen;     ///< what the server did
  std::string meaning;  ///< for the kiosk; may be empty

  bool operator==(const Finding&) const = default;
};

/// `none`: without an Authorization header.
enum class Signing { ours, none };

struct Question {
  HttpRequest request;
  Signing signing = Signing::ours;
};

/// What a probe needs of the world. Called on the probe's thread.
struct ProbePorts {
  /// Sends all at once and gives their ends in the same order.
  std::function<std::vector<Reply>(std::vector<Question>)> ask;
  std::function<Instant()> now;
  std::function<std::string()> unique_id;            ///< 32 hexadecimal digits, never the same
  std::function<void(const std::string&)> progress;  ///< what is looked at next
};

/// Whether it may make, change and remove resources of its own.
enum class TestData { none, write };

struct ProbeSettings {
  SiteProfile profile;  ///< as the kiosk is configured so far
  domain::Zone zone;
  TestData test_data = TestData::none;
  /// Id of a booked Appointment that was made for this and is marked as test data; empty: the probe
  /// makes its own.
  std::string appointment;
  /// `none` where a client certificate is the sign-in: there is no request without it.
  enum class Unsigned { try_it, none } unsigned_requests = Unsigned::try_it;
};

struct ProbeReport {
  bool reached = false;  ///< something answered
  std::vector<Finding> findings;
  SiteProfile profile;            ///< the settings' with what suits this server
  bool arrival_known = false;     ///< way, change_by and status were tried, not guessed
  std::vector<std::string> left;  ///< test data that could not be removed, "Patient/7"
};

/// Asks the server and judges its answers. Without `TestData::write` nothing on it is changed.
///
/// All that it makes is marked as test data (meta.security HTEST), lies more than a year ahead,
/// bears an identifier of `probe_system`, and is deleted or else entered-in-error at the end.
/// Thread: any; blocks in `ask` only.
ProbeReport probe(const ProbeSettings& settings, const ProbePorts& ports);

/// No finding fails.
bool works(const ProbeReport& report);

/// The report as a person reads it, a line a finding.
std::string readable(const ProbeReport& report);

/// Identifier.system of what the probe makes.
inline constexpr const char* probe_system = "urn:kiosk:probe";

}  // namespace kiosk::sync
