#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "kiosk/sync/assemble.h"
#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/probe_resources.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

using domain::AppointmentStatus;

constexpr int parallel = 6;
constexpr int entries_tried = 50;

/// The ways to tell an arrival, tried one after the other.
class ArrivalProbe {
 public:
  ArrivalProbe(ProbeTalk& talk, TestResources& resources, const TestVisit& visit)
      : talk_(talk), resources_(resources), visit_(visit) {}

  void run();

 private:
  domain::ArrivalMessage message() const;
  std::optional<HttpRequest> create(const domain::ArrivalMessage& message) const;
  std::vector<EncounterRow> found(const domain::ArrivalMessage& message);
  bool probe_create();
  bool probe_transaction();
  void probe_entries();
  void probe_race();
  void probe_status();
  bool becomes(AppointmentStatus to);
  bool stands_at(AppointmentStatus status);
  bool remark_once(const FreshAppointment& fresh);
  void try_transaction();
  void say_status(const std::vector<std::string>& can, const std::vector<std::string>& cannot);

  ProbeTalk& talk_;
  TestResources& resources_;
  TestVisit visit_;
  std::string type_ = "Encounter";
  bool honours_conditions_ = false;
};

domain::ArrivalMessage ArrivalProbe::message() const {
  domain::ArrivalMessage made;
  made.nonce = talk_.unique_id();
  made.visit_key = "kiosk-probe-" + made.nonce;
  made.appointment_id = visit_.appointment_id;
  made.patient_id = visit_.patient_id;
  made.number = "TEST-001";
  made.token = talk_.unique_id();
  made.confirmed_at = talk_.now();
  return made;
}

std::optional<HttpRequest> ArrivalProbe::create(const domain::ArrivalMessage& message) const {
  const auto fresh = fresh_appointment(talk_, visit_.appointment_id);
  if (!fresh) return std::nullopt;
  const auto& profile = talk_.profile();
  const auto& zone = talk_.settings.zone;
  const auto body = type_ == "Task" ? ticket_task_json(profile, zone, message)
                                    : encounter_json(profile, zone, message, *fresh);
  if (!body) return std::nullopt;
  return create_request(profile, type_, *body, {profile.systems.visit_key, message.visit_key});
}

/// What a search of the visit key finds now; all of it is to be removed in the end.
std::vector<EncounterRow> ArrivalProbe::found(const domain::ArrivalMessage& message) {
  const auto& profile = talk_.profile();
  const auto reading = reading_in(
      talk_.ask(identifier_search(profile, type_, {profile.systems.visit_key, message.visit_key})));
  if (!reading) return {};
  for (const auto& row : reading->encounters) resources_.keep(row.type + "/" + row.id);
  return reading->encounters;
}

/// One arrival, told twice. False: it cannot be told in this type.
bool ArrivalProbe::probe_create() {
  const auto arrival = message();
  const auto request = create(arrival);
  const auto first = request ? talk_.ask(*request) : Reply{};
  const auto id = resources_.keep(first, type_);
  const auto rows = found(arrival);
  if (id.empty() && rows.empty()) {
    talk_.say(type_ == "Task" ? Grade::fails : Grade::absent, "create " + type_,
              server_words(first),
              type_ == "Task" ? "there is no way to tell an arrival with its number"
                              : "number and token go to the hospital as a Task");
    return false;
  }
  if (rows.empty()) {
    talk_.say(Grade::differs, "create " + type_, "made, and not found at once",
              "the kiosk believes the answer to its write");
  } else {
    const auto held = tickets(rows.front(), talk_.profile().systems);
    const TicketIds told{arrival.nonce, arrival.number, arrival.token};
    const bool whole = !held.empty() && held.front() == told;
    talk_.say(whole ? Grade::pass : Grade::fails, "create " + type_,
              whole ? "made, and found by its visit key" : "its identifiers are not kept",
              whole ? "" : "the kiosk could not tell its own arrivals from others'");
  }
  const auto second = talk_.ask(*request);
  resources_.keep(second, type_);
  const auto count = std::max<std::size_t>(found(arrival).size(), 1);
  const bool once = count == 1 && second.status() != 201;
  honours_conditions_ = once;
  talk_.say(once ? Grade::pass : Grade::differs, "conditional create",
            once ? fmt::format("a repeated one makes nothing ({})", second.what())
                 : "If-None-Exist is passed over",
            once ? "" : "the kiosk searches before each write and withdraws its surplus");
  return true;
}

