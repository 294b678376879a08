#include "kiosk/sync/probe_resources.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/url.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

/// So far ahead that no list of a day shows it.
constexpr Milliseconds ahead{400LL * 24 * 3'600'000};

/// FHIR R4, Security Labels: "test health data".
constexpr const char* test_mark =
    R"("meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason",)"
    R"("code":"HTEST"}]})";

std::string patient_json(const std::string& id) {
  return fmt::format(
      R"({{"resourceType":"Patient",{},"identifier":[{{"system":"{}","value":"{}"}}],)"
      R"("name":[{{"use":"official","text":"KIOSK PROBE TEST","family":"KIOSK PROBE","given":)"
      R"(["TEST"]}}]}})",
      test_mark, probe_system, id);
}

std::string appointment_json(const std::string& id, const std::string& patient, Instant start) {
  return fmt::format(
      R"({{"resourceType":"Appointment",{},"identifier":[{{"system":"{}","value":"{}"}}],)"
      R"("status":"booked","description":"TEST DATA of kiosk probe: nobody comes",)"
      R"("start":"{}","end":"{}","participant":[{{"actor":{{"reference":"Patient/{}"}},)"
      R"("status":"accepted"}}]}})",
      test_mark, probe_system, id, format_utc(start), format_utc(start + Minutes(10)), patient);
}

/// Only what FHIR allows in an id goes into a URL.
bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  });
}

bool is_marked(const Meta& meta) {
  const auto& labels = meta.security;
  return std::find(labels.begin(), labels.end(), "HTEST") != labels.end() ||
         std::any_of(meta.tags.begin(), meta.tags.end(),
                     [](const Coding& one) { return one.code == "HTEST"; });
}

}  // namespace

std::string marked_task_json(const std::string& id, int count) {
  std::string identifiers;
  for (int i = 1; i <= count; ++i)
    identifiers += fmt::format(R"({}{{"system":"{}","value":"{}-{}"}})", i > 1 ? "," : "",
                               probe_system, id, i);
  return fmt::format(
      R"({{"resourceType":"Task",{},"identifier":[{}],"status":"completed","intent":"order",)"
      R"("description":"TEST DATA of kiosk probe: nothing to do"}})",
      test_mark, identifiers);
}

std::string TestResources::keep(const Reply& reply, const std::string& type) {
  if (!reply.ok()) return {};
  std::string id = id_of(plain_reference(reply.header("Location")), type);
  if (const auto reading = reading_in(reply); reading && id.empty()) {
    for (const auto& row : reading->patients) id = type == "Patient" ? row.id : id;
    for (const auto& row : reading->appointments) id = type == "Appointment" ? row.id : id;
    for (const auto& row : reading->encounters) id = type == row.type ? row.id : id;
  }
  if (!is_id(id)) return {};
  keep(type + "/" + id);
  return id;
}

std::string TestResources::made(const Reply& reply, const std::string& type,
                                const std::string& identifier) {
  auto id = keep(reply, type);
  if (!id.empty() || !reply.ok()) return id;
  const auto found =
      reading_in(talk_.ask(identifier_search(talk_.profile(), type, {probe_system, identifier})));
  if (!found) return {};
  for (const auto& row : found->patients) id = row.id;
  for (const auto& row : found->appointments) id = row.id;
  for (const auto& row : found->encounters) id = row.id;
  if (!is_id(id)) return {};
  keep(type + "/" + id);
  return id;
}

void TestResources::keep(const std::string& reference) {
  if (std::find(made_.begin(), made_.end(), reference) == made_.end()) made_.push_back(reference);
}

