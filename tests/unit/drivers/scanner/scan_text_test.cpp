#include "drivers/scanner/scan_text.h"

#include <doctest/doctest.h>

using namespace drivers::scanner;

namespace {

RawScan raw(std::string_view data, std::string aim = "]Q1") {
  return {kiosk::Bytes(data.begin(), data.end()), std::move(aim)};
}

std::string text_of(std::string_view data, OtherEncoding other = OtherEncoding::none) {
  return to_text(raw(data), other).value().text;
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
  CHECK(to_text(raw("\xC4\xE3\xBA\xC3"), OtherEncoding::none).error().code == "not_text");
  CHECK(to_text(raw("\xFF\xFF\xFF"), OtherEncoding::gb18030).error().code == "not_text");
  CHECK(to_text(raw("AB\xE4\xBD"), OtherEncoding::none).error().code == "not_text");
}

TEST_CASE("what the code declares itself goes before a guess") {
  CHECK(to_text(raw("\\000026你好", "]Q2"), OtherEncoding::gb18030).value().text == "你好");
  CHECK(to_text(raw("\\000032\xC4\xE3\xBA\xC3", "]Q2"), OtherEncoding::none).value().text ==
        "你好");
  CHECK(to_text(raw("\\000026a\\\\b", "]Q2"), OtherEncoding::none).value().text == "a\\b");
  CHECK(to_text(raw("\\000026AB", "]Q1"), OtherEncoding::none).value().text == "\\000026AB");
}

TEST_CASE("a code without content is none") {
  CHECK(to_text(raw("\r\n"), OtherEncoding::none).error().code == "empty");
  CHECK(to_text(raw(""), OtherEncoding::none).error().code == "empty");
}
