#include "kiosk/app/ticket_text.h"

namespace kiosk::app {
namespace {

using domain::Appointment;
using domain::PrintJob;

/// Version 1 of our own ticket code; the configuration's table of codes knows it by this start.
constexpr std::string_view code_version = "KT1.";

std::string clock_of(const journeys::Rules& rules, Instant instant) {
  return domain::clock(domain::local_time(rules.zone, instant).time);
}

std::string second_identifier(const shell::Config& config, const domain::Person& person) {
  const auto tail = [](const std::string& text) {
    return text.size() < 4 ? std::string() : text.substr(text.size() - 4);
  };
  switch (config.second_identifier) {
    case shell::SecondIdentifier::none:
      return {};
    case shell::SecondIdentifier::phone_last4:
      return person.phones.empty() ? std::string() : tail(person.phones.front());
    case shell::SecondIdentifier::document_last4:
      return person.identifiers.empty() ? std::string() : tail(person.identifiers.front().value);
  }
  return {};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

/// Said with the time of the count: nobody knows when she reads it.
void add_wait(printing::Values& values, const domain::Waiting& waiting,
              const screens::ui::Catalogue& texts, const std::string& time) {
  if (const auto& count = waiting.people_ahead) {
    values["ahead"] = texts.tr_n("{n} person ahead ({time})", "{n} people ahead ({time})", *count,
                                 {{"time", time}});
  }
  if (const auto& range = waiting.range) {
    values["wait"] = texts.tr("Wait from {time}: about {from} to {until} minutes",
                              {{"time", time},
                               {"from", std::to_string(range->from.count())},
                               {"until", std::to_string(range->until.count())}});
  }
}

}  // namespace

const std::vector<std::string>& ticket_value_names() {
  static const std::vector<std::string> names{
      "wait",       "hospital",   "title",         "copy",      "clinic", "place",
      "number",     "ahead",      "offline",       "name",      "doctor", "second_id",
      "time",       "booking",    "other_number",  "notes",     "token",  "kiosk",
      "clock_note", "token_hint", "not_called_by", "printed_at"};
  return names;
}

std::string ticket_code(const std::string& token) {
  return token.empty() ? std::string() : std::string(code_version) + token;
}

printing::Values ticket_values(const shell::Config& config, const PrintJob& job,
                               const screens::ui::Catalogue& texts, const Now& printed) {
  const journeys::Rules& rules = config.rules;
  const domain::CheckIn& check_in = job.check_in;
  const Appointment& appointment = check_in.appointment;
  const std::string& language = check_in.language;
  const Instant confirmed = check_in.confirmed.instant;
  const std::string place =
      journeys::named(rules, appointment.location_id, appointment.place_name, language);
  const std::string second = second_identifier(config, check_in.person);
  const bool trusted = check_in.confirmed.trust != ClockTrust::not_before;

  printing::Values values;
  values["hospital"] = domain::in_language(rules.hospital, language);
  values["title"] = texts.tr("Queue ticket");
  if (job.copy == domain::Copy::copy) values["copy"] = texts.tr("COPY");
  values["clinic"] =
      journeys::named(rules, appointment.clinic_id, appointment.clinic_name, language);
  values["place"] = place;
  values["number"] = job.number;
  if (printed.instant - confirmed < Minutes(5)) {
    add_wait(values, check_in.waiting, texts, clock_of(rules, confirmed));
  }
  if (!job.other_number.empty()) {
    values["other_number"] =
        job.copy == domain::Copy::copy
            ? texts.tr("Instead of your ticket {number}.", {{"number", job.other_number}})
            : texts.tr("You are called as {number}.", {{"number", job.other_number}});
  }
  if (!check_in.online) {
    const std::string time = clock_of(rules, confirmed);
    values["offline"] =
        place.empty()
            ? texts.tr("Show this ticket to the nurse now. Arrived {time}.", {{"time", time}})
            : texts.tr("Show this ticket to the nurse at {place} now. Arrived {time}.",
                       {{"place", place}, {"time", time}});
  }
  values["name"] = domain::masked_name(check_in.person.name);
  if (!second.empty()) values["second_id"] = texts.tr("ends in {digits}", {{"digits", second}});
  values["doctor"] = appointment.doctor_name;
  if (!appointment.doctor_title.empty()) values["doctor"] += " " + appointment.doctor_title;
  values["time"] = clock_of(rules, appointment.start);
  values["booking"] = appointment.booking_number;
  values["notes"] = joined(appointment.notes);
  values["token"] = ticket_code(check_in.token);
  if (!check_in.token.empty()) {
    values["token_hint"] = texts.tr("Scan it at any kiosk to see your number again.");
  }
  if (trusted) {
    values["not_called_by"] =
        texts.tr("Not called by {time}? Show this ticket at the desk.",
                 {{"time", clock_of(rules, journeys::not_called_by(rules, appointment, confirmed,
                                                                   check_in.waiting))}});
    const domain::LocalTime now = domain::local_time(rules.zone, printed.instant);
    values["printed_at"] = domain::iso(now.date) + " " + domain::clock(now.time);
  } else {
    values["clock_note"] = texts.tr("Time not confirmed");
  }
  values["kiosk"] = texts.tr("Kiosk {code}", {{"code", rules.kiosk_code}});
  return values;
}

}  // namespace kiosk::app
