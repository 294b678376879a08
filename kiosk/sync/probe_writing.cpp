#include <fmt/format.h>

#include <algorithm>

#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/probe_resources.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr const char* test_guards = "the patch's test of the status guards what the desk changes";

std::string reference_of(const TestVisit& visit) {
  return "Appointment/" + visit.appointment_id;
}

/// A change that means nothing, under that If-Match, in the form that the profile says.
Reply change_remark(ProbeTalk& talk, const TestVisit& visit, const FreshAppointment& fresh,
                    const std::string& if_match) {
  const auto change = remark(fresh.json, "kiosk probe " + talk.unique_id().substr(0, 8));
  if (!change) return {};
  return talk.ask(change_request(talk.profile(), reference_of(visit), if_match, *change));
}

/// A changed comment; what it was before. Nothing: it cannot be changed.
std::optional<FreshAppointment> changed_once(ProbeTalk& talk, const TestVisit& visit) {
  const auto before = fresh_appointment(talk, visit.appointment_id);
  if (!before || !change_remark(talk, visit, *before, before->etag).ok()) return std::nullopt;
  return before;
}

void probe_etag(ProbeTalk& talk, const TestVisit& visit) {
  const auto reply = talk.ask(read_request(talk.profile(), reference_of(visit)));
  const std::string etag(reply.header("ETag"));
  const bool quoted =
      etag.size() > 2 && etag.back() == '"' && (etag.front() == '"' || etag.starts_with("W/\""));
  const auto reading = reading_in(reply);
  const bool version = reading && !reading->appointments.empty() &&
                       !reading->appointments.front().meta.version.empty();
  const bool guarded = talk.profile().change_by == ChangeBy::json_patch;
  if (etag.empty())
    talk.say(version || guarded ? Grade::differs : Grade::fails, "versions",
             version ? "no ETag header" : "neither ETag nor meta.versionId",
             version   ? "the kiosk makes it of meta.versionId"
             : guarded ? test_guards
                       : "the kiosk cannot see that the desk changed something meanwhile");
  else
    talk.say(quoted ? Grade::pass : Grade::differs, "versions", "ETag " + etag.substr(0, 40),
             quoted ? "" : "not quoted (RFC 9110 8.8.3); the kiosk sends it as it came");
}

/// A patch whose test fails must change nothing.
bool honours_test(ProbeTalk& talk, const TestVisit& visit) {
  HttpRequest request =
      change_request(talk.profile(), reference_of(visit), "",
                     {R"([{"op":"test","path":"/status","value":"noshow"},)"
                      R"({"op":"add","path":"/comment","value":"kiosk probe: a failed test"}])",
                      ""});
  const auto reply = talk.ask(std::move(request));
  if (reply.ok()) {
    talk.say(Grade::differs, "JSON Patch test", "a test that fails is passed over",
             "the kiosk changes by PUT");
    return false;
  }
  const auto verdict = judge(reply);
  const bool known = verdict == Verdict::conflict || verdict == Verdict::refused;
  talk.say(known ? Grade::pass : Grade::differs, "JSON Patch test", "refused: " + reply.what(),
           known ? "" : "the kiosk would try such an arrival again and again");
  return true;
}

/// JSON Patch is the better one: its test holds even where If-Match does not. False: neither.
bool probe_change(ProbeTalk& talk, const TestVisit& visit) {
  auto& profile = talk.profile();
  const auto fresh = fresh_appointment(talk, visit.appointment_id);
  if (!fresh) {
    talk.say(Grade::fails, "changes", "the test Appointment cannot be read back");
    return false;
  }
  profile.change_by = ChangeBy::json_patch;
  const auto patched = change_remark(talk, visit, *fresh, fresh->etag);
  talk.say(patched.ok() ? Grade::pass : Grade::absent, "JSON Patch",
           patched.ok() ? "works" : server_words(patched),
           patched.ok() ? "" : "the kiosk changes by PUT");
  if (patched.ok() && honours_test(talk, visit)) return true;
  profile.change_by = ChangeBy::put;
  const auto again = fresh_appointment(talk, visit.appointment_id);
  const auto put = again ? change_remark(talk, visit, *again, again->etag) : Reply{};
  talk.say(put.ok() ? Grade::pass : Grade::fails, "PUT", put.ok() ? "works" : server_words(put),
           put.ok() ? "" : "the kiosk cannot change an Appointment");
  return put.ok();
}

