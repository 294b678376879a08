#include "tests/unit/screens/sample_models.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/check.h"

namespace screens {

namespace journeys = kiosk::journeys;
namespace domain = kiosk::domain;

namespace {

using journeys::OutcomeKind;
using journeys::TicketState;
using journeys::VisitState;

constexpr int morning = 9 * 60 + 41;

kiosk::Instant at(int minute_of_day) {  // of Saturday 21 November 2026, UTC+8
  using namespace std::chrono;
  return kiosk::Instant(sys_days(year(2026) / 11 / 21)) + kiosk::Minutes(minute_of_day - 8 * 60);
}

domain::Person person() {
  domain::Person person;
  person.id = "p1";
  person.name = "王小芳";
  return person;
}

domain::Visit visit(int minute_of_day) {
  domain::Visit visit;
  domain::Appointment& appointment = visit.appointment;
  appointment.id = "a" + std::to_string(minute_of_day);
  appointment.start = at(minute_of_day);
  appointment.end = at(minute_of_day + 20);
  appointment.clinic_id = "cardiology";
  appointment.doctor_id = "li";
  appointment.location_id = "3b";
  return visit;
}

domain::Visit eye_visit(int minute_of_day) {
  domain::Visit eyes = visit(minute_of_day);
  eyes.appointment.clinic_id = "eyes";
  eyes.appointment.doctor_id = "zhao";
  eyes.appointment.location_id = "2a";
  return eyes;
}

domain::Visit long_visit() {
  domain::Visit joint = visit(10 * 60 + 20);
  joint.appointment.clinic_id = "joint";
  joint.appointment.doctor_id.clear();
  joint.appointment.doctor_name = "阿卜杜热合曼·买买提艾力";
  joint.appointment.doctor_title = "主任医师 / 教授";
  joint.appointment.visit_type = "复诊";
  return joint;
}

/// The list under the making; each sample starts from a working kiosk at 09:41.
class Samples {
 public:
  explicit Samples(std::string language) : language_(std::move(language)) {}

  journeys::Model& add(std::string name, journeys::Screen screen) {
    journeys::Model model;
    model.now = {at(morning), kiosk::ClockTrust::server};
    model.session.language = language_;
    model.session.deadline = at(morning) + kiosk::Seconds(40);
    model.around.reader = journeys::ReaderHealth::ok;
    model.around.scanner = journeys::ScannerHealth::ok;
    model.around.printer = journeys::PrinterHealth::ok;
    model.around.server = journeys::ServerHealth::online;
    model.around.has_data = true;
    model.screen = std::move(screen);
    list.push_back({std::move(name), std::move(model)});
    return list.back().model;
  }
  /// A screen in its last seconds.
  journeys::Model& add_ending(std::string name, journeys::Screen screen) {
    journeys::Model& model = add(std::move(name), std::move(screen));
    model.session.deadline = at(morning) + kiosk::Seconds(14);
    return model;
  }

  std::vector<Sample> list;

