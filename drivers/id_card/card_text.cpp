#include "drivers/id_card/card_text.h"

#include <algorithm>
#include <string_view>

#include "drivers/utf8.h"

namespace drivers::id_card {
namespace {

using Block = std::span<const std::uint8_t, 256>;

struct Field {
  std::size_t offset;
  std::size_t bytes;
};

constexpr char32_t replacement = 0xFFFD;
constexpr std::size_t layout_letter_offset = 248;

char16_t unit_at(Block block, std::size_t offset) {
  return static_cast<char16_t>(block[offset] | block[offset + 1] << 8);
}

std::u16string units(Block block, Field field) {
  std::u16string text;
  for (std::size_t i = 0; i < field.bytes; i += 2) text += unit_at(block, field.offset + i);
  return text;
}

std::u16string_view trimmed(std::u16string_view text) {
  const auto is_padding = [](char16_t unit) { return unit == u' ' || unit == u'\0'; };
  while (!text.empty() && is_padding(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_padding(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_utf8(std::u16string_view text) {
  const auto is_high = [](char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; };
  const auto is_low = [](char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; };
  std::string utf8;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    if (is_high(text[i]) && i + 1 < text.size() && is_low(text[i + 1])) {
      c = 0x10000 + ((c - 0xD800) << 10) + (text[i + 1] - 0xDC00U);
      ++i;
    } else if (is_high(text[i]) || is_low(text[i]) || c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      c = replacement;
    }
    append_utf8(utf8, c);
  }
  return utf8;
}

std::string text_of(Block block, Field field) {
  return to_utf8(trimmed(units(block, field)));
}

std::string number_of(Block block, Field field) {
  std::string number = text_of(block, field);
  if (!number.empty() && number.back() == 'x') number.back() = 'X';
  return number;
}

Sex sex_of(Block block, std::size_t offset) {
  switch (unit_at(block, offset)) {
    case u'1':
      return Sex::male;
    case u'2':
      return Sex::female;
    case u'9':
      return Sex::not_stated;
    default:
      return Sex::unknown;
  }
}

bool is_date(std::string_view text) {
  return text.size() == 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

IdCardText chinese_layout(Block block) {
  IdCardText card;
  card.name = text_of(block, {0, 30});
  card.sex = sex_of(block, 30);
  card.birth_date = text_of(block, {36, 16});
  card.number = number_of(block, {122, 36});
  return card;
}

IdCardText permit_2017_layout(Block block) {
  IdCardText card;
  card.document = Document::foreign_permit_2017;
  card.name = text_of(block, {158, 30});
  card.name_latin = text_of(block, {0, 120});
  card.sex = sex_of(block, 120);
  card.birth_date = text_of(block, {220, 16});
  card.number = number_of(block, {122, 30});
  card.country = text_of(block, {152, 6});
  return card;
}

IdCardText permit_2023_layout(Block block) {
  IdCardText card = chinese_layout(block);
  card.document = Document::foreign_permit_2023;
  // The Latin name is cut in two without regard to words: join before trimming.
  card.name_latin = to_utf8(trimmed(units(block, {52, 70}) + units(block, {220, 22})));
  card.country = text_of(block, {242, 6});
  return card;
}

}  // namespace

kiosk::Result<IdCardText> parse_card_text(Block block) {
  IdCardText card;
  switch (unit_at(block, layout_letter_offset)) {
    case u' ':
      card = chinese_layout(block);
      break;
    case u'J':
      card = chinese_layout(block);
      card.document = Document::hk_macao_taiwan_permit;
      card.pass_number = text_of(block, {220, 18});
      break;
    case u'I':
      card = permit_2017_layout(block);
      break;
    case u'Y':
      card = permit_2023_layout(block);
      break;
    default:
      return kiosk::fail("id_card", "unknown_document", "a layout of text we do not know",
                         kiosk::Remedy::staff);
  }
  card.valid_from = text_of(block, {188, 16});
  const std::string valid_to = text_of(block, {204, 16});
  if (valid_to != "长期") card.valid_to = valid_to;
  const bool dates_good = is_date(card.birth_date) && is_date(card.valid_from) &&
                          (!card.valid_to || is_date(*card.valid_to));
  if (card.number.empty() || !dates_good) {
    return kiosk::fail("id_card", "malformed_text", "the card's number or a date is missing",
                       kiosk::Remedy::staff);
  }
  return card;
}

std::string printed_address(Block block) {
  const char16_t layout = unit_at(block, layout_letter_offset);
  if (layout != u' ' && layout != u'J') return {};
  return text_of(block, {52, 70});
}

std::string chip_text(kiosk::ByteView bytes) {
  std::u16string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    text += static_cast<char16_t>(bytes[i] | bytes[i + 1] << 8);
  }
  return to_utf8(trimmed(text));
}

}  // namespace drivers::id_card
