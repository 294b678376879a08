#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/sync/capabilities.h"
#include "kiosk/sync/fhir_rows.h"
#include "kiosk/sync/probe.h"

// The parts of a probe and what they share.
namespace kiosk::sync {

/// The first page link of a search, to be followed again at the end.
struct PageLink {
  std::string url;
  Instant given;
};

class ProbeTalk {
 public:
  ProbeTalk(const ProbeSettings& settings, const ProbePorts& ports);

  const ProbeSettings& settings;
  ProbeReport report;
  std::optional<Capabilities> capabilities;
  std::optional<PageLink> page_link;
  std::vector<Milliseconds> durations;  ///< of questions that were asked alone
  std::vector<std::string> unanswered;  ///< why, of those of them that got no answer

  SiteProfile& profile() { return report.profile; }
  Instant now() const { return ports_.now(); }
  std::string unique_id() const { return ports_.unique_id(); }
  void progress(const std::string& what) const { ports_.progress(what); }

  Reply ask(HttpRequest request, Signing signing = Signing::ours);
  std::vector<Reply> ask_together(const std::vector<HttpRequest>& requests);
  void say(Grade grade, std::string topic, std::string seen, std::string meaning = "");

 private:
  const ProbePorts& ports_;
  ServerNames names_;
};

/// What the answer holds; nothing when it is none of FHIR's or was refused.
std::optional<Reading> reading_in(const Reply& reply);

/// probe_reading.cpp: what changes nothing. False: there is no use in going on.
bool probe_server(ProbeTalk& talk);
bool probe_sign_in(ProbeTalk& talk);
void probe_searches(ProbeTalk& talk);

/// probe_paging.cpp
void probe_paging(ProbeTalk& talk);
void probe_page_life(ProbeTalk& talk);

class TestResources;
struct TestVisit;

/// probe_writing.cpp: with test data of its own. How an Appointment is changed, versions, caches.
void probe_writing(ProbeTalk& talk);

/// probe_arrival.cpp: the ways to tell an arrival, and what Appointment.status may become.
void probe_arrival(ProbeTalk& talk, TestResources& resources, const TestVisit& visit);

}  // namespace kiosk::sync