void ArrivalProbe::probe_race() {
  const auto arrival = message();
  const auto request = create(arrival);
  if (!request) return;
  const auto replies = talk_.ask_together(std::vector<HttpRequest>(parallel, *request));
  std::vector<std::string> answers;
  for (const auto& one : replies) {
    resources_.keep(one, type_);
    answers.push_back(one.what());
  }
  std::sort(answers.begin(), answers.end());
  answers.erase(std::unique(answers.begin(), answers.end()), answers.end());
  const auto count = found(arrival).size();
  const auto seen =
      fmt::format("{} at once make {} ({})", parallel, count, fmt::join(answers, ", "));
  talk_.say(count == 1 ? Grade::pass : Grade::differs, "racing creates", seen,
            count > 1    ? "one stays, each kiosk withdraws its own surplus"
            : count == 0 ? "the search lags behind what was written"
                         : "");
}

/// Appointment and Encounter in one; first under a stale version. True: it can be relied on.
bool ArrivalProbe::probe_transaction() {
  const auto tell = [&](const domain::ArrivalMessage& arrival, const FreshAppointment& fresh) {
    const auto body = transaction_json(talk_.profile(), talk_.settings.zone, arrival, fresh);
    return body ? talk_.ask(transaction_request(talk_.profile(), *body)) : Reply{};
  };
  const auto stale = fresh_appointment(talk_, visit_.appointment_id);
  if (!stale || !remark_once(*stale)) return false;
  const auto late = message();
  const auto refused = tell(late, *stale);
  const auto half_done = found(late).size();
  const auto fresh = fresh_appointment(talk_, visit_.appointment_id);
  const auto arrival = message();
  const auto reply = fresh ? tell(arrival, *fresh) : Reply{};
  const bool good = reply.ok() && found(arrival).size() == 1;
  const char* instead = "Encounter and Appointment are told one after the other";
  talk_.say(good ? Grade::pass : Grade::absent, "transactions",
            good ? "Appointment and Encounter in one" : server_words(reply), good ? "" : instead);
  if (!good) return false;
  const char* topic = "stale transaction";
  if (refused.ok()) {
    talk_.say(Grade::differs, topic, "If-Match within it is passed over", instead);
    return false;
  }
  if (half_done > 0 || judge(refused) != Verdict::conflict) {
    talk_.say(Grade::differs, topic,
              half_done > 0 ? "refused, and half of it stands" : server_words(refused), instead);
    return false;
  }
  talk_.say(Grade::pass, topic, fmt::format("refused whole ({})", refused.what()));
  return true;
}

bool ArrivalProbe::remark_once(const FreshAppointment& fresh) {
  const auto change = remark(fresh.json, "kiosk probe: what follows is stale");
  return change && talk_
                       .ask(change_request(talk_.profile(), "Appointment/" + visit_.appointment_id,
                                           fresh.etag, *change))
                       .ok();
}

/// How many conditional creates one transaction may hold: all of one Task, so that nothing is made.
void ArrivalProbe::probe_entries() {
  if (!honours_conditions_) return;
  const auto id = talk_.unique_id();
  const auto task = marked_task_json(id, entries_tried);
  const auto made =
      talk_.ask(create_request(talk_.profile(), "Task", task, {probe_system, id + "-1"}));
  if (resources_.made(made, "Task", id + "-1").empty()) return;
  int refused = 0;
  for (int entries = entries_tried; entries >= 2; entries /= 2) {
    std::string body;
    for (int i = 1; i <= entries; ++i)
      body +=
          fmt::format(R"({}{{"resource":{},"request":{{"method":"POST","url":"Task","ifNoneExist":)"
                      R"("identifier={}|{}-{}"}}}})",
                      i > 1 ? "," : "", task, probe_system, id, i);
    const auto reply = talk_.ask(transaction_request(
        talk_.profile(),
        fmt::format(R"({{"resourceType":"Bundle","type":"transaction","entry":[{}]}})", body)));
    if (!reply.ok()) {
      refused = entries;
      continue;
    }
    const auto all = reading_in(
        talk_.ask(identifier_search(talk_.profile(), "Task", {probe_system, id + "-1"})));
    for (const auto& row : all ? all->encounters : std::vector<EncounterRow>())
      resources_.keep("Task/" + row.id);  // more than one where conditions within are passed over
    return talk_.say(Grade::pass, "entries of a transaction",
                     refused == 0 ? fmt::format("{} are taken", entries)
                                  : fmt::format("{} are taken, {} are not", entries, refused),
                     refused == 0 ? "" : "the kiosk sends 2");
  }
  talk_.say(Grade::not_seen, "entries of a transaction", "of Tasks none are taken");
}

