#include "drivers/smart_card/social_security_card.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace drivers::smart_card {
namespace {

/// "sx1.sh.社会保障" in GBK.
constexpr std::array<std::uint8_t, 15> social_security = {
    0x73, 0x78, 0x31, 0x2E, 0x73, 0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF};

/// Below the application, by file identifier; cards differ in which they take.
constexpr std::array<std::uint8_t, 2> select_p1 = {0x00, 0x02};

/// A way of asking for a record: cards differ in P2, and some count EF06's records from 1.
struct RecordAt {
  std::uint8_t record;
  std::uint8_t p2;
};

struct Wanted {
  std::uint16_t file;
  std::uint8_t tag;
  std::uint8_t length;
  IdentifierKind kind;
  std::span<const RecordAt> ways;
};

constexpr std::array<RecordAt, 2> card_number_ways = {{{7, 0}, {7, 4}}};
constexpr std::array<RecordAt, 3> person_number_ways = {{{8, 0}, {8, 4}, {1, 4}}};
constexpr std::array<Wanted, 2> wanted = {{
    {0xEF05, 0x07, 9, IdentifierKind::social_security_card_number, card_number_ways},
    {0xEF06, 0x08, 18, IdentifierKind::social_security_number, person_number_ways},
}};

constexpr std::size_t tag_and_length = 2;

}  // namespace

std::optional<std::string> record_value(kiosk::ByteView record, std::uint8_t tag,
                                        std::size_t length) {
  if (record.size() < tag_and_length || record[0] != tag || record[1] > length ||
      record.size() < tag_and_length + record[1]) {
    return std::nullopt;
  }
  std::string_view text = kiosk::as_text(record.subspan(tag_and_length, record[1]));
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ' || text.back() == '\xFF')) {
    text.remove_suffix(1);
  }
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !std::all_of(text.begin(), text.end(), plain)) return std::nullopt;
  return std::string(text);
}

kiosk::Bytes SocialSecurityCard::start() {
  return select_application(social_security, 0x00);
}

Turn SocialSecurityCard::take(const Response& response) {
  const bool good = response.status == status_good;
  switch (step_) {
    case Step::application:
      if (!good) return NotThisKind{};
      step_ = Step::file;
      return next_try();
    case Step::file:
      if (good) {
        step_ = Step::record;
        try_ = 0;
        return next_try();
      }
      why_ = status_error(response, "selecting a file");
      if (++try_ < select_p1.size()) return next_try();
      return next_file();
    case Step::record:
      break;
  }
  const Wanted& now = wanted[file_];
  const auto value = good ? record_value(response.data, now.tag, now.length) : std::nullopt;
  if (value) {
    found_.insert(found_.begin(), {now.kind, *value});
    return next_file();
  }
  why_ = good ? kiosk::Error{"smart_card", "malformed_data", "a record without the value expected",
                             kiosk::Remedy::patient}
              : status_error(response, "reading a record");
  // Where a key is wanted, asking in another way would be refused too.
  if (response.status == status_not_satisfied || ++try_ >= now.ways.size()) return next_file();
  return next_try();
}

Turn SocialSecurityCard::next_try() {
  const Wanted& now = wanted[file_];
  if (step_ == Step::file) return select_file(now.file, select_p1[try_]);
  const RecordAt at = now.ways[try_];
  return read_record(at.record, at.p2, static_cast<std::uint8_t>(now.length + tag_and_length));
}

Turn SocialSecurityCard::next_file() {
  step_ = Step::file;
  try_ = 0;
  if (++file_ < wanted.size()) return next_try();
  if (found_.empty()) return *why_;
  return std::move(found_);
}

}  // namespace drivers::smart_card
