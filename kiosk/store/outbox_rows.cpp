#include "kiosk/store/outbox_rows.h"

#include "kiosk/base/cut.h"
#include "kiosk/domain/masked_words.h"

namespace kiosk::store {

domain::ArrivalMessage message_from(const Row& r) {
  domain::ArrivalMessage m;
  m.id = r.integer(0);
  m.visit_key = r.text(1);
  m.appointment_id = r.text(2);
  m.patient_id = r.text(3);
  m.nonce = r.text(4);
  m.number = r.text(5);
  m.token = r.text(6);
  m.confirmed_at = r.instant(7);
  m.attempts = static_cast<int>(r.integer(8));
  m.not_before = r.instant(9);
  m.unknown = r.integer(10) != 0;
  return m;
}

ListedArrival listed_from(const Row& r) {
  return {message_from(r), r.text(12), std::nullopt,
          r.integer(11) == static_cast<std::int64_t>(OutboxState::refused)};
}

std::string shown_reason(const std::string& reason, const domain::CheckIn& check_in) {
  constexpr std::size_t bytes_max = 300;
  domain::Person person = check_in.person;
  person.identifiers.push_back({"", check_in.appointment.booking_number});
  std::string shown = domain::without_person(reason, person);
  cut_to(shown, bytes_max);
  return shown;
}

}  // namespace kiosk::store
