#include "kiosk/store/number_series.h"

#include "fixture.h"

using namespace kiosk::store;

TEST_CASE("number series: the first ledger has no letter, later ones B to Z, then AA") {
  CHECK(series_number("K1", {1, 17}) == "K1-017");
  CHECK(series_number("K1", {2, 1}) == "K1B-001");
  CHECK(series_number("K1", {26, 1}) == "K1Z-001");
  CHECK(series_number("K1", {27, 1}) == "K1AA-001");
  CHECK(series_number("K1", {28, 1000}) == "K1AB-1000");
}

TEST_CASE("number series: every number reads back and no two are alike") {
  for (int incarnation = 1; incarnation < 800; ++incarnation) {
    const SeriesNumber number{incarnation, 999 + incarnation};
    CHECK(parse_series_number("K1", series_number("K1", number)) == number);
  }
}

TEST_CASE("number series: what is not this kiosk's is not read") {
  for (const char* text : {"", "K1", "K1-", "K2-001", "K11-001", "K1A-001", "K1b-001", "K1-1",
                           "K1-0001", "K1-00x", "K1ABCDE-001", "K1-1234567890", "xK1-001"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_series_number("K1", text).has_value());
  }
}

TEST_CASE("number series: a code ends in a digit, so that letters after it are an incarnation") {
  CHECK(valid_kiosk_code("K1"));
  CHECK(valid_kiosk_code("7"));
  CHECK_FALSE(valid_kiosk_code(""));
  CHECK_FALSE(valid_kiosk_code("K1B"));
  CHECK_FALSE(valid_kiosk_code("K-1"));
  CHECK_FALSE(valid_kiosk_code("ABCDEFGH1"));
}
