#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kiosk/sync/fhir_write.h"
#include "kiosk/sync/probe_talk.h"

namespace kiosk::sync {

/// An Appointment of the probe's own.
struct TestVisit {
  std::string appointment_id;
  std::string patient_id;
  std::string identifier;  ///< of probe_system; empty: one that was given
};

/// What the probe makes on the server and takes away again, newest first.
class TestResources {
 public:
  explicit TestResources(ProbeTalk& talk) : talk_(talk) {}

  /// The Appointment that was given, else the first of our own with its patient. Nothing: neither;
  /// the reason is in the report.
  std::optional<TestVisit> first();
  /// One more of our own for the same patient; nothing where the probe may not make any.
  std::optional<TestVisit> another();
  /// Remembers what an answer says was made. The id; empty: nothing was made.
  std::string keep(const Reply& reply, const std::string& type);
  /// The same of one that bears this identifier of probe_system, also where the answer names none.
  std::string made(const Reply& reply, const std::string& type, const std::string& identifier);
  void keep(const std::string& reference);
  /// Deletes, else entered-in-error, else cancelled; what stays goes into the report.
  void remove();

 private:
  std::optional<TestVisit> given();
  bool gone(const std::string& reference);

  ProbeTalk& talk_;
  std::string patient_;
  bool makes_own_ = false;
  std::vector<std::string> made_;  ///< "Patient/7"
};

/// Past every cache; nothing when it cannot be read.
std::optional<FreshAppointment> fresh_appointment(ProbeTalk& talk, const std::string& id);

/// The Appointment's status becomes that.
Reply change_status(ProbeTalk& talk, const std::string& appointment_id,
                    domain::AppointmentStatus to);

/// A Task that changes nothing for anybody, with `count` identifiers "ID-1" ... of probe_system.
std::string marked_task_json(const std::string& id, int count);

}  // namespace kiosk::sync
