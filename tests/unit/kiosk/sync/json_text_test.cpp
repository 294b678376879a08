#include <doctest/doctest.h>

#include <vector>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/json_text.h"

using namespace kiosk::sync;

namespace {

constexpr const char* mark = "\xEF\xBF\xBD";

/// The name of a patient who is called so in JSON; empty when the answer cannot be read.
std::string read_name(std::string name) {
  std::string json =
      R"({"resourceType":"Patient","id":"p","name":[{"text":")" + name + R"("}],"active":true})";
  (void)mend(json);
  const auto reading = read_fhir(json);
  return reading && reading->patients.size() == 1 ? reading->patients[0].name : std::string();
}

}  // namespace

TEST_CASE("text: what is no Unicode in a name becomes a mark, the rest of the answer stays") {
  const auto marks = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += mark;
    return text;
  };
  CHECK(read_name("Li\\ud842") == "Li" + marks(1));
  CHECK(read_name("\\udfb7Li") == marks(1) + "Li");
  CHECK(read_name("\\ud842\\ud842\\udfb7") == marks(1) + "𠮷");
  CHECK(read_name("\\ud842\\u91ce") == marks(1) + "野");
  CHECK(read_name("\\uD842\\n") == marks(1) + "\n");
  CHECK(read_name("M\xFC"
                  "ller") == "M" + marks(1) + "ller");
  CHECK(read_name("M\xFCller, Stra\xDF"
                  "er") == "M" + marks(1) + "ller, Stra" + marks(1) + "er");
  CHECK(read_name("\xED\xA1\x82\xED\xBE\xB7") == marks(6));
  CHECK(read_name("\xF0\xA0\xAE") == marks(1));
  CHECK(read_name("慕容\xE7\xA7") == "慕容" + marks(1));
  CHECK(read_name("\xC0\xAF") == marks(2));
  CHECK(read_name("\xF4\x90\x80\x80x") == marks(4) + "x");
  CHECK(read_name("a\x01"
                  "b\x1F") == "a b ");
  CHECK(read_name(std::string("a\0b", 3)) == "a b");
  CHECK(read_name("a\tb\r\nc") == "a b  c");
}

TEST_CASE("text: what is sound stays byte for byte") {
  for (const std::string& text : std::vector<std::string>{
           "", "{}", "王小芳 𠮷野家 👨‍👩‍👧 Z̑",
           R"({"a":"\ud842\udfb7 \\ud842 \\\\ \" \u0000 \/"})", R"("\\\\ud842")", "\xEF\xBB\xBF{}",
           R"(\)", R"(\u)", R"(\ud8)", R"(\ux)", "\x7F"}) {
    CAPTURE(text);
    std::string same = text;
    CHECK(mend(same) == JsonText::sound);
    CHECK(same == text);
  }
  std::string indented = "{\r\n\t\"a\": 1\n}";
  CHECK(mend(indented) == JsonText::sound);
  CHECK(indented == "{   \"a\": 1 }");
}

TEST_CASE("text: an answer is mended wherever in it the bad bytes lie, and once for all") {
  const std::string whole = R"({"a":"\ud842\udfb7","b":"王小芳 0123456789"})";
  for (const std::string& bad :
       std::vector<std::string>{"\xFC", "\x01", R"(\udfb7)", R"(\uD842)", "\xED\xA1", "\\"}) {
    for (std::size_t at = 0; at <= whole.size(); ++at) {
      std::string text = whole;
      text.insert(at, bad);
      (void)mend(text);
      std::string again = text;
      CHECK(mend(again) == JsonText::sound);
      CHECK(again == text);
    }
  }
}
