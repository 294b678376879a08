#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/look_up.h"
#include "kiosk/sync/probe_talk.h"
#include "kiosk/sync/smart_answers.h"
#include "kiosk/sync/url.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr Milliseconds day{24 * 3'600'000};
constexpr Milliseconds clock_allowed{5'000};

HttpRequest count_request(const SiteProfile& profile, FormFields fields) {
  auto request = people_search(profile, {});
  fields.emplace_back("_summary", "count");
  request.body = form_body(fields);
  return request;
}

void say_statement(ProbeTalk& talk, const Reply& reply) {
  const auto read = reply.ok() ? read_capabilities(reply.body())
                               : Result<Capabilities>(fail("sync", "no_statement", reply.what()));
  if (!read) {
    talk.say(Grade::absent, "CapabilityStatement", read.error().what,
             "nothing can be \"auto\" but by guess");
    return;
  }
  talk.capabilities = *read;
  const auto& version = read->fhir_version;
  const bool good = version.starts_with("4.");
  talk.say(good              ? Grade::pass
           : version.empty() ? Grade::differs
                             : Grade::fails,
           "FHIR version",
           fmt::format("{}{}{}", version.empty() ? "not said" : version,
                       read->software.empty() ? "" : ", ", read->software),
           good ? "" : "the kiosk speaks R4 (4.0)");
  if (read->resources.empty()) {
    talk.say(Grade::differs, "CapabilityStatement", "lists no resources",
             "nothing can be \"auto\" but by guess");
    return;
  }
  const auto missing = lacking(*read, decided(talk.settings.profile, talk.capabilities));
  talk.say(missing.empty() ? Grade::pass : Grade::differs, "CapabilityStatement",
           missing.empty() ? "declares all that the kiosk needs"
                           : fmt::format("does not declare: {}", fmt::join(missing, ", ")),
           missing.empty() ? "" : "what counts is what it does, below");
}

void say_clock(ProbeTalk& talk, const Reply& reply, Instant asked) {
  const auto date = parse_http_date(reply.header("Date"));
  if (!date) {
    talk.say(Grade::absent, "server clock", "no Date header",
             "the kiosk cannot set its clock by the server: it needs NTP");
    return;
  }
  const auto middle = asked + (talk.now() - asked) / 2;
  const auto off = std::chrono::duration_cast<Seconds>(*date - middle).count();
  const bool near = std::chrono::abs(*date - middle) <= clock_allowed;
  talk.say(
      near ? Grade::pass : Grade::differs, "server clock",
      near ? "as this machine's"
           : fmt::format("{} s {} this machine's", std::abs(off), off < 0 ? "behind" : "ahead of"),
      near ? "" : "the kiosk follows the server's; set the wrong one right");
}

void say_unsigned(ProbeTalk& talk) {
  const auto reply = talk.ask(count_request(talk.profile(), {}), Signing::none);
  const auto asks_for = reply.header("WWW-Authenticate");
  const auto seen =
      fmt::format("a request without it: {}{}{}", reply.what(),
                  asks_for.empty() ? "" : ", WWW-Authenticate: ", asks_for.substr(0, 80));
  if (reply.status() == 401)
    talk.say(Grade::pass, "sign-in wanted", seen);
  else if (reply.ok())
    talk.say(Grade::differs, "sign-in wanted", seen,
             "whoever reaches this server reads its patients' data");
  else
    talk.say(Grade::differs, "sign-in wanted", seen,
             "the kiosk takes only 401 for a sign-in that is to be renewed");
}

void say_smart(ProbeTalk& talk) {
  const auto reply =
      talk.ask(read_request(talk.profile(), ".well-known/smart-configuration"), Signing::none);
  const auto* response = std::get_if<HttpResponse>(&reply.outcome);
  if (!reply.ok() || response == nullptr) {
    talk.say(Grade::absent, "SMART sign-in", ".well-known/smart-configuration: " + reply.what(),
             "sign_in is \"bearer\" or \"certificate\", or give server.smart.token_url");
    return;
  }
  std::vector<std::string> algorithms;
  std::string endpoint;
  std::string why;
  for (const char* algorithm : {"ES384", "RS384"}) {
    const auto read = read_token_endpoint(*response, algorithm);
    if (!read) why = read.error().what;
    if (!read) continue;
    algorithms.emplace_back(algorithm);
    endpoint = *read;
  }
  if (algorithms.empty())
    talk.say(Grade::differs, "SMART sign-in", why, "not with this server's configuration");
  else
    talk.say(Grade::pass, "SMART sign-in",
             fmt::format("{}, {}", endpoint, fmt::join(algorithms, " and ")));
}

/// One include at a time, where all together were refused.
std::vector<std::string> accepted(ProbeTalk& talk, const std::vector<std::string>& wanted,
                                  std::vector<std::string> SiteProfile::*member) {
  std::vector<std::string> good;
  for (const auto& one : wanted) {
    SiteProfile only = talk.profile();
    only.includes.clear();
    only.reverse_includes.clear();
    only.*member = {one};
    const auto from = talk.now();
    if (talk.ask(day_search(only, talk.settings.zone, from, from + day, Includes::with)).ok())
      good.push_back(one);
  }
  return good;
}

/// The day's appointments with what belongs to them. False: not even without.
bool probe_day(ProbeTalk& talk) {
  auto& profile = talk.profile();
  const auto& zone = talk.settings.zone;
  const auto from = talk.now() - day;
  const auto until = talk.now() + day;
  auto reply = talk.ask(day_search(profile, zone, from, until, Includes::with));
  if (!reading_in(reply)) {
    const auto plain = talk.ask(day_search(profile, zone, from, until, Includes::without));
    if (!reading_in(plain)) {
      talk.say(Grade::fails, "the day's appointments", server_words(plain),
               "the kiosk reads them by POST Appointment/_search with date and _sort");
      return false;
    }
    const auto wanted = profile.includes.size() + profile.reverse_includes.size();
    profile.includes = accepted(talk, profile.includes, &SiteProfile::includes);
    profile.reverse_includes =
        accepted(talk, profile.reverse_includes, &SiteProfile::reverse_includes);
    const auto left = profile.includes.size() + profile.reverse_includes.size();
    talk.say(Grade::differs, "includes", fmt::format("{} of {} are known", left, wanted),
             "the kiosk asks for the rest by id");
    reply = plain;
  }
  const auto reading = reading_in(reply);
  const auto rows = reading->appointments.size();
  talk.say(Grade::pass, "the day's appointments",
           fmt::format("{} from yesterday to tomorrow on the first page", rows));
  if (reading->skipped > 0)
    talk.say(Grade::differs, "readable rows",
             fmt::format("{} cannot be used: {}", reading->skipped, reading->first_skipped),
             "the kiosk passes these over");
  if (rows > 0 && !profile.includes.empty() && reading->patients.empty())
    talk.say(Grade::differs, "includes", "accepted, and nothing comes along",
             "the kiosk asks for patients and names by id");
  return true;
}

/// A search that must find nothing: a server that passes over what it does not know finds all.
struct Filter {
  const char* topic;
  HttpRequest request;
  const char* ignored;  ///< what follows when it finds something
  const char* refused;
  Grade when_refused = Grade::fails;
};

void probe_filter(ProbeTalk& talk, const Filter& filter) {
  const auto reply = talk.ask(filter.request);
  const auto reading = reading_in(reply);
  if (!reading)
    return talk.say(filter.when_refused, filter.topic, server_words(reply), filter.refused);
  const auto found = reading->appointments.size() + reading->patients.size() +
                     reading->encounters.size() + reading->flags.size();
  if (found > 0)
    return talk.say(Grade::fails, filter.topic, "is passed over: everything is found",
                    filter.ignored);
  talk.say(Grade::pass, filter.topic, "honoured");
}

void probe_filters(ProbeTalk& talk) {
  const auto& profile = talk.profile();
  const domain::Identifier nobody{probe_system, talk.unique_id()};
  const auto future = talk.now() + day * 3'650;
  const std::vector<std::string> no_ids{"kiosk-probe-" + nobody.value.substr(0, 8)};
  const char* mixes = "the kiosk would take one person for another";
  const std::vector<Filter> filters = {
      {"Patient?identifier", people_search(profile, nobody), mixes, "no card finds its patient"},
      {"Patient?birthdate", birth_date_search(profile, {1850, 1, 1}), mixes,
       "the way in without a card is closed", Grade::differs},
      {"Appointment?date",
       day_search(profile, talk.settings.zone, future, future + day, Includes::without),
       "the kiosk would hold all appointments of all days", "the day cannot be asked for"},
      {"Appointment?_lastUpdated", changes_search(profile, talk.now() + day, Includes::without),
       "each question for changes would bring everything", "changes cannot be asked for"},
      {"Appointment?identifier", booking_search(profile, nobody, Includes::without), mixes,
       "booking numbers find nothing", Grade::differs},
      {"Appointment?patient",
       appointments_search(profile, talk.settings.zone, no_ids, talk.now() - day, talk.now() + day,
                           Includes::without),
       mixes, "a patient's appointments are not found"},
      {"Flag?patient", flags_search(profile, no_ids), mixes, "no marks and needs of patients",
       Grade::absent},
  };
  for (const auto& one : filters) probe_filter(talk, one);
}

void probe_arrivals(ProbeTalk& talk) {
  auto& profile = talk.profile();
  const domain::Identifier nobody{profile.systems.visit_key, talk.unique_id()};
  const auto encounters = talk.ask(identifier_search(profile, "Encounter", nobody));
  const char* type = reading_in(encounters) ? "Encounter" : "Task";
  if (!reading_in(encounters)) {
    talk.say(Grade::absent, "Encounter", server_words(encounters),
             "number and token go to the hospital as a Task");
    profile.arrival_way = ArrivalWay::appointment_only;
  }
  const auto topic = std::string(type) + "?identifier";
  probe_filter(talk, {topic.c_str(), identifier_search(profile, type, nobody),
                      "the kiosk would take any arrival for its own",
                      "the kiosk could not tell whether an arrival was told"});
  const std::vector<std::string> ids{"kiosk-probe"};
  const auto by_visit = talk.ask(arrivals_search(profile, ids));
  talk.say(by_visit.ok() ? Grade::pass : Grade::differs, "arrivals of appointments",
           by_visit.ok() ? "can be searched" : server_words(by_visit),
           by_visit.ok() ? "" : "the kiosk asks by visit key");
  const auto waiting =
      talk.ask(waiting_search(profile, talk.now() - day, "kiosk-probe", "kiosk-probe"));
  const auto count = reading_in(waiting);
  const bool counts = count && count->total;
  talk.say(counts ? Grade::pass : Grade::absent, "people ahead",
           counts         ? "are counted"
           : waiting.ok() ? "no Bundle.total"
                          : server_words(waiting),
           counts ? "" : "the ticket does not say how many wait");
}

}  // namespace