bool ArrivalProbe::stands_at(AppointmentStatus status) {
  const auto now = fresh_appointment(talk_, visit_.appointment_id);
  return now && now->status == status;
}

bool ArrivalProbe::becomes(AppointmentStatus to) {
  return change_status(talk_, visit_.appointment_id, to).ok() && stands_at(to);
}

/// Each change that the kiosk or the desk makes; where one leads no further, on a new Appointment.
void ArrivalProbe::probe_status() {
  using S = AppointmentStatus;
  constexpr std::array<std::pair<S, S>, 7> tries = {{{S::booked, S::arrived},
                                                     {S::arrived, S::booked},
                                                     {S::arrived, S::checked_in},
                                                     {S::booked, S::checked_in},
                                                     {S::checked_in, S::arrived},
                                                     {S::booked, S::cancelled},
                                                     {S::cancelled, S::booked}}};
  std::vector<std::string> can;
  std::vector<std::string> cannot;
  for (const auto& [from, to] : tries) {
    if (!stands_at(from)) {
      const auto next = resources_.another();
      if (!next) continue;
      visit_ = *next;
      if (from != S::booked && !becomes(from)) continue;
    }
    (becomes(to) ? can : cannot)
        .push_back(fmt::format("{} -> {}", domain::code(from), domain::code(to)));
  }
  say_status(can, cannot);
}

void ArrivalProbe::say_status(const std::vector<std::string>& can,
                              const std::vector<std::string>& cannot) {
  const auto arrival_to = [](AppointmentStatus to) {
    return fmt::format("booked -> {}", domain::code(to));
  };
  const auto among = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  auto& status = talk_.profile().arrived_status;
  const auto other = status == AppointmentStatus::arrived ? AppointmentStatus::checked_in
                                                          : AppointmentStatus::arrived;
  if (!among(can, arrival_to(status)) && among(can, arrival_to(other))) status = other;
  if (!among(can, arrival_to(status)) && among(cannot, arrival_to(status)))
    return talk_.say(Grade::fails, "Appointment.status",
                     fmt::format("refused: {}", fmt::join(cannot, ", ")),
                     "an arrival cannot be told");
  talk_.say(Grade::pass, "Appointment.status", fmt::format("{}", fmt::join(can, ", ")),
            fmt::format("an arrival is \"{}\"", domain::code(status)));
  if (!cannot.empty())
    talk_.say(Grade::differs, "Appointment.status",
              fmt::format("refused: {}", fmt::join(cannot, ", ")),
              "what the desk cannot undo there, the kiosk does not see undone");
}

/// On an Appointment of its own for the status, so that the first stays booked; one that was given
/// is told before and brought back.
void ArrivalProbe::run() {
  auto& profile = talk_.profile();
  talk_.progress("telling an arrival, also several at once");
  const bool has_encounters = profile.arrival_way != ArrivalWay::appointment_only;
  profile.arrival_way = ArrivalWay::one_by_one;
  if (!has_encounters || !probe_create()) {
    profile.arrival_way = ArrivalWay::appointment_only;
    type_ = "Task";
    if (!probe_create()) return;
  }
  probe_race();
  const bool given = visit_.identifier.empty();
  if (given) try_transaction();
  talk_.progress("what Appointment.status may become");
  const auto first = visit_;
  if (const auto next = resources_.another()) visit_ = *next;
  probe_status();
  visit_ = first;
  if (given)
    (void)becomes(AppointmentStatus::booked);
  else
    try_transaction();
  talk_.report.arrival_known = true;
  const char* way = profile.arrival_way == ArrivalWay::transaction  ? "one transaction"
                    : profile.arrival_way == ArrivalWay::one_by_one ? "Encounter, then Appointment"
                                                                    : "Appointment, then a Task";
  talk_.say(Grade::pass, "way of an arrival", way);
}

void ArrivalProbe::try_transaction() {
  if (type_ == "Task") return;
  talk_.progress("transactions");
  if (!probe_transaction()) return;
  talk_.profile().arrival_way = ArrivalWay::transaction;
  probe_entries();
}

}  // namespace

void probe_arrival(ProbeTalk& talk, TestResources& resources, const TestVisit& visit) {
  ArrivalProbe(talk, resources, visit).run();
}

}  // namespace kiosk::sync