 private:
  std::string language_;
};

void need_staff(journeys::Model& model) {
  model.around.notices = {journeys::StaffNotice::printer, journeys::StaffNotice::refused,
                          journeys::StaffNotice::unacknowledged, journeys::StaffNotice::reader};
}

void add_idle(Samples& to) {
  to.add("welcome", journeys::Welcome{});
  to.add("welcome_no_paper", journeys::Welcome{}).around.printer =
      journeys::PrinterHealth::paper_out;
  to.add("welcome_no_reader", journeys::Welcome{}).around.reader = journeys::ReaderHealth::missing;
  to.add("welcome_no_scanner", journeys::Welcome{}).around.scanner =
      journeys::ScannerHealth::missing;
  journeys::Model& bare = to.add("welcome_no_devices", journeys::Welcome{});
  bare.around.reader = journeys::ReaderHealth::out_of_service;
  bare.around.scanner = journeys::ScannerHealth::missing;
  bare.around.printer = journeys::PrinterHealth::offline;
  to.add("welcome_entry_locked", journeys::Welcome{}).entry_locked_until = at(morning + 4);
  journeys::Model& trouble = to.add("welcome_trouble", journeys::Welcome{});
  trouble.around.printer = journeys::PrinterHealth::cover_open;
  trouble.around.reader = journeys::ReaderHealth::missing;
  trouble.now.trust = kiosk::ClockTrust::not_before;
  need_staff(trouble);

  to.add("closed_hours", journeys::Closed{journeys::ClosedReason::hours}).now.instant =
      at(20 * 60 + 15);
  to.add("closed_nothing_usable", journeys::Closed{journeys::ClosedReason::nothing_usable});
  need_staff(
      to.add("closed_cannot_record", journeys::Closed{journeys::ClosedReason::cannot_record}));
  to.add("closed_revoked", journeys::Closed{journeys::ClosedReason::revoked});
  to.add("closed_stopped_issuing", journeys::Closed{journeys::ClosedReason::stopped_issuing});
  to.add("help", journeys::Welcome{}).session.overlay = journeys::Overlay::help;
  to.add("take_card", journeys::TakeCard{});
}

void add_waiting(Samples& to) {
  to.add("reading_card", journeys::ReadingCard{}).session.by_card = true;
  to.add("looking_up_card", journeys::LookingUp{}).session.by_card = true;
  to.add("looking_up_code", journeys::LookingUp{});
  to.add("looking_up_entry", journeys::LookingUp{{}, true, false});
  to.add("committing", journeys::Committing{});
}

void add_entry(Samples& to) {
  to.add("entry", journeys::Entry{});
  to.add("entry_typing", journeys::Entry{"195604", "", false});
  to.add("entry_bad_date", journeys::Entry{"19560431", "", true});
  to.add("entry_last", journeys::Entry{"19560413", "482", false});
  to.add_ending("entry_complete", journeys::Entry{"19560413", "482X", false});
}

journeys::Choose choice_of(std::size_t visits) {
  constexpr VisitState states[] = {VisitState::ready,     VisitState::ready_late,
                                   VisitState::too_early, VisitState::cancelled,
                                   VisitState::ready,     VisitState::already_checked_in,
                                   VisitState::remote,    VisitState::ready};
  journeys::Choose choose;
  choose.found.person = person();
  for (std::size_t i = 0; i < visits; ++i) {
    const int minute = 10 * 60 + 20 + 40 * static_cast<int>(i);
    choose.visits.push_back(i % 2 == 0 ? visit(minute) : eye_visit(minute));
    choose.states.push_back(states[i]);
    choose.chosen.push_back(journeys::can_check_in(states[i]) ? 1 : 0);
  }
  return choose;
}

void add_choose(Samples& to) {
  to.add("choose", choice_of(2));
  to.add_ending("choose_three", choice_of(3));
  to.add("choose_five", choice_of(5));
  need_staff(to.add_ending("choose_many", choice_of(8)));
  journeys::Choose none = choice_of(2);
  none.chosen = {0, 0};
  to.add("choose_none", std::move(none));
}

journeys::Confirm confirm_of(std::vector<domain::Visit> visits) {
  journeys::Confirm confirm;
  confirm.person = person();
  confirm.visits = std::move(visits);
  confirm.fresh_requests.resize(confirm.visits.size());
  return confirm;
}

void add_confirm(Samples& to) {
  domain::Visit main = visit(10 * 60 + 20);
  main.appointment.doctor_title = "主任医师";
  main.appointment.visit_type = "复诊";
  to.add("confirm", confirm_of({main}));
  to.add_ending("confirm_ending", confirm_of({main}));
  journeys::Confirm waiting = confirm_of({main});
  waiting.confirmed = true;
  to.add("confirm_waiting", waiting);
  journeys::Confirm changed = confirm_of({main});
  changed.changed = true;
  to.add("confirm_changed", changed);
  to.add("confirm_no_paper", confirm_of({main})).around.printer =
      journeys::PrinterHealth::paper_out;
  to.add("confirm_late", confirm_of({eye_visit(9 * 60 + 20)}));

  journeys::Confirm full = confirm_of({long_visit()});
  full.person.name = "阿卜杜热合曼·买买提艾力";
  to.add_ending("confirm_long", full);
  full.visits.front().appointment.clinic_id = "eyes";
  full.visits.front().appointment.start = at(9 * 60 + 10);
  full.changed = true;
  full.card_expired = true;
  journeys::Model& crowded = to.add_ending("confirm_crowded", full);
  crowded.around.printer = journeys::PrinterHealth::offline;
  need_staff(crowded);

  to.add("confirm_several", confirm_of({main, eye_visit(11 * 60)}));
  std::vector<domain::Visit> many;
  for (int i = 0; i < 9; ++i) many.push_back(visit(10 * 60 + 20 * i));
  need_staff(to.add_ending("confirm_many", confirm_of(std::move(many))));
  to.add("help_confirm", confirm_of({main})).session.overlay = journeys::Overlay::help;
}

journeys::DoneVisit done_visit(domain::Visit of, TicketState ticket, std::string number) {
  journeys::DoneVisit visit;
  visit.visit = std::move(of);
  visit.committed.number = std::move(number);
  visit.committed.confirmed_at = at(morning);
  visit.ticket = ticket;
  return visit;
}

journeys::Done done_of(TicketState ticket) {
  journeys::Done done;
  done.person = person();
  done.online = true;
  done.visits = {done_visit(visit(10 * 60 + 20), ticket, "K1-017")};
  done.visits.front().waiting = {4,
                                 kiosk::domain::WaitRange{kiosk::Minutes(20), kiosk::Minutes(35)}};
  return done;
}

void add_done(Samples& to) {
  to.add("done_printing", done_of(TicketState::printing)).session.by_card = true;
  to.add_ending("done_printed", done_of(TicketState::printed)).session.by_card = true;
  journeys::Done copied = done_of(TicketState::printed);
  copied.visits.front().copied = true;
  to.add("done_copied", copied);
  to.add("done_kept", done_of(TicketState::kept));
  to.add("done_no_paper", done_of(TicketState::no_paper)).around.printer =
      journeys::PrinterHealth::paper_out;
  to.add("done_failed", done_of(TicketState::failed));
  to.add_ending("done_unknown", done_of(TicketState::unknown)).session.by_card = true;
  journeys::Done unknown_copy = done_of(TicketState::unknown);
  unknown_copy.visits.front().copied = true;
  to.add("done_unknown_copy", unknown_copy);
  journeys::Done offline = done_of(TicketState::printed);
  offline.online = false;
  to.add("done_offline", offline).session.by_card = true;
  offline.visits.front().ticket = TicketState::no_paper;
  offline.not_recorded = 1;
  journeys::Model& crowded = to.add_ending("done_crowded", offline);
  crowded.session.by_card = true;
  need_staff(crowded);

  journeys::Done several = done_of(TicketState::printed);
  several.visits.push_back(done_visit(eye_visit(11 * 60), TicketState::printed, "K1-018"));
  to.add("done_several", several).session.by_card = true;
  for (int i = 0; i < 5; ++i) {
    several.visits.push_back(done_visit(visit(11 * 60 + 10 * i), TicketState::unknown, "K1B-119"));
  }
  several.not_recorded = 2;
  several.recording_unknown = 1;
  several.online = false;
  journeys::Model& many = to.add_ending("done_many", several);
  many.session.by_card = true;
  need_staff(many);
}

journeys::Outcome outcome_of(OutcomeKind kind) {
  journeys::Outcome outcome;
  outcome.kind = kind;
  return outcome;
}

journeys::Outcome outcome_about(OutcomeKind kind, domain::Visit about) {
  journeys::Outcome outcome = outcome_of(kind);
  outcome.person = person();
  outcome.opens = about.appointment.start - kiosk::Minutes(60);
  outcome.visit = std::move(about);
  return outcome;
}

void add_already(Samples& to) {
  domain::Visit arrived = visit(10 * 60 + 20);
  arrived.arrival = domain::Arrival{};
  to.add("already_checked_in_no_number", outcome_about(OutcomeKind::already_checked_in, arrived));
  arrived.arrival->number = "A017";
  journeys::Outcome already = outcome_about(OutcomeKind::already_checked_in, arrived);
  to.add("already_checked_in", already);
  already.copy = journeys::CopyState::printing;
  to.add("already_copy_printing", already);
  already.copy = journeys::CopyState::printed;
  to.add("already_copy_printed", already);
  already.copy = journeys::CopyState::failed;
  need_staff(to.add_ending("already_copy_failed", already));
  already.copy = journeys::CopyState::unknown;
  to.add("already_copy_unknown", already);
}

void add_visit_outcomes(Samples& to) {
  const domain::Visit main = visit(10 * 60 + 20);
  domain::Visit afternoon = visit(15 * 60);
  journeys::Outcome early = outcome_about(OutcomeKind::too_early, afternoon);
  to.add("too_early", early);
  to.add_ending("too_early_ending", early);
  to.add("late", outcome_about(OutcomeKind::late, visit(8 * 60 + 30)));
  to.add("another_day", outcome_about(OutcomeKind::another_day, visit((24 * 2 + 9) * 60)));
  domain::Visit west = main;
  west.appointment.site_id = "west";
  west.appointment.location_id.clear();
  west.appointment.place_name = "西院区 2 号楼";
  to.add("another_site", outcome_about(OutcomeKind::another_site, west));
  domain::Visit cancelled = main;
  to.add("cancelled", outcome_about(OutcomeKind::cancelled, cancelled));
  cancelled.appointment.cancelled_by = domain::CancelledBy::patient;
  to.add("cancelled_by_patient", outcome_about(OutcomeKind::cancelled, cancelled));
  cancelled.appointment.cancelled_by = domain::CancelledBy::hospital;
  cancelled.appointment.cancellation_reason = "医生停诊";
  to.add("cancelled_by_hospital", outcome_about(OutcomeKind::cancelled, cancelled));
  to.add("not_confirmed", outcome_about(OutcomeKind::not_confirmed, main));
  to.add("waiting_list", outcome_about(OutcomeKind::waiting_list, main));
  to.add("visit_over", outcome_about(OutcomeKind::visit_over, visit(8 * 60)));
  domain::Visit marked = long_visit();
  marked.appointment.marks = {"payment"};
  need_staff(to.add_ending("desk_first", outcome_about(OutcomeKind::desk_first, marked)));
  domain::Visit remote = main;
  remote.appointment.location_id.clear();
  remote.appointment.modality = domain::Modality::phone;
  to.add("remote_phone", outcome_about(OutcomeKind::remote, remote));
  remote.appointment.modality = domain::Modality::video;
  to.add("remote_video", outcome_about(OutcomeKind::remote, remote));
}

void add_other_outcomes(Samples& to) {
  for (const OutcomeKind kind :
       {OutcomeKind::no_appointment, OutcomeKind::cannot_look_up, OutcomeKind::card_not_supported,
        OutcomeKind::card_pulled, OutcomeKind::card_wrong_reader, OutcomeKind::card_expired,
        OutcomeKind::code_unknown, OutcomeKind::code_damaged, OutcomeKind::more_than_one_person,
        OutcomeKind::restricted, OutcomeKind::no_data_yet, OutcomeKind::cannot_record,
        OutcomeKind::recording_unknown, OutcomeKind::entry_locked, OutcomeKind::entry_no_match}) {
    to.add(journeys::name(kind), outcome_of(kind));
  }
  journeys::Outcome unreadable = outcome_of(OutcomeKind::card_unreadable);
  unreadable.tries = 1;
  to.add("card_unreadable", unreadable);
  unreadable.tries = 3;
  to.add_ending("card_unreadable_third", unreadable);
  journeys::Model& bare = to.add("code_unknown_no_devices", outcome_of(OutcomeKind::code_unknown));
  bare.around.reader = journeys::ReaderHealth::missing;
  bare.around.scanner = journeys::ScannerHealth::missing;
}

}  // namespace

std::vector<Sample> sample_models(const std::string& language) {
  Samples samples(language);
  add_idle(samples);
  add_waiting(samples);
  add_entry(samples);
  add_choose(samples);
  add_confirm(samples);
  add_done(samples);
  add_already(samples);
  add_visit_outcomes(samples);
  add_other_outcomes(samples);
  return std::move(samples.list);
}

journeys::Model sample_model(const std::string& name, const std::string& language) {
  std::vector<Sample> samples = sample_models(language);
  const auto found = std::find_if(samples.begin(), samples.end(),
                                  [&](const Sample& sample) { return sample.name == name; });
  KIOSK_CHECK(found != samples.end());
  return std::move(found->model);
}

}  // namespace screens