bool probe_server(ProbeTalk& talk) {
  talk.progress("what the server says of itself");
  if (const auto allowed = check_allowed(talk.profile().base_url); !allowed) {
    talk.say(Grade::fails, "address", allowed.error().what);
    return false;
  }
  const auto asked = talk.now();
  auto request = read_request(talk.profile(), "metadata");
  request.answer_bytes_max = statement_bytes_max;
  auto reply = talk.ask(std::move(request));
  const auto* failure = std::get_if<HttpFailure>(&reply.outcome);
  talk.report.reached = failure == nullptr || failure->kind == HttpFailureKind::not_fhir;
  if (failure != nullptr) {
    talk.say(Grade::fails, "server", reply.what());
    return false;
  }
  if (reply.status() >= 300 && reply.status() < 400) {
    talk.say(Grade::fails, "address",
             fmt::format("{} to {}", reply.what(), reply.header("Location").substr(0, 200)),
             "the kiosk follows no redirect: give the address where it ends");
    return false;
  }
  if (judge(reply) == Verdict::busy) {
    talk.say(Grade::fails, "server", server_words(reply), "it is busy: try again later");
    return false;
  }
  say_statement(talk, reply);
  say_clock(talk, reply, asked);
  return true;
}

bool probe_sign_in(ProbeTalk& talk) {
  talk.progress("sign-in");
  if (talk.settings.unsigned_requests == ProbeSettings::Unsigned::try_it) say_unsigned(talk);
  say_smart(talk);
  const auto reply = talk.ask(count_request(talk.profile(), {}));
  if (!reply.ok()) {
    const auto verdict = judge(reply);
    talk.say(Grade::fails, "our sign-in", server_words(reply),
             reply.status() == 403 ? "signed in, and not allowed to search patients"
             : verdict == Verdict::gone || verdict == Verdict::refused
                 ? "the kiosk finds people by POST Patient/_search"
             : reply.status() >= 500 ? "the server fails: its own log says why"
                                     : "give the kiosk's configuration: --config FILE");
    return false;
  }
  talk.say(Grade::pass, "our sign-in", "accepted");
  return true;
}

void probe_searches(ProbeTalk& talk) {
  talk.progress("searches");
  if (!probe_day(talk)) return;
  probe_filters(talk);
  probe_arrivals(talk);
  const auto reply = talk.ask(count_request(talk.profile(), {{"kiosk-probe", "1"}}));
  const bool strict = refuses_search(reply);
  talk.say(strict ? Grade::pass : Grade::differs, "unknown parameters",
           strict ? "are refused" : "are passed over",
           strict ? "" : "a misspelt include goes unnoticed");
}

}  // namespace kiosk::sync
