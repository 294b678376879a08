#include "kiosk/store/records.h"

#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

domain::CheckIn full_check_in() {
  domain::Visit visit = sample_visit();
  visit.appointment.status = domain::AppointmentStatus::waitlist;
  visit.appointment.modality = domain::Modality::video;
  visit.appointment.cancelled_by = domain::CancelledBy::hospital;
  visit.appointment.cancellation_reason = "停诊";
  visit.appointment.marks = {"unpaid", ""};
  domain::CheckIn check_in = sample_check_in(visit);
  check_in.online = true;
  check_in.waiting = {};
  check_in.own_number = "A012";
  check_in.person.standing = domain::Standing::restricted;
  return check_in;
}

}  // namespace

TEST_CASE("records: each kind reads back as it was written") {
  const domain::CheckIn check_in = full_check_in();
  CHECK(decode_check_in(encode(check_in)).value() == check_in);
  domain::CheckIn with_range = check_in;
  with_range.waiting = {4, domain::WaitRange{Minutes(40), Minutes(55)}};
  CHECK(decode_check_in(encode(with_range)).value() == with_range);
  CHECK(decode_person(encode(check_in.person)).value() == check_in.person);
  CHECK(decode_person(encode(domain::Person{})).value() == domain::Person{});
  domain::Visit visit = sample_visit();
  CHECK(decode_visit(encode(visit)).value() == visit);
  visit.arrival = domain::Arrival{"e1", "a1/2", "n", "K1-001", "t", morning().instant};
  visit.round = 2;
  CHECK(decode_visit(encode(visit)).value() == visit);
  CHECK(decode_texts(encode_texts({"a", "", "王|芳"})).value() ==
        std::vector<std::string>{"a", "", "王|芳"});
}

TEST_CASE("records: a check-in of the first form, without the range of a wait, still opens") {
  domain::CheckIn check_in = full_check_in();
  check_in.waiting.people_ahead = 3;
  Bytes first_form = encode(check_in);
  first_form.front() = 0x31;
  first_form.pop_back();  // "no range"
  CHECK(decode_check_in(first_form).value() == check_in);
}

TEST_CASE("records: cut short, lengthened or of another kind is refused") {
  const Bytes bytes = encode(full_check_in());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_check_in(ByteView(bytes).first(size)).has_value());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode_check_in(longer).error().code == "bad_record");
  CHECK(decode_person(bytes).error().code == "bad_record");
}

TEST_CASE("records: a length beyond the input is refused before anything is allocated") {
  Bytes bytes = encode_texts({"abc"});
  bytes[1] = bytes[2] = bytes[3] = bytes[4] = 0xff;
  CHECK_FALSE(decode_texts(bytes).has_value());
  bytes = encode_texts({"abc"});
  bytes[5] = bytes[6] = bytes[7] = bytes[8] = 0xff;
  CHECK_FALSE(decode_texts(bytes).has_value());
}

TEST_CASE("records: no changed byte makes the reader fail otherwise than with an error") {
  const Bytes bytes = encode(full_check_in());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 0x81;
    if (auto decoded = decode_check_in(changed)) CHECK(encode(*decoded) == changed);
  }
}
