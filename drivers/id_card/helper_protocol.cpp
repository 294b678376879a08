#include "drivers/id_card/helper_protocol.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

#include "kiosk/base/cut.h"

namespace drivers::id_card {
namespace {

using kiosk::Error;
using kiosk::Remedy;
using simdjson::dom::element;

constexpr std::size_t field_bytes_max = 256;
constexpr std::size_t text_bytes_max = 200;

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

template <typename Value, std::size_t size>
std::optional<Value> find(const std::array<Named<Value>, size>& values, std::string_view name) {
  for (const Named<Value>& one : values) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

constexpr std::array documents = {
    Named<Document>{"resident", Document::resident},
    Named<Document>{"hk_macao_taiwan_permit", Document::hk_macao_taiwan_permit},
    Named<Document>{"foreign_permit_2017", Document::foreign_permit_2017},
    Named<Document>{"foreign_permit_2023", Document::foreign_permit_2023}};

constexpr std::array sexes = {Named<Sex>{"male", Sex::male}, Named<Sex>{"female", Sex::female},
                              Named<Sex>{"unknown", Sex::unknown},
                              Named<Sex>{"not_stated", Sex::not_stated}};

auto protocol_fault(std::string_view what) {
  return kiosk::fail("helper", "protocol", std::string(what));
}

/// The member's text; empty if there is none.
std::string text(element from, std::string_view key) {
  std::string_view value;
  return from[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

/// As `text`; what is longer than any field of a card or holds control characters is none.
std::optional<std::string> field(element from, std::string_view key) {
  std::string value = text(from, key);
  const bool controls = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (controls || value.size() > field_bytes_max) return std::nullopt;
  return value;
}

bool is_date(std::string_view value) {
  return value.size() == 8 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ReaderEvent malformed(std::string_view what) {
  return CardUnreadable{Error{"id_card", "malformed_text", std::string(what), Remedy::staff}};
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

ReaderEvent card_of_block(std::string_view hex) {
  std::array<std::uint8_t, 256> block{};
  if (hex.size() != 2 * block.size()) return malformed("the block is not 512 digits long");
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const auto digit = hex_digit(hex[i]);
    if (!digit) return malformed("the block is not hexadecimal");
    block[i / 2] = static_cast<std::uint8_t>(block[i / 2] << 4 | *digit);
  }
  auto card = parse_card_text(block);
  if (card) return CardRead{std::move(*card)};
  if (card.error().code == "unknown_document") return NotAResidentCard{};
  return CardUnreadable{card.error()};
}

ReaderEvent card_of_fields(element line) {
  IdCardText card;
  const auto document = find(documents, text(line, "document"));
  if (!document) return malformed("which document it is is not told");
  card.document = *document;
  card.sex = find(sexes, text(line, "sex")).value_or(Sex::unknown);
  const std::array<Named<std::string*>, 7> fields = {{{"name", &card.name},
                                                      {"name_latin", &card.name_latin},
                                                      {"birth_date", &card.birth_date},
                                                      {"number", &card.number},
                                                      {"pass_number", &card.pass_number},
                                                      {"country", &card.country},
                                                      {"valid_from", &card.valid_from}}};
  for (const auto& [name, member] : fields) {
    auto value = field(line, name);
    if (!value) return malformed(fmt::format("the member {} is no text of a card", name));
    *member = std::move(*value);
  }
  const auto valid_to = line["valid_to"];
  if (valid_to.error() != simdjson::SUCCESS) return malformed("valid_to is missing");
  if (!valid_to.is_null()) card.valid_to = text(line, "valid_to");
  if (card.number.empty() || !is_date(card.birth_date) || !is_date(card.valid_from) ||
      (card.valid_to && !is_date(*card.valid_to))) {
    return malformed("the card's number or a date is missing");
  }
  if (card.number.back() == 'x') card.number.back() = 'X';
  return CardRead{std::move(card)};
}

kiosk::Result<HelperMessage> ready(element line) {
  std::int64_t version = 0;
  if (line["version"].get(version) != simdjson::SUCCESS || version != helper_version) {
    return kiosk::fail("helper", "version",
                       fmt::format("speaks version {}, not {}", version, helper_version));
  }
  return ReaderEvent(ReaderReady{field(line, "reader").value_or("")});
}

kiosk::Result<HelperMessage> unusable(element line) {
  static constexpr std::array whys = {
      Named<std::string_view>{"not_authorised", "not_authorised"},
      Named<std::string_view>{"self_test_failed", "self_test_failed"},
      Named<std::string_view>{"fault", "fault"}};
  std::string what = text(line, "text");
  kiosk::cut_to(what, text_bytes_max);
  const std::string code = text(line, "code");
  if (code == "absent") return ReaderEvent(ReaderUnusable{{"usb", "absent", std::move(what)}});
  const auto known = find(whys, code);
  if (!known) return protocol_fault("\"unusable\" with a code that is none");
  return ReaderEvent(ReaderUnusable{{"id_card", *known, std::move(what)}});
}

kiosk::Result<HelperMessage> unreadable(element line) {
  static constexpr std::array whys = {Named<std::string_view>{"damaged", "damaged"},
                                      Named<std::string_view>{"read_failed", "read_failed"},
                                      Named<std::string_view>{"not_genuine", "not_genuine"}};
  const auto known = find(whys, text(line, "code"));
  if (!known) return protocol_fault("\"unreadable\" with a code that is none");
  return ReaderEvent(CardUnreadable{
      {"id_card", *known, "the vendor's program could not read the card", Remedy::patient}});
}

kiosk::Bytes line_of(std::string_view text) {
  const kiosk::ByteView bytes = kiosk::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

kiosk::Result<HelperMessage> parse_helper_line(std::string_view line) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return protocol_fault("a line that is no JSON object");
  }
  const std::string event = text(root, "event");
  if (event == "ready") return ready(root);
  if (event == "unusable") return unusable(root);
  if (event == "noticed") return ReaderEvent(CardNoticed{});
  if (event == "card") {
    const std::string block = text(root, "block");
    return block.empty() ? card_of_fields(root) : card_of_block(block);
  }
  if (event == "unreadable") return unreadable(root);
  if (event == "other_card") return ReaderEvent(NotAResidentCard{});
  if (event == "pulled") return ReaderEvent(CardPulled{});
  if (event == "lifted") return HelperLifted{};
  std::uint64_t id = 0;
  if (event == "pong" && root["id"].get(id) == simdjson::SUCCESS) return HelperPong{id};
  return protocol_fault("an event that is none");
}

kiosk::Bytes helper_hello() {
  return line_of(fmt::format("{{\"op\":\"hello\",\"version\":{}}}\n", helper_version));
}

kiosk::Bytes helper_wants(CardWanted wanted) {
  return line_of(wanted == CardWanted::yes ? "{\"op\":\"start\"}\n" : "{\"op\":\"stop\"}\n");
}

kiosk::Bytes helper_ping(std::uint64_t id) {
  return line_of(fmt::format("{{\"op\":\"ping\",\"id\":{}}}\n", id));
}

}  // namespace drivers::id_card