std::optional<TestVisit> TestResources::given() {
  const auto& id = talk_.settings.appointment;
  const char* topic = "test appointment";
  const auto reply =
      is_id(id) ? talk_.ask(read_request(talk_.profile(), "Appointment/" + id)) : Reply{};
  const auto reading = reading_in(reply);
  if (!reading || reading->appointments.size() != 1) {
    talk_.say(Grade::not_seen, topic, fmt::format("Appointment/{}: {}", id, reply.what()));
    return std::nullopt;
  }
  const auto& row = reading->appointments.front();
  if (!is_marked(row.meta) || row.status != domain::AppointmentStatus::booked) {
    talk_.say(Grade::not_seen, topic, fmt::format("Appointment/{} is left alone", id),
              "it must be booked and bear HTEST in meta.security or meta.tag");
    return std::nullopt;
  }
  TestVisit visit{id, "", ""};
  for (const auto& one : row.participants)
    if (one.type == "Patient") visit.patient_id = id_of(one.reference, "Patient");
  return visit;
}

std::optional<TestVisit> TestResources::first() {
  if (!talk_.settings.appointment.empty()) return given();
  const auto identifier = talk_.unique_id();
  talk_.progress(fmt::format("making test data, identifiers {}|{} ...", probe_system, identifier));
  const auto reply = talk_.ask(create_request(talk_.profile(), "Patient", patient_json(identifier),
                                              {probe_system, identifier}));
  patient_ = made(reply, "Patient", identifier);
  makes_own_ = !patient_.empty();
  auto visit = another();
  if (visit) return visit;
  talk_.say(Grade::not_seen, "test appointment",
            makes_own_ ? "the kiosk may not make an Appointment" : server_words(reply),
            "make one marked HTEST at the hospital and give --appointment ID");
  return std::nullopt;
}

std::optional<TestVisit> TestResources::another() {
  if (!makes_own_) return std::nullopt;
  const auto identifier = talk_.unique_id();
  const auto start = std::chrono::floor<Minutes>(talk_.now() + ahead);
  const auto reply = talk_.ask(create_request(talk_.profile(), "Appointment",
                                              appointment_json(identifier, patient_, start),
                                              {probe_system, identifier}));
  const auto id = made(reply, "Appointment", identifier);
  if (id.empty()) return std::nullopt;
  return TestVisit{id, patient_, identifier};
}

bool TestResources::gone(const std::string& reference) {
  HttpRequest request = read_request(talk_.profile(), reference);
  request.method = "DELETE";
  const auto deleted = talk_.ask(request);
  if (deleted.ok() || judge(deleted) == Verdict::gone) return true;
  const auto read = talk_.ask(read_request(talk_.profile(), reference));
  if (!read.ok()) return judge(read) == Verdict::gone;
  const std::string etag(read.header("ETag"));
  const auto change_to = [&](const Result<Change>& change) {
    return change && talk_.ask(change_request(talk_.profile(), reference, etag, *change)).ok();
  };
  if (reference.starts_with("Patient/")) return change_to(deactivate(read.body()));
  if (change_to(withdraw(read.body()))) return true;
  const auto id = id_of(reference, "Appointment");
  return !id.empty() && change_status(talk_, id, domain::AppointmentStatus::cancelled).ok();
}

void TestResources::remove() {
  talk_.progress("removing the test data");
  for (auto one = made_.rbegin(); one != made_.rend(); ++one)
    if (!gone(*one)) talk_.report.left.push_back(*one);
  const auto left = talk_.report.left.size();
  talk_.say(left == 0 ? Grade::pass : Grade::differs, "test data",
            fmt::format("{} made, {} removed", made_.size(), made_.size() - left),
            left == 0 ? "" : "the rest is listed below");
}

std::optional<FreshAppointment> fresh_appointment(ProbeTalk& talk, const std::string& id) {
  const auto reply = talk.ask(read_request(talk.profile(), "Appointment/" + id));
  auto fresh = fresh_appointment_in(reply, id);
  if (!fresh) return std::nullopt;
  return std::move(*fresh);
}

Reply change_status(ProbeTalk& talk, const std::string& appointment_id,
                    domain::AppointmentStatus to) {
  const auto fresh = fresh_appointment(talk, appointment_id);
  if (!fresh) return {};
  SiteProfile with_status = talk.profile();
  with_status.arrived_status = to;
  const auto change = arrive(with_status, *fresh);
  if (!change) return {};
  return talk.ask(
      change_request(talk.profile(), "Appointment/" + appointment_id, fresh->etag, *change));
}

}  // namespace kiosk::sync
