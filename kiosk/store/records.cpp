#include "kiosk/store/records.h"

#include <type_traits>

namespace kiosk::store {

namespace {

using namespace domain;

enum class Kind : std::uint8_t {
  person_1 = 0x11,
  visit_1 = 0x21,
  check_in_1 = 0x31,  ///< without the range of the wait
  check_in_2 = 0x32,
  texts_1 = 0x41
};

// Writer and Reader have the same members, so that `describe` names each struct's parts once.
class Writer {
 public:
  explicit Writer(Kind kind) { bytes_.push_back(static_cast<std::uint8_t>(kind)); }
  Bytes take() { return std::move(bytes_); }

  void integer(const std::int64_t& value) { fixed(static_cast<std::uint64_t>(value), 8); }
  void integer(const int& value) { integer(std::int64_t{value}); }
  void instant(const Instant& value) { integer(to_ms(value)); }
  void flag(const bool& value) { bytes_.push_back(value ? 1 : 0); }
  template <typename Enum>
  void choice(const Enum& value, Enum) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void text(const std::string& value) {
    fixed(value.size(), 4);
    append(bytes_, as_bytes(value));
  }
  template <typename T, typename Each>
  void list(const std::vector<T>& values, Each each) {
    fixed(values.size(), 4);
    for (const T& value : values) each(*this, value);
  }
  template <typename T, typename Each>
  void maybe(const std::optional<T>& value, Each each) {
    flag(value.has_value());
    if (value) each(*this, *value);
  }

