#pragma once

// The fields of a recording's line, apart by one space. Writer and Reader have the same members, so
// that recording_text.cpp names each struct's parts once. Shared by the recording's files alone.

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "kiosk/store/records.h"

namespace kiosk::shell::recording {

/// The years 1 to 9999, in which the calendar and its sums are sound.
inline bool in_calendar(Instant instant) {
  return to_ms(instant) >= -62'135'596'800'000 && to_ms(instant) < 253'402'300'800'000;
}

class Writer {
 public:
  std::string line;

  void field(std::string_view text) {
    if (!line.empty()) line += ' ';
    line += text;
  }
  void record(const Bytes& bytes) { field(to_hex(bytes)); }

  template <typename Number>
  void number(const Number& value) {
    field(std::to_string(value));
  }
  void flag(const bool& value) { number(int(value)); }
  template <typename Enum>
  void choice(const Enum& value, Enum) {
    number(int(value));
  }
  void instant(const Instant& value) { number(to_ms(value)); }
  void text(const std::string& value) { field("x" + to_hex(as_bytes(value))); }
  void date(const domain::Date& value) { field(domain::iso(value)); }
  void person(const domain::Person& value) { record(store::encode(value)); }
  void visit(const domain::Visit& value) { record(store::encode(value)); }
  void size(std::size_t& value, std::size_t) { number(value); }
  bool good() const { return true; }
};

class Reader {
 public:
  explicit Reader(std::string_view line) : rest_(line) {}
  bool good() const { return good_; }
  bool complete() const { return good_ && done_; }

  std::string_view field() {
    if (done_) good_ = false;
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view found = rest_.substr(0, end);
    done_ = end == rest_.size();
    rest_.remove_prefix(done_ ? end : end + 1);
    return good_ ? found : std::string_view();
  }
  template <typename Number>
  void number(Number& value) {
    const std::string_view text = field();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    good_ = good_ && error == std::errc() && end == text.data() + text.size();
  }
  void flag(bool& value) {
    int number_read = 0;
    number(number_read);
    good_ = good_ && (number_read == 0 || number_read == 1);
    value = number_read == 1;
  }
  template <typename Enum>
  void choice(Enum& value, Enum last) {
    int number_read = 0;
    number(number_read);
    good_ = good_ && number_read >= 0 && number_read <= int(last);
    if (good_) value = Enum(number_read);
  }
  void instant(Instant& value) {
    std::int64_t ms = 0;
    number(ms);
    value = from_ms(ms);
    good_ = good_ && in_calendar(value);
  }
  void text(std::string& value) {
    const std::string_view found = field();
    good_ = good_ && found.starts_with('x');
    if (good_) value = as_text(bytes(found.substr(1)));
  }
  void date(domain::Date& value) {
    const auto read = domain::parse_date(field());
    good_ = good_ && read;
    if (read) value = *read;
  }
  void person(domain::Person& value) { take(store::decode_person(bytes(field())), value); }
  void visit(domain::Visit& value) {
    take(store::decode_visit(bytes(field())), value);
    good_ = good_ && in_calendar(value.appointment.start) && in_calendar(value.appointment.end);
  }
  void size(std::size_t& value, std::size_t most) {
    number(value);
    good_ = good_ && value <= most;
    if (!good_) value = 0;
  }

 private:
  Bytes bytes(std::string_view hex) {
    Bytes read;
    good_ = good_ && hex.size() % 2 == 0;
    for (std::size_t i = 0; good_ && i < hex.size(); i += 2) {
      const char* end = hex.data() + i + 2;
      good_ = std::from_chars(hex.data() + i, end, read.emplace_back(), 16).ptr == end;
    }
    return read;
  }
  template <typename T>
  void take(Result<T> read, T& value) {
    good_ = good_ && read;
    if (read) value = std::move(*read);
  }

  std::string_view rest_;
  bool good_ = true;
  bool done_ = false;
};

}  // namespace kiosk::shell::recording
