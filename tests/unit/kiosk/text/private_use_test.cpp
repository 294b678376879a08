#include "kiosk/text/private_use.h"

#include <doctest/doctest.h>

#include <set>

namespace kiosk::text {
namespace {

TEST_CASE("private use: the codes of old cards become their characters") {
  CHECK(from_private_use(U'\uE863') == U'䶮');
  CHECK(from_private_use(U'\uE815') == U'\u2E81');
  CHECK(from_private_use(U'\uE816') == U'\U00020087');
  CHECK(from_private_use(U'\uE81E') == U'\u9FB4');
  CHECK(from_private_use(U'\uE826') == U'\u9FB5');
  CHECK(from_private_use(U'\uE843') == U'\u9FB9');
  CHECK(from_private_use(U'\uE844') == U'\u4723');  // the row goes from FE7E to FE80
  CHECK(from_private_use(U'\uE864') == U'\u9FBB');
  CHECK(from_private_use(U'\uE78D') == U'\uFE10');
  CHECK(from_private_use(U'\uE796') == U'\uFE19');
  CHECK(from_private_use(U'\uE7C7') == U'\u1E3F');
  CHECK(from_private_use(U'\uE7F3') == U'\u2FFB');
}

TEST_CASE("private use: all else stays as it is") {
  for (const char32_t c : {U'王', U'\uE78C', U'\uE797', U'\uE814', U'\uE865', U'\uE000', U'a'}) {
    CHECK(from_private_use(c) == c);
  }
}

TEST_CASE("private use: no two codes become one character, and none stays private") {
  std::set<char32_t> seen;
  int mapped = 0;
  for (char32_t c = 0xE000; c <= 0xF8FF; ++c) {
    const char32_t to = from_private_use(c);
    if (to == c) continue;
    ++mapped;
    CHECK((to < 0xE000 || to > 0xF8FF));
    CHECK(seen.insert(to).second);
  }
  CHECK(mapped == 105);
}

TEST_CASE("private use: names are mapped as UTF-8, malformed bytes become U+FFFD") {
  CHECK(from_private_use("王\uE863芳") == "王䶮芳");
  CHECK(from_private_use("a\xFF") == "a\uFFFD");
  CHECK(from_private_use("") == "");
}

}  // namespace
}  // namespace kiosk::text
