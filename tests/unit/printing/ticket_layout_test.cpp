#include "printing/ticket_layout.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "printing/receiptline_parser.h"

namespace printing {
namespace {

std::string laid_out(std::string_view text, const Values& values, int cells = 48) {
  const auto layout = lay_out(fill(template_of(text), values), cells, Spacing::none);
  return layout ? to_text(*layout) : "error " + std::string(layout.error().code);
}

}  // namespace

TEST_CASE("ticket layout: the default tickets at three widths") {
  for (const char* language : {"zh-Hans", "en"}) {
    const Values values = language[0] == 'z' ? chinese_values() : english_values();
    for (const int dots : {576, 512, 384}) {
      const auto layout =
          lay_out(fill(default_ticket(language), values), dots / cell_dots, Spacing::roomy);
      REQUIRE(layout.has_value());
      const std::string name = std::string("ticket/") + language + "-" + std::to_string(dots);
      const std::string actual = to_text(*layout);
      CHECK(actual == golden(name + ".txt", actual));
    }
  }
}

TEST_CASE("ticket layout: text of the template wraps anywhere, values between words") {
  CHECK(laid_out("|one three", {}, 8) ==
        "0 text 0+8 high 1\n  0+8 [one thre]\n24 text 0+8 high 1\n  0+1 [e]\n48 end\n");
  CHECK(laid_out("|$x$ |", {{"x", "one three"}}, 8) ==
        "0 text 0+8 high 1\n  0+3 [one]\n24 text 0+8 high 1\n  0+5 [three]\n48 end\n");
  CHECK(laid_out("|To: $x$ |", {{"x", "abcdefghijkl"}}, 8) ==
        "0 text 0+8 high 1\n  0+4 [To: ]\n24 text 0+8 high 1\n  0+8 [abcdefgh]\n"
        "48 text 0+8 high 1\n  0+4 [ijkl]\n72 end\n");
}

TEST_CASE("ticket layout: no line begins with a full stop") {
  CHECK(laid_out("|$x$ |", {{"x", "一二三四。"}}, 8) ==
        "0 text 0+8 high 1\n  0+6 [一二三]\n24 text 0+8 high 1\n  0+4 [四。]\n48 end\n");
}

TEST_CASE("ticket layout: a centred value breaks into even lines") {
  CHECK(laid_out("$x$", {{"x", "aaa bbb ccc ddd"}}, 12) ==
        "0 text 0+12 high 1\n  30+7 [aaa bbb]\n24 text 0+12 high 1\n  30+7 [ccc ddd]\n48 end\n");
}

TEST_CASE("ticket layout: an enlarged value becomes smaller before it is broken") {
  CHECK(laid_out("^^^^^^^$n$", {{"n", "A017"}}, 48) ==
        "0 text 0+48 high 6\n  144+24 ^^^^^^^[A017]\n144 end\n");
  CHECK(laid_out("^^^^^^^$n$", {{"n", "K1B-001"}}, 32) ==
        "0 text 0+32 high 4\n  24+28 ^^^^^[K1B-001]\n96 end\n");
  CHECK(laid_out("^^^$n$", {{"n", "示例市第一人民医院"}}, 32) ==
        "0 text 0+32 high 2\n  72+20 ^^^[示例市第一]\n"
        "48 text 0+32 high 2\n  96+16 ^^^[人民医院]\n96 end\n");
  CHECK(laid_out("^^^$n$", {{"n", "Otorhinolaryngologically"}}, 24) ==
        "0 text 0+24 high 2\n  0+24 ^^[Otorhinolaryngologically]\n48 end\n");
}

TEST_CASE("ticket layout: everything of a value is printed, however narrow the paper") {
  std::string name = "阿卜杜热合曼·买买提艾力 Müller-Lüdenscheidt 𠮷䶮";
  for (const char* text : {"$x$", "^^^^^^^$x$", "|$x$ |", "{width:6 *}\n|a |\"$x$\" |"}) {
    for (int cells = 12; cells <= 48; ++cells) {
      const auto layout = lay_out(fill(template_of(text), {{"x", name}}), cells, Spacing::roomy);
      REQUIRE(layout.has_value());
      std::string printed;
      for (const LayoutItem& item : layout->items) {
        const auto* row = std::get_if<TextRow>(&item.row);
        if (row == nullptr) continue;
        for (const LaidText& laid : row->texts) {
          CHECK(row->area.left * cell_dots + laid.x_dots + laid.cells * cell_dots <=
                cells * cell_dots);
          printed += laid.text == "a" ? "" : laid.text;
        }
      }
      std::erase(printed, ' ');
      std::string wanted = name;
      std::erase(wanted, ' ');
      CHECK(printed == wanted);
    }
  }
}

TEST_CASE("ticket layout: marks stand on their letters, apostrophes are narrow") {
  CHECK(laid_out("|$x$ |", {{"x", "o̲k O’Neil ’"}}) ==
        "0 text 0+48 high 1\n  0+12 [o̲k O’Neil ’]\n24 end\n");
}

TEST_CASE("ticket layout: codes too wide for the paper get narrower bars") {
  const std::string wide = laid_out("{option:code128 4;code:$x$}", {{"x", "ABCDEFGH"}}, 48);
  CHECK(wide == "0 code 42 492x72\n72 end\n");
  CHECK(laid_out("{option:code128 4;code:$x$}", {{"x", "ABCDEFGH"}}, 32) ==
        "0 code 7 369x72\n72 end\n");
  CHECK(laid_out("{option:code128;code:$x$}", {{"x", std::string(70, 'x')}}, 32) ==
        "error too_wide");
  CHECK(laid_out("{option:ean;code:$x$}", {{"x", "abc"}}, 32) == "error bad_data");
}

TEST_CASE("ticket layout: a ticket longer than the limit is an error") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "^^^^^a\n";
  CHECK(laid_out(text, {}) == "error too_long");
}

}  // namespace printing
