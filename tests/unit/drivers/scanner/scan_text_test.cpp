#include "drivers/scanner/scan_text.h"

#include <doctest/doctest.h>

using namespace drivers::scanner;

namespace {

RawScan raw(std::string_view data, std::string aim = "]Q1") {
  return {kiosk::Bytes(data.begin(), data.end()), std::move(aim)};
}

TextRules rules(OtherEncoding other) {
  return {other, {}, Suffix::any};
}

std::string text_of(std::string_view data, OtherEncoding other = OtherEncoding::none) {
  return to_text(raw(data), rules(other)).value().text;
}

}  // namespace

TEST_CASE("exactly one suffix is taken off the end") {
  CHECK(text_of("AB\r") == "AB");
  CHECK(text_of("AB\n") == "AB");
  CHECK(text_of("AB\t") == "AB");
  CHECK(text_of("AB\r\n") == "AB");
  CHECK(text_of("AB\r\r") == "AB\r");
  CHECK(text_of("A\nB ") == "A\nB ");
}

TEST_CASE("UTF-8 is taken as it is, GB18030 only where it is configured") {
  CHECK(text_of("预约12") == "预约12");
  CHECK(text_of("\xC4\xE3\xBA\xC3", OtherEncoding::gb18030) == "你好");
  CHECK(to_text(raw("\xC4\xE3\xBA\xC3"), rules(OtherEncoding::none)).error().code == "not_text");
  CHECK(to_text(raw("\xFF\xFF\xFF"), rules(OtherEncoding::gb18030)).error().code == "not_text");
  CHECK(to_text(raw("AB\xE4\xBD"), rules(OtherEncoding::none)).error().code == "not_text");
}

TEST_CASE("what the code declares itself goes before a guess") {
  CHECK(to_text(raw("\\000026你好", "]Q2"), rules(OtherEncoding::gb18030)).value().text == "你好");
  CHECK(to_text(raw("\\000032\xC4\xE3\xBA\xC3", "]Q2"), rules(OtherEncoding::none)).value().text ==
        "你好");
  CHECK(to_text(raw("\\000026a\\\\b", "]Q2"), rules(OtherEncoding::none)).value().text == "a\\b");
  CHECK(to_text(raw("\\000026AB", "]Q1"), rules(OtherEncoding::none)).value().text == "\\000026AB");
}

TEST_CASE("a code without content is none") {
  CHECK(to_text(raw("\r\n"), rules(OtherEncoding::none)).error().code == "empty");
  CHECK(to_text(raw(""), rules(OtherEncoding::none)).error().code == "empty");
}

TEST_CASE("a suffix that is configured is the only one taken off") {
  const auto text = [](std::string_view data, Suffix suffix) {
    return to_text(raw(data), {OtherEncoding::none, {}, suffix}).value().text;
  };
  CHECK(text("AB\t", Suffix::cr) == "AB\t");
  CHECK(text("AB\r", Suffix::cr) == "AB");
  CHECK(text("AB\r\n", Suffix::lf) == "AB\r");
  CHECK(text("AB\r\n", Suffix::cr_lf) == "AB");
  CHECK(text("AB\t", Suffix::tab) == "AB");
  CHECK(text("AB\r\n", Suffix::none) == "AB\r\n");
}

TEST_CASE("a prefix that is configured is taken off, and a code without it lost its head") {
  const TextRules with_prefix{OtherEncoding::none, "K~", Suffix::any};
  CHECK(to_text(raw("K~AB\r"), with_prefix).value().text == "AB");
  CHECK(to_text(raw("K~K~"), with_prefix).value().text == "K~");
  CHECK(to_text(raw("~AB"), with_prefix).error().code == "no_prefix");
  CHECK(to_text(raw("K~\r"), with_prefix).error().code == "empty");
}

TEST_CASE("an AIM identifier in front of the code is kept apart from it") {
  const auto code = [](std::string_view data, std::string prefix) {
    return to_text(raw(data, ""), {OtherEncoding::none, std::move(prefix), Suffix::any}).value();
  };
  CHECK(code("]C1010123\r", "") == ScannedCode{"010123", "]C1"});
  CHECK(code("]Q3AB", "") == ScannedCode{"AB", "]Q3"});
  CHECK(code("]L2K~AB", "K~") == ScannedCode{"AB", "]L2"});  // before or behind the prefix
  CHECK(code("K~]L2AB", "K~") == ScannedCode{"AB", "]L2"});
  CHECK(code("]9AB", "") == ScannedCode{"]9AB", ""});
  CHECK(code("]Q", "") == ScannedCode{"]Q", ""});
  CHECK(code("]Q2\\000026ab", "") == ScannedCode{"ab", "]Q2"});
  // The scanner told it in a field of its own: what looks like one belongs to the code.
  CHECK(to_text(raw("]C1A", "]Q1"), {}).value() == ScannedCode{"]C1A", "]Q1"});
}
