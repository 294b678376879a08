#include "drivers/smart_card/card_dialogue.h"

#include <algorithm>
#include <array>
#include <utility>

namespace drivers::smart_card {
namespace {

constexpr int commands_max = 64;
constexpr std::size_t answer_bytes_max = 4096;
constexpr std::size_t command_with_length_only = 5;  // case 2: header and Le

// As listed by pcsc-tools (smartcard_list): as a processor card, and as a storage card (PC/SC part
// 3, 3.1.3.2.3) of an own standard, FF.
constexpr std::array<std::uint8_t, 13> resident_processor = {
    0x3B, 0x88, 0x80, 0x01, 0xD1, 0x03, 0x86, 0x05, 0x00, 0x80, 0x80, 0x00, 0x58};
constexpr std::array<std::uint8_t, 15> resident_storage = {
    0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0xFF, 0xB0, 0x00};

CardUnreadable unreadable(const char* code, const char* what) {
  return {{"smart_card", code, what, kiosk::Remedy::patient}};
}

bool starts_with(kiosk::ByteView bytes, kiosk::ByteView prefix) {
  return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace

bool is_resident_id_card(kiosk::ByteView atr) {
  return starts_with(atr, resident_processor) || starts_with(atr, resident_storage);
}

CardDialogue::Step CardDialogue::start(kiosk::ByteView atr) {
  kind_ = 0;
  commands_ = 0;
  if (is_resident_id_card(atr)) return CardOutcome(UseTheIdCardReader{});
  return next_kind();
}

CardDialogue::Step CardDialogue::next_kind() {
  if (kind_ >= wanted_.size()) {
    return CardOutcome(unreadable("unknown_card", "a card of none of the kinds wanted"));
  }
  recipe_ = recipe_for(wanted_[kind_++]);
  return turn(recipe_->start());
}

CardDialogue::Step CardDialogue::send(kiosk::Bytes command) {
  if (++commands_ > commands_max) {
    return CardOutcome(unreadable("too_long", "the card never comes to an end"));
  }
  command_ = std::move(command);
  return command_;
}

/// 61 xx: xx more bytes are to be fetched; 6C xx: ask again for xx bytes (ISO/IEC 7816-3, 12.2.1).
CardDialogue::Step CardDialogue::take(kiosk::ByteView reply) {
  auto response = parse_response(reply);
  if (!response) return CardOutcome(CardUnreadable{response.error()});
  const auto first = static_cast<std::uint8_t>(response->status >> 8);
  const auto second = static_cast<std::uint8_t>(response->status & 0xFF);
  if (first == 0x6C && command_.size() == command_with_length_only) {
    kiosk::Bytes again = command_;
    again.back() = second;
    return send(std::move(again));
  }
  kiosk::append(collected_, response->data);
  if (collected_.size() > answer_bytes_max) {
    return CardOutcome(unreadable("too_long", "the card's answer never comes to an end"));
  }
  if (first == 0x61) return send({0x00, 0xC0, 0x00, 0x00, second});
  response->data = std::exchange(collected_, {});
  return turn(recipe_->take(*response));
}

CardDialogue::Step CardDialogue::turn(Turn turn) {
  if (auto* command = std::get_if<kiosk::Bytes>(&turn)) {
    collected_.clear();
    return send(std::move(*command));
  }
  if (auto* identifiers = std::get_if<std::vector<Identifier>>(&turn)) {
    return CardOutcome(CardIdentified{wanted_[kind_ - 1], std::move(*identifiers)});
  }
  if (auto* why = std::get_if<kiosk::Error>(&turn)) {
    return CardOutcome(CardUnreadable{std::move(*why)});
  }
  return next_kind();
}

}  // namespace drivers::smart_card