void say_stale(ProbeTalk& talk, const Reply& reply) {
  const char* topic = "stale If-Match";
  const bool guarded = talk.profile().change_by == ChangeBy::json_patch;
  if (reply.ok())
    return talk.say(
        guarded ? Grade::differs : Grade::fails, topic, "is passed over",
        guarded ? test_guards : "the kiosk could overwrite what the desk changes meanwhile");
  if (judge(reply) == Verdict::conflict)
    return talk.say(reply.status() == 412 ? Grade::pass : Grade::differs, topic, reply.what(),
                    reply.status() == 412 ? "" : "not 412; the kiosk reads again and decides anew");
  talk.say(Grade::fails, topic, server_words(reply),
           "the kiosk knows 409, 412, 423 and 428 for it");
}

void probe_stale(ProbeTalk& talk, const TestVisit& visit) {
  const auto before = changed_once(talk, visit);
  const auto now = fresh_appointment(talk, visit.appointment_id);
  if (!before || !now || before->etag.empty() || before->etag == now->etag)
    return talk.say(Grade::not_seen, "stale If-Match", "a change makes no new version");
  const auto stale = change_remark(talk, visit, *now, before->etag);
  say_stale(talk, stale);
  if (stale.ok()) return;
  auto bare = before->etag.starts_with("W/") ? before->etag.substr(2) : before->etag;
  std::erase(bare, '"');
  const auto again = fresh_appointment(talk, visit.appointment_id);
  if (!again || bare == before->etag) return;
  const auto reply = change_remark(talk, visit, *again, bare);
  talk.say(reply.ok() ? Grade::differs : Grade::pass, "unquoted stale If-Match",
           reply.ok() ? "is passed over, and the write goes through" : reply.what(),
           reply.ok() ? "whatever stands between must leave the quotes" : "");
}

/// The version that a search shows; empty: it does not find it.
std::string version_found(ProbeTalk& talk, HttpRequest request) {
  const auto reading = reading_in(talk.ask(std::move(request)));
  if (!reading || reading->appointments.empty()) return {};
  return reading->appointments.front().meta.version;
}

void probe_cache(ProbeTalk& talk, const TestVisit& visit) {
  if (visit.identifier.empty())
    return talk.say(Grade::not_seen, "caches", "needs an Appointment of the probe's own");
  const auto fresh = fresh_appointment(talk, visit.appointment_id);
  if (fresh && fresh->version.empty())
    return talk.say(Grade::not_seen, "caches", "needs meta.versionId");
  auto search = identifier_search(talk.profile(), "Appointment", {probe_system, visit.identifier});
  auto plain = search;
  std::erase_if(plain.headers, [](const auto& one) { return one.first == "Cache-Control"; });
  const auto first = version_found(talk, plain);
  if (first.empty() || !changed_once(talk, visit))
    return talk.say(Grade::differs, "caches", "what was just made is not found by a search",
                    "the kiosk reads an Appointment by its id before it tells");
  const auto cached = version_found(talk, plain);
  const auto asked_fresh = version_found(talk, search);
  const auto read = reading_in(talk.ask(read_request(talk.profile(), reference_of(visit))));
  const auto truth =
      read && !read->appointments.empty() ? read->appointments.front().meta.version : "";
  if (truth == first)
    return talk.say(Grade::fails, "caches", "reading by id gives an old version, with no-cache too",
                    "the kiosk would decide by what is no longer so");
  if (asked_fresh != truth)
    return talk.say(Grade::differs, "caches", "a search is stale even with no-cache",
                    "the kiosk reads an Appointment by its id before it tells");
  talk.say(Grade::pass, "caches",
           cached == truth ? "an identical search is fresh at once"
                           : "an identical search is stale, with no-cache it is fresh",
           cached == truth ? "" : "the kiosk sends no-cache");
}

}  // namespace

void probe_writing(ProbeTalk& talk) {
  TestResources resources(talk);
  const auto visit = resources.first();
  if (visit) {
    talk.progress("versions, changes and caches");
    if (probe_change(talk, *visit)) {
      probe_etag(talk, *visit);
      probe_stale(talk, *visit);
      probe_cache(talk, *visit);
      probe_arrival(talk, resources, *visit);
    }
  }
  resources.remove();
}

}  // namespace kiosk::sync
