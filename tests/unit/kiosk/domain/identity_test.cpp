#include "kiosk/domain/identity.h"

#include <doctest/doctest.h>

using namespace kiosk::domain;

TEST_CASE("citizen number: the standard's own examples and invented ones check") {
  for (const char* number :
       {"11010519491231002X", "440524188001010014", "990101199003070015", "99010120000229002X",
        "990101198511118885", "810000199506150017", "820000198812310020", "830000200101010031",
        "932682198501010017", "911124198108030024", "931586198001010028"}) {
    CAPTURE(number);
    CHECK(valid_citizen_number(number));
  }
}

TEST_CASE("citizen number: a wrong check character, day or length is refused") {
  CHECK_FALSE(valid_citizen_number("990101199003070016"));
  CHECK_FALSE(valid_citizen_number("990101199002300018"));
  CHECK_FALSE(valid_citizen_number("99010119900307001"));
  CHECK_FALSE(valid_citizen_number("99010119900307001５"));
  CHECK_FALSE(valid_citizen_number(""));
}

TEST_CASE("citizen number: fifteen digits become eighteen, a small x a large one") {
  CHECK(normalised_citizen_number("990101900307001") == "990101199003070015");
  CHECK(normalised_citizen_number("110105491231002") == "11010519491231002X");
  CHECK(normalised_citizen_number("11010519491231002x") == "11010519491231002X");
  CHECK(normalised_citizen_number("110105491331002").empty());
}

TEST_CASE("masked name: shows what its owner knows and no more") {
  CHECK(masked_name("王芳") == "王*");
  CHECK(masked_name("王小芳") == "王*芳");
  CHECK(masked_name("欧阳小芳") == "欧**芳");
  CHECK(masked_name("John Smith") == "J*** S****");
  CHECK(masked_name("O'Neil, Ann") == "O*****, A**");
  CHECK(masked_name("阿卜杜热合曼·买买提艾力") == "阿*****·买****");
  CHECK(masked_name("𠮷田") == "𠮷*");
  CHECK(masked_name("王𬱖") == "王*");
  CHECK(masked_name("") == "");
}

TEST_CASE("masked name: a letter and its variation selector are one") {
  CHECK(masked_name("葛\xF3\xA0\x84\x80芳") == "葛\xF3\xA0\x84\x80*");
}

TEST_CASE("masked name: malformed bytes never run past the end") {
  CHECK(masked_name("A\xF0") == "A*");
  CHECK(masked_name("\xE4\xBD").size() > 0);
}

TEST_CASE("birth date and digits: both must match, exactly") {
  Person person;
  person.birth_date = Date{1946, 3, 7};
  person.phones = {"13800004821"};
  person.identifiers = {{"urn:card", "99010119460307002X"}};
  CHECK(matches(person, {{1946, 3, 7}, "4821"}));
  CHECK(matches(person, {{1946, 3, 7}, "002X"}));
  CHECK_FALSE(matches(person, {{1946, 3, 8}, "4821"}));
  CHECK_FALSE(matches(person, {{1946, 3, 7}, "821"}));
  CHECK_FALSE(matches(person, {{1946, 3, 7}, ""}));
  CHECK_FALSE(matches(person, {{1946, 3, 7}, "%821"}));
}
