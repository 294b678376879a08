#include "kiosk/text/private_use.h"

#include <span>

#include "kiosk/text/clean.h"

namespace kiosk::text {
namespace {

// GBK (1995) had 105 characters that Unicode lacked or had elsewhere and numbered them in the
// private use area, row after row: A6D9-A6DF, A6EC-A6ED, A6F3 (vertical punctuation), A8BC, A8BF
// (pinyin), A989-A995 (description characters) and FE50-FEA0 (radicals and ideographs). GB
// 18030-2000 moved those of Unicode 3.0, -2005 U+1E3F, -2022 the rest (18 by exchange of positions;
// U+20087, U+20089, U+200CC, U+215D7, U+2298F and U+241FE by lifting the private use). Cards and
// hospital systems written before keep the old codes. Source: the three standards, as in glibc's
// charmap GB18030.
constexpr char32_t vertical_forms[] = {0xFE10, 0xFE12, 0xFE11, 0xFE13, 0xFE14,
                                       0xFE15, 0xFE16, 0xFE17, 0xFE18, 0xFE19};
constexpr char32_t pinyin[] = {0x1E3F, 0x01F9};
constexpr char32_t description[] = {0x303E, 0x2FF0, 0x2FF1, 0x2FF2, 0x2FF3, 0x2FF4, 0x2FF5,
                                    0x2FF6, 0x2FF7, 0x2FF8, 0x2FF9, 0x2FFA, 0x2FFB};
constexpr char32_t ideographs[] = {
    0x2E81, 0x20087, 0x20089, 0x200CC, 0x2E84,  0x3473, 0x3447, 0x2E88, 0x2E8B,  0x9FB4,
    0x359E, 0x361A,  0x360E,  0x2E8C,  0x2E97,  0x396E, 0x3918, 0x9FB5, 0x39CF,  0x39DF,
    0x3A73, 0x39D0,  0x9FB6,  0x9FB7,  0x3B4E,  0x3C6E, 0x3CE0, 0x2EA7, 0x215D7, 0x9FB8,
    0x2EAA, 0x4056,  0x415F,  0x2EAE,  0x4337,  0x2EB3, 0x2EB6, 0x2EB7, 0x2298F, 0x43B1,
    0x43AC, 0x2EBB,  0x43DD,  0x44D6,  0x4661,  0x464C, 0x9FB9, 0x4723, 0x4729,  0x477C,
    0x478D, 0x2ECA,  0x4947,  0x497A,  0x497D,  0x4982, 0x4983, 0x4985, 0x4986,  0x499F,
    0x499B, 0x49B7,  0x49B6,  0x9FBA,  0x241FE, 0x4CA3, 0x4C9F, 0x4CA0, 0x4CA1,  0x4C77,
    0x4CA2, 0x4D13,  0x4D14,  0x4D15,  0x4D16,  0x4D17, 0x4D18, 0x4D19, 0x4DAE,  0x9FBB};

struct Block {
  char32_t first;
  std::span<const char32_t> characters;
};

constexpr Block blocks[] = {
    {0xE78D, vertical_forms},
    {0xE7C7, pinyin},
    {0xE7E7, description},
    {0xE815, ideographs},
};

}  // namespace

char32_t from_private_use(char32_t code) {
  for (const Block& block : blocks) {
    if (code >= block.first && code - block.first < block.characters.size()) {
      return block.characters[code - block.first];
    }
  }
  return code;
}

std::string from_private_use(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_code_point(text, [&](char32_t c) { append_utf8(result, from_private_use(c)); });
  return result;
}

}  // namespace kiosk::text
