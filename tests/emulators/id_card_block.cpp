#include "tests/emulators/id_card_block.h"

#include <stdexcept>

namespace emulators {
namespace {

constexpr CardBlock spaces() {
  CardBlock block{};
  for (std::size_t i = 0; i < block.size(); i += 2) block[i] = 0x20;
  return block;
}

void put_units(CardBlock& block, std::size_t offset, std::size_t bytes, std::u16string_view text) {
  if (text.size() * 2 > bytes) throw std::invalid_argument("too long for the card's field");
  for (const char16_t unit : text) {
    block[offset++] = static_cast<std::uint8_t>(unit & 0xFF);
    block[offset++] = static_cast<std::uint8_t>(unit >> 8);
  }
}

void put(CardBlock& block, std::size_t offset, std::size_t bytes, const std::string& text) {
  put_units(block, offset, bytes, to_utf16(text));
}

}  // namespace

std::u16string to_utf16(const std::string& utf8) {
  std::u16string text;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<std::uint8_t>(utf8[i++]);
    const int tails = lead < 0x80 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : -1;
    if (tails < 0) throw std::invalid_argument("not UTF-8");
    char32_t c = tails == 0 ? lead : lead & (0x3F >> tails);
    for (int tail = 0; tail < tails; ++tail) {
      if (i >= utf8.size() || (utf8[i] & 0xC0) != 0x80) throw std::invalid_argument("not UTF-8");
      c = c << 6 | (static_cast<std::uint8_t>(utf8[i++]) & 0x3F);
    }
    if (c >= 0x10000) {
      text += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      text += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      text += static_cast<char16_t>(c);
    }
  }
  return text;
}

CardBlock card_block(const ResidentCard& card) {
  CardBlock block = spaces();
  put(block, 0, 30, card.name);
  put(block, 30, 2, card.sex);
  put(block, 32, 4, card.ethnic_group);
  put(block, 36, 16, card.birth_date);
  put(block, 52, 70, card.address);
  put(block, 122, 36, card.number);
  put(block, 158, 30, card.authority);
  put(block, 188, 16, card.valid_from);
  put(block, 204, 16, card.valid_to);
  return block;
}

CardBlock card_block(const HkMacaoTaiwanPermit& card) {
  CardBlock block = spaces();
  put(block, 0, 30, card.name);
  put(block, 30, 2, card.sex);
  put(block, 36, 16, card.birth_date);
  put(block, 52, 70, card.address);
  put(block, 122, 36, card.number);
  put(block, 158, 30, card.authority);
  put(block, 188, 16, card.valid_from);
  put(block, 204, 16, card.valid_to);
  put(block, 220, 18, card.pass_number);
  put(block, 238, 4, card.issues);
  put(block, 248, 2, "J");
  return block;
}

CardBlock card_block(const ForeignPermit2017& card) {
  CardBlock block = spaces();
  put(block, 0, 120, card.name_latin);
  put(block, 120, 2, card.sex);
  put(block, 122, 30, card.number);
  put(block, 152, 6, card.country);
  put(block, 158, 30, card.name);
  put(block, 188, 16, card.valid_from);
  put(block, 204, 16, card.valid_to);
  put(block, 220, 16, card.birth_date);
  put(block, 236, 4, card.version);
  put(block, 240, 8, card.authority);
  put(block, 248, 2, "I");
  return block;
}

CardBlock card_block(const ForeignPermit2023& card) {
  constexpr std::size_t first_part = 35;
  CardBlock block = spaces();
  const std::u16string latin = to_utf16(card.name_latin);
  put(block, 0, 30, card.name);
  put(block, 30, 2, card.sex);
  put(block, 32, 4, card.renewals);
  put(block, 36, 16, card.birth_date);
  put_units(block, 52, 70, latin.substr(0, first_part));
  put(block, 122, 36, card.number);
  put(block, 188, 16, card.valid_from);
  put(block, 204, 16, card.valid_to);
  if (latin.size() > first_part) put_units(block, 220, 22, latin.substr(first_part));
  put(block, 242, 6, card.country);
  put(block, 248, 2, "Y");
  return block;
}

}  // namespace emulators
