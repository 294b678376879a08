#include "screens/page.h"

#include "kiosk/text/dates.h"

namespace screens {

std::string Page::time(kiosk::Instant instant) const {
  return domain::clock(domain::local_time(rules.zone, instant).time);
}

std::string Page::date(const domain::Date& date) const {
  return kiosk::text::format_date(language(), {date.year, date.month, date.day});
}

std::string Page::clinic(const domain::Visit& visit) const {
  const domain::Appointment& appointment = visit.appointment;
  return journeys::named(rules, appointment.clinic_id, appointment.clinic_name, language());
}

std::string Page::doctor(const domain::Visit& visit) const {
  const domain::Appointment& appointment = visit.appointment;
  return journeys::named(rules, appointment.doctor_id, appointment.doctor_name, language());
}

std::string Page::place(const domain::Visit& visit) const {
  const domain::Appointment& appointment = visit.appointment;
  return journeys::named(rules, appointment.location_id, appointment.place_name, language());
}

std::string Page::time_and_clinic(const domain::Visit& visit) const {
  const std::string name = clinic(visit);
  const std::string start = time(visit.appointment.start);
  return name.empty() ? start : start + "  " + name;
}

std::string Page::greeting(const domain::Person& person) const {
  return tr("Hello, {name}", {{"name", domain::masked_name(person.name)}});
}

std::string joined(std::initializer_list<std::string> texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    if (!all.empty()) all += " · ";
    all += text;
  }
  return all;
}

}  // namespace screens
