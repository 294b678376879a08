#include "printing/ticket_values.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "printing/ticket_layout.h"

namespace printing {
namespace {

std::string laid_out(std::string_view text, const Values& values) {
  const auto layout = lay_out(fill(template_of(text), values), 48, Spacing::none);
  return layout ? to_text(*layout) : "error " + layout.error().what;
}

/// All text of a layout, in its order.
std::string printed(const Layout& layout) {
  std::string text;
  for (const LayoutItem& item : layout.items) {
    if (const auto* row = std::get_if<TextRow>(&item.row)) {
      for (const LaidText& laid : row->texts) text += laid.text;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("ticket values: no value is ever syntax") {
  const std::vector<std::string> nasty = {"王|芳", "O\"Neil_Ann", "{code:x}",
                                          "\\",    "\\n",         "\\x41",
                                          "---",   "===",         "|",
                                          "||a||", "`inv`",       "^^^big",
                                          "~",     "$name$",      "$",
                                          "{",     "}",           "{width:1}",
                                          "_u_",   "\\\\",        "a\\|b",
                                          "-",     "=",           "{command:\\x1b@}",
                                          "<b>",   "%s%n",        "\xEF\xBB\xBFx",
                                          "a;b:c"};
  for (const std::string& value : nasty) {
    CAPTURE(value);
    for (const char* text :
         {"$name$", "|$name$ |x", "\"$name$\" y", "^^$name$", "{width:*}\n$name$"}) {
      const Document filled = fill(template_of(text), {{"name", value}});
      REQUIRE(!filled.lines.empty());
      const auto& line = std::get<TextLine>(filled.lines.back().content);
      CHECK(line.columns.size() == (std::string_view(text) == "|$name$ |x" ? 2 : 1));
      const auto layout = lay_out(filled, 48, Spacing::none);
      REQUIRE(layout.has_value());
      CHECK(printed(*layout).substr(0, value.size()) == value);
      for (const LayoutItem& item : layout->items) {
        REQUIRE(std::holds_alternative<TextRow>(item.row));
        const auto& laid = std::get<TextRow>(item.row).texts.front();
        CHECK(laid.look.underline == Toggle::off);
        CHECK(laid.look.invert == Toggle::off);
      }
    }
  }
}

TEST_CASE("ticket values: a code holds exactly the value") {
  const Document filled =
      fill(template_of("{option:qrcode;code:$token$}"), {{"token", "a};b|\\x41{code:c}"}});
  const auto& code = std::get<PropertyLine>(filled.lines.front().content).code;
  CHECK(code->data.front().text == "a};b|\\x41{code:c}");
}

TEST_CASE("ticket values: a line end in a value breaks the line within its column") {
  CHECK(laid_out("{width:8 *}\n|Note |$note$ |", {{"note", "one\ntwo\r\nthree\x01"}}) ==
        "0 text 0+48 high 1\n  0+4 [Note]\n  108+3 [one]\n"
        "24 text 0+48 high 1\n  108+3 [two]\n"
        "48 text 0+48 high 1\n  108+5 [three]\n"
        "72 end\n");
}

TEST_CASE("ticket values: what is absent leaves no line") {
  const char* text = "a\n$x$\n|Label |$x$ $y$ |\n{code:$x$}\n{border:line}\n$x$\n{border:space}\nb";
  CHECK(laid_out(text, {}) == laid_out("a\nb", {}));
  CHECK(laid_out(text, {{"x", ""}, {"y", ""}}) == laid_out("a\nb", {}));
  CHECK(laid_out("|Label |$x$ $y$ |", {{"y", "1"}}) == laid_out("|Label |~1 |", {}));
}

TEST_CASE("ticket values: parts between line breaks vanish by themselves") {
  CHECK(laid_out("$x$\\nmiddle\\n\"$y$\"", {{"x", "1"}}) == laid_out("1\\nmiddle", {}));
  CHECK(laid_out("$x$\\nmiddle\\n$y$", {{"y", "1"}}) == laid_out("middle\\n1", {}));
  CHECK(laid_out("\"$x$\\nmiddle", {{"y", "1"}}) == laid_out("\"$x$\\nmiddle", {}));
  CHECK(laid_out("a\\n\\nb", {}) == laid_out("$a$\\n\\n$b$", {{"a", "a"}, {"b", "b"}}));
}

TEST_CASE("ticket values: of two rules with nothing left between them one is printed") {
  CHECK(laid_out("a\n---\n$x$\n$y$\n---\nb", {}) == laid_out("a\n---\nb", {}));
  CHECK(laid_out("a\n---\n---\nb", {}) != laid_out("a\n---\nb", {}));
  CHECK(laid_out("---\n$x$\n---\n$x$\n---", {}) == laid_out("---", {}));
}

TEST_CASE("ticket values: check names values that nobody gives") {
  const Template ticket = template_of("$name$ and $nmae$\n{align:up}\n{code:$tokn$}");
  CHECK(check(ticket, {"name", "token"}) ==
        std::vector<Complaint>{{1, 12, "there is no value $nmae$"},
                               {2, 8, "align is left, center or right"},
                               {3, 7, "there is no value $tokn$"}});
}

TEST_CASE("ticket values: the default templates have nothing to complain of") {
  for (const char* language : {"zh-Hans", "en"}) {
    const Template ticket = default_ticket(language);
    CHECK(ticket.lines.size() > 20);
    CHECK(check(ticket, ticket_value_names()).empty());
  }
}

}  // namespace printing