 private:
  void fixed(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  bool expect(Kind kind) { return fixed(1) == static_cast<std::uint8_t>(kind); }
  bool complete() const { return good_ && rest_.empty(); }

  void integer(std::int64_t& value) { value = static_cast<std::int64_t>(fixed(8)); }
  void integer(int& value) {
    std::int64_t wide = 0;
    integer(wide);
    value = static_cast<int>(wide);
    good_ = good_ && value == wide;
  }
  void instant(Instant& value) {
    std::int64_t ms = 0;
    integer(ms);
    value = from_ms(ms);
  }
  void flag(bool& value) {
    const auto byte = fixed(1);
    good_ = good_ && byte <= 1;
    value = byte == 1;
  }
  template <typename Enum>
  void choice(Enum& value, Enum last) {
    const auto byte = fixed(1);
    good_ = good_ && byte <= static_cast<std::uint64_t>(last);
    if (good_) value = static_cast<Enum>(byte);
  }
  void text(std::string& value) {
    const auto size = fixed(4);
    if (size > rest_.size()) good_ = false;
    if (!good_) return;
    value = as_text(rest_.first(size));
    rest_ = rest_.subspan(size);
  }
  template <typename T, typename Each>
  void list(std::vector<T>& values, Each each) {
    // Each element takes at least four bytes, so the input bounds the loop and the memory.
    const auto size = fixed(4);
    if (size > rest_.size() / 4) good_ = false;
    for (std::uint64_t i = 0; good_ && i < size; ++i) each(*this, values.emplace_back());
  }
  template <typename T, typename Each>
  void maybe(std::optional<T>& value, Each each) {
    bool present = false;
    flag(present);
    if (good_ && present) each(*this, value.emplace());
  }

 private:
  std::uint64_t fixed(std::size_t size) {
    if (size > rest_.size()) good_ = false;
    if (!good_) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{rest_[i]} << (8 * i);
    rest_ = rest_.subspan(size);
    return value;
  }
  ByteView rest_;
  bool good_ = true;
};

constexpr auto each_text = [](auto& io, auto& value) { io.text(value); };

constexpr auto describe_date = [](auto& io, auto& date) {
  io.integer(date.year);
  io.integer(date.month);
  io.integer(date.day);
};

constexpr auto describe_person = [](auto& io, auto& person) {
  io.text(person.id);
  io.text(person.name);
  io.maybe(person.birth_date, describe_date);
  io.list(person.identifiers, [](auto& inner, auto& identifier) {
    inner.text(identifier.system);
    inner.text(identifier.value);
  });
  io.list(person.phones, each_text);
  io.choice(person.standing, Standing::restricted);
};

constexpr auto describe_appointment = [](auto& io, auto& appointment) {
  for (auto* text : {&appointment.id, &appointment.version, &appointment.etag}) io.text(*text);
  io.choice(appointment.status, AppointmentStatus::waitlist);
  io.instant(appointment.start);
  io.instant(appointment.end);
  for (auto* text :
       {&appointment.patient_id, &appointment.clinic_id, &appointment.clinic_name,
        &appointment.doctor_id, &appointment.doctor_name, &appointment.doctor_title,
        &appointment.location_id, &appointment.place_name, &appointment.site_id,
        &appointment.booking_number, &appointment.queue_number, &appointment.visit_type}) {
    io.text(*text);
  }
  io.list(appointment.marks, each_text);
  io.list(appointment.notes, each_text);
  io.choice(appointment.modality, Modality::video);
  io.choice(appointment.cancelled_by, CancelledBy::hospital);
  io.text(appointment.cancellation_reason);
};

constexpr auto describe_arrival = [](auto& io, auto& arrival) {
  for (auto* text : {&arrival.encounter_id, &arrival.visit_key, &arrival.nonce, &arrival.number,
                     &arrival.token}) {
    io.text(*text);
  }
  io.instant(arrival.confirmed_at);
};

constexpr auto describe_visit = [](auto& io, auto& visit) {
  describe_appointment(io, visit.appointment);
  io.maybe(visit.arrival, describe_arrival);
  io.integer(visit.round);
};

constexpr auto each_minutes = [](auto& io, auto& minutes) {
  std::int64_t count = minutes.count();
  io.integer(count);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(minutes)>>)
    minutes = Minutes(count);
};

constexpr auto describe_range = [](auto& io, auto& range) {
  each_minutes(io, range.from);
  each_minutes(io, range.until);
};

constexpr auto describe_check_in_1 = [](auto& io, auto& check_in) {
  for (auto* text : {&check_in.visit_key, &check_in.appointment_id, &check_in.appointment_version,
                     &check_in.patient_id, &check_in.nonce, &check_in.token}) {
    io.text(*text);
  }
  io.instant(check_in.confirmed.instant);
  io.choice(check_in.confirmed.trust, ClockTrust::not_before);
  describe_date(io, check_in.service_day.date);
  io.instant(check_in.service_day.start);
  io.instant(check_in.service_day.end);
  io.text(check_in.own_number);
  io.flag(check_in.online);
  io.text(check_in.language);
  io.maybe(check_in.waiting.people_ahead, [](auto& inner, auto& count) { inner.integer(count); });
  describe_person(io, check_in.person);
  describe_appointment(io, check_in.appointment);
};

constexpr auto describe_check_in = [](auto& io, auto& check_in) {
  describe_check_in_1(io, check_in);
  io.maybe(check_in.waiting.range, describe_range);
};

constexpr auto describe_texts = [](auto& io, auto& texts) { io.list(texts, each_text); };

template <typename T, typename Describe>
Bytes encode_as(Kind kind, const T& value, Describe describe) {
  Writer writer(kind);
  describe(writer, value);
  return writer.take();
}

template <typename T, typename Describe>
Result<T> decode_as(Kind kind, ByteView bytes, Describe describe) {
  Reader reader(bytes);
  T value;
  if (reader.expect(kind)) {
    describe(reader, value);
    if (reader.complete()) return value;
  }
  return fail("store", "bad_record", "a stored record is not of the expected form");
}

}  // namespace

Bytes encode(const Person& person) {
  return encode_as(Kind::person_1, person, describe_person);
}
Bytes encode(const Visit& visit) {
  return encode_as(Kind::visit_1, visit, describe_visit);
}
Bytes encode(const CheckIn& check_in) {
  return encode_as(Kind::check_in_2, check_in, describe_check_in);
}
Bytes encode_texts(std::initializer_list<std::string_view> texts) {
  const std::vector<std::string> list(texts.begin(), texts.end());
  return encode_as(Kind::texts_1, list, describe_texts);
}

Result<Person> decode_person(ByteView bytes) {
  return decode_as<Person>(Kind::person_1, bytes, describe_person);
}
Result<Visit> decode_visit(ByteView bytes) {
  return decode_as<Visit>(Kind::visit_1, bytes, describe_visit);
}
Result<CheckIn> decode_check_in(ByteView bytes) {
  if (!bytes.empty() && bytes.front() == static_cast<std::uint8_t>(Kind::check_in_1))
    return decode_as<CheckIn>(Kind::check_in_1, bytes, describe_check_in_1);
  return decode_as<CheckIn>(Kind::check_in_2, bytes, describe_check_in);
}
Result<std::vector<std::string>> decode_texts(ByteView bytes) {
  return decode_as<std::vector<std::string>>(Kind::texts_1, bytes, describe_texts);
}

}  // namespace kiosk::store
