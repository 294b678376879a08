#include "kiosk/domain/masked_words.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kiosk::domain;

namespace {

Person named(const std::string& name) {
  Person person;
  person.name = name;
  return person;
}

}  // namespace

TEST_CASE("masked words: what a server says of no patient is read as it was said") {
  for (const char* words :
       {"no such schedule", "HAPI-1272: JSON Patch: test operation failed (line 12, column 345)",
        "Unknown field at Appointment.participant[0].actor", "HL7 FHIR 4.0.1 only", "it can't be",
        "Encounter/12345 was changed at 12:30", "the slot may be taken"})
    CHECK(masked_words(words) == words);
}

TEST_CASE("masked words: dates are hidden however they are written") {
  for (const char* date : {"1985-06-07", "1985/6/7", "07.06.1985", "7.6.85", "6/7/85", "19850607",
                           "1985 06 07", "1985-06", "7 June 1985", "June 7, 1985", "7-Jun-1985",
                           "07JUN1985", "JUN 7th 1985", "1985 Sept. 7", "1985年6月7日"}) {
    CAPTURE(date);
    CHECK(masked_words("born " + std::string(date) + " here") == "born # here");
  }
}

TEST_CASE("masked words: numbers of more than five digits are hidden however they are grouped") {
  for (const char* number : {"990000198604121234", "139-0555-0000", "(139) 0555 0000", "123456",
                             "+86 139.0555.0000", "99 00 00", "12,34,56", "139_0555_0000"}) {
    CAPTURE(number);
    const auto shown = masked_words("of " + std::string(number) + " here");
    CHECK(shown.find_first_of("0123456789") == std::string::npos);
    CHECK(shown.ends_with("# here"));
  }
  CHECK(masked_words("room 12345") == "room 12345");
}

TEST_CASE("masked words: names beyond ASCII, addresses, quotes and escapes are hidden") {
  CHECK(masked_words("Patient 慕容秀0000 is locked") == "Patient # is locked");
  CHECK(masked_words("Frau Müller-Lüdenscheidt fehlt") == "Frau # fehlt");
  CHECK(masked_words("mail a.b@c.example now") == "mail # now");
  CHECK(masked_words("Patient \"Wang Fang\" is 'Li Na' or `x y`") == "Patient \"#\" is '#' or `#`");
  CHECK(masked_words("open \"Wang Fang") == "open \"#");
  CHECK(masked_words("Patient?name=%E7%8E%8B fails") == "Patient?name=# fails");
  CHECK(masked_words("name \\u738b\\u82b3 or &#29579;&#33459; fails") == "name # or # fails");
  CHECK(masked_words("two\nlines") == "two lines");
}

TEST_CASE("without person: a name and its parts are hidden in either case, other words are not") {
  const auto anna = named("Wang, Xiao-Fang Li");
  CHECK(without_person("WANG xiaofang is locked", anna) == "# # is locked");
  CHECK(without_person("XiaoFang.Wang", anna) == "#.#");
  CHECK(without_person("Wangs client likes Li's lithium", anna) == "#s client likes #'s lithium");
  CHECK(without_person("patient_Li_1", anna) == "patient_#_1");
  const auto lina = named("Li Na");
  CHECK(without_person("LiNa, alina, also li-na, ali nature", lina) ==
        "#, alina, also #, ali nature");
}

TEST_CASE("without person: of a name in another script each two characters are a part") {
  CHECK(without_person("病人王小芳已锁定", named("王小芳")) == "病人#已锁定");
  CHECK(without_person("小芳 / 王小", named("王小芳")) == "# / #");
  CHECK(without_person("王 芳, 芳", named("王芳")) == "#, 芳");
  CHECK(without_person("Müller", named("Müller")) == "#");
}

TEST_CASE(
    "without person: birth date, identifiers and phones are hidden however they are written") {
  Person person;
  person.birth_date = Date{1985, 6, 7};
  person.identifiers = {{"urn:id", "AB-1234-C"}, {"urn:card", "77"}};
  person.phones = {"13905550000"};
  for (const char* words :
       {"1985-06-07", "07.06.1985", "06/07/1985", "19850607", "1985 6 7", "7/6/85", "850607",
        "1985年6月7", "7 June 1985", "Jun 7, 1985", "ab1234c", "AB 1234 C", "77", "139-0555-0000",
        "(139) 0555.0000", "13905550000"}) {
    CAPTURE(words);
    const auto shown = without_person("x " + std::string(words) + " y", person);
    CHECK((shown == "x # y" || shown == "x (# y"));
  }
  CHECK(without_person("HTTP 422: 3 of 177", person) == "HTTP 422: 3 of 177");
  CHECK(without_person("no such schedule", Person()) == "no such schedule");
}
