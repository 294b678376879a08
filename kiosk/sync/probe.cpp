#include "kiosk/sync/probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/sync/look_up.h"
#include "kiosk/sync/probe_talk.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

const char* word(Grade grade) {
  switch (grade) {
    case Grade::pass:
      return "PASS";
    case Grade::differs:
      return "differs";
    case Grade::absent:
      return "absent";
    case Grade::fails:
      return "FAILS";
    case Grade::not_seen:
      return "not seen";
  }
  return "";
}

void say_speed(ProbeTalk& talk) {
  auto sorted = talk.durations;
  if (sorted.empty()) return;
  std::sort(sorted.begin(), sorted.end());
  const auto median = sorted[sorted.size() / 2];
  const bool slow = median > talk.profile().slow_after;
  talk.say(slow ? Grade::differs : Grade::pass, "speed",
           fmt::format("{} requests, half of them within {} ms, the slowest {} ms", sorted.size(),
                       median.count(), sorted.back().count()),
           slow ? "the kiosk will call it slow and work from its own store" : "");
}

void say_unanswered(ProbeTalk& talk) {
  if (talk.unanswered.empty()) return;
  talk.say(Grade::fails, "answers",
           fmt::format("none to {} of {} requests; the first: {}", talk.unanswered.size(),
                       talk.durations.size(), talk.unanswered.front()),
           "what stands above may be by chance: try again");
}

void look_at_all(ProbeTalk& talk) {
  if (!probe_server(talk) || !probe_sign_in(talk)) return;
  probe_searches(talk);
  probe_paging(talk);
  if (talk.settings.test_data == TestData::write)
    probe_writing(talk);
  else
    talk.say(Grade::not_seen, "writing",
             "If-Match, conditional create, caching, transactions, status changes, the arrival",
             "needs test data on the server: --write-test-data");
  probe_page_life(talk);
  say_unanswered(talk);
  say_speed(talk);
}

}  // namespace

ProbeTalk::ProbeTalk(const ProbeSettings& settings_, const ProbePorts& ports)
    : settings(settings_),
      ports_(ports),
      names_(settings_.profile.base_url, settings_.profile.names) {
  report.profile = settings.profile;
  report.profile.arrival_way = ArrivalWay::automatic;
  report.profile.change_by = ChangeBy::automatic;
}

Reply ProbeTalk::ask(HttpRequest request, Signing signing) {
  const Instant began = now();
  auto ends = ports_.ask({{std::move(request), signing}});
  durations.push_back(now() - began);
  ends.front().names = &names_;
  const auto* failure = std::get_if<HttpFailure>(&ends.front().outcome);
  const bool strange = failure != nullptr && failure->kind == HttpFailureKind::not_fhir;
  if ((failure != nullptr && !strange) || judge(ends.front()) == Verdict::busy)
    unanswered.push_back(ends.front().what());
  return std::move(ends.front());
}

std::vector<Reply> ProbeTalk::ask_together(const std::vector<HttpRequest>& requests) {
  std::vector<Question> questions;
  for (const auto& one : requests) questions.push_back({one, Signing::ours});
  return ports_.ask(std::move(questions));
}

void ProbeTalk::say(Grade grade, std::string topic, std::string seen, std::string meaning) {
  report.findings.push_back({grade, std::move(topic), std::move(seen), std::move(meaning)});
}

std::optional<Reading> reading_in(const Reply& reply) {
  if (!reply.ok()) return std::nullopt;
  auto reading = reading_of(reply);
  if (!reading) return std::nullopt;
  return std::move(*reading);
}

ProbeReport probe(const ProbeSettings& settings, const ProbePorts& ports) {
  ProbeTalk talk(settings, ports);
  look_at_all(talk);
  return std::move(talk.report);
}

bool works(const ProbeReport& report) {
  return std::none_of(report.findings.begin(), report.findings.end(),
                      [](const Finding& one) { return one.grade == Grade::fails; });
}

std::string readable(const ProbeReport& report) {
  std::string text;
  for (const auto& one : report.findings) {
    text += fmt::format("{:<9}{:<25}{}", word(one.grade), one.topic, one.seen);
    text += one.meaning.empty() ? "\n" : fmt::format("; {}\n", one.meaning);
  }
  if (!report.left.empty()) {
    text += "\nTest data that could not be removed; please remove it by hand:\n";
    for (const auto& one : report.left) text += "  " + one + "\n";
  }
  return text;
}

}  // namespace kiosk::sync
