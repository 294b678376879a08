// Outcomes about a visit that was found and cannot be checked in here and now.
#include <algorithm>
#include <utility>

#include "screens/outcome_parts.h"
#include "screens/visit_card.h"

namespace screens {
namespace {

using journeys::OutcomeKind;

/// The day's line from a little before now to a little after check-in closes, in thousandths.
ui::Timeline timeline_of(const Page& page, const journeys::Outcome& screen) {
  const domain::Appointment& appointment = screen.visit->appointment;
  const auto& clinic = journeys::rules_of(page.rules, appointment.clinic_id);
  constexpr int now_place = 40;
  constexpr int closes_place = 900;
  const kiosk::Instant now = page.model.now.instant;
  const kiosk::Instant closes = appointment.start + clinic.late_after;
  const auto whole = std::max<std::int64_t>(1, (closes - now).count());
  const auto part = (screen.opens - now).count() * (closes_place - now_place) / whole;
  ui::Timeline line;
  line.now = now_place;
  line.opens = now_place + static_cast<int>(part);
  line.closes = closes_place;
  line.now_text = page.tr("now {time}", {{"time", page.time(now)}});
  line.opens_text = page.tr("{time} check-in opens", {{"time", page.time(screen.opens)}});
  return line;
}

ui::Node too_early(const Page& page, const journeys::Outcome& screen) {
  ui::Nodes content;
  content.push_back(
      titled(screen.person ? page.greeting(*screen.person) : "",
             page.tr("You are early. Come back at {time}.", {{"time", page.time(screen.opens)}})));
  ui::Node facts = visit_facts(page, *screen.visit);
  ui::Node line = ui::timeline(timeline_of(page, screen));
  line.style.padding.top = 32;
  facts.children.push_back(std::move(line));
  content.push_back(std::move(facts));
  content.push_back(ui::notice(
      ui::Tone::teal, page.tr("Nothing is lost."),
      page.tr("Your booking stays as it is. If you feel unwell, please go to the desk.")));
  content.back().style.direction = ui::Direction::column;
  content.back().style.gap = 8;
  return framed(page, std::move(content), {ok_button(page)});
}

std::string cancelled_by(const Page& page, domain::CancelledBy who) {
  switch (who) {
    case domain::CancelledBy::patient:
      return page.tr("You cancelled this appointment");
    case domain::CancelledBy::hospital:
      return page.tr("The hospital cancelled this appointment");
    case domain::CancelledBy::unknown:
      break;
  }
  return page.tr("This appointment was cancelled");
}

Message cancelled(const Page& page, const domain::Appointment& appointment) {
  std::string meaning = page.tr("The desk can tell you more and book a new time.");
  if (!appointment.cancellation_reason.empty()) {
    meaning =
        page.tr("Reason: {reason}", {{"reason", appointment.cancellation_reason}}) + "\n" + meaning;
  }
  return {ui::Tone::amber, cancelled_by(page, appointment.cancelled_by), std::move(meaning)};
}

Message another_day(const Page& page, const domain::Appointment& appointment) {
  const domain::Date date = domain::local_time(page.rules.zone, appointment.start).date;
  return {ui::Tone::teal, page.tr("Your appointment is on {date}", {{"date", page.date(date)}}),
          page.tr("Please come back that day. The desk can change it if you need."),
          Message::Desk::if_needed};
}

Message another_site(const Page& page, const domain::Visit& visit) {
  const auto site = page.rules.sites.find(visit.appointment.site_id);
  const std::string name =
      site == page.rules.sites.end() ? page.place(visit) : page.local(site->second);
  return {ui::Tone::amber,
          name.empty() ? page.tr("Your appointment is at another site")
                       : page.tr("Your appointment is at {site}", {{"site", name}}),
          page.tr("Please go there. The desk can tell you the way."), Message::Desk::if_needed};
}

Message desk_first(const Page& page, const domain::Appointment& appointment) {
  std::string what;
  for (const std::string& mark : appointment.marks) {
    const auto about = page.rules.desk_first.find(mark);
    if (about == page.rules.desk_first.end()) continue;
    if (!what.empty()) what += ", ";
    what += page.local(about->second);
  }
  return {ui::Tone::amber, page.tr("Please go to the desk first"),
          what.empty() ? page.tr("Then you can check in.")
                       : page.tr("It is about: {what}. Then you can check in.", {{"what", what}})};
}

Message remote(const Page& page, const domain::Visit& visit) {
  const std::string time = page.time(visit.appointment.start);
  if (visit.appointment.modality == domain::Modality::video) {
    return {ui::Tone::teal, page.tr("Your appointment is by video"),
            page.tr("You need not check in. Please be at your device at {time}.", {{"time", time}}),
            Message::Desk::if_needed};
  }
  return {ui::Tone::teal, page.tr("Your appointment is by phone"),
          page.tr("You need not check in. Please keep your phone near you at {time}.",
                  {{"time", time}}),
          Message::Desk::if_needed};
}

Message message_of(const Page& page, const journeys::Outcome& screen) {
  const domain::Visit& visit = *screen.visit;
  switch (screen.kind) {
    case OutcomeKind::late:
      return {ui::Tone::amber, page.tr("You are late for your appointment"),
              page.tr("The desk will see when the doctor can take you.")};
    case OutcomeKind::another_day:
      return another_day(page, visit.appointment);
    case OutcomeKind::another_site:
      return another_site(page, visit);
    case OutcomeKind::cancelled:
      return cancelled(page, visit.appointment);
    case OutcomeKind::not_confirmed:
      return {ui::Tone::amber, page.tr("Your appointment is not confirmed yet"),
              page.tr("The desk can confirm it for you.")};
    case OutcomeKind::waiting_list:
      return {ui::Tone::teal, page.tr("You are on the waiting list"),
              page.tr("The desk can tell you whether a place is free.")};
    case OutcomeKind::visit_over:
      return {ui::Tone::teal, page.tr("This visit is over"),
              page.tr("If you need anything else, the desk will help you."),
              Message::Desk::if_needed};
    case OutcomeKind::desk_first:
      return desk_first(page, visit.appointment);
    default:
      return remote(page, visit);
  }
}

}  // namespace

ui::Node about_the_visit(const Page& page, const journeys::Outcome& screen) {
  if (!screen.visit) return about_the_desk(page, screen);
  if (screen.kind == OutcomeKind::too_early) return too_early(page, screen);
  return to_the_desk(page, screen, message_of(page, screen));
}

}  // namespace screens
