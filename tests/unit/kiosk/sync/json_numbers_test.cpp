#include "kiosk/sync/json_numbers.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_write.h"

using namespace kiosk::sync;

namespace {

nlohmann::json json_of(std::string_view text) {
  return nlohmann::json::parse(with_numbers_as_texts(text));
}

std::string text_of(const nlohmann::json& value) {
  return with_texts_as_numbers(value.dump());
}

}  // namespace

TEST_CASE("numbers: are written as they were read") {
  for (const std::string text :
       {R"({"a":[1.10,-0.0,1e400,123456789012345678901234567890,0.1E-7,7,-12],"b":"2.50"})",
        R"({"1.10":"\"3.10\\","c":{"d":2.00}})", "[]", R"({"a":"\u0001"})"}) {
    CAPTURE(text);
    CHECK(text_of(json_of(text)) == text);
  }
  for (const char* text : {"", "{", "\"", "{\"a\":\"\\", "{\"a\":-}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)json_of(text), nlohmann::json::exception);
  }
}

TEST_CASE("numbers: no text of a resource leaves the string that it stands in") {
  const std::string text = R"({"a":"\u0001#1,\"b\":2","c":"\u0001#","d":"\u0001#1\\"})";
  CHECK(nlohmann::json::parse(text_of(json_of(text)), nullptr, false).is_object());
}

TEST_CASE("numbers: one that no 64 bits hold keeps nobody's day out") {
  const std::string patient = R"({"resourceType":"Patient","id":"p","birthDate":"1986-04-12",)"
                              R"("extension":[{"url":"x","valueDecimal":)";
  for (const char* number : {"1e400", "-1E+9999", "123456789012345678901234567890", "1.10"}) {
    CAPTURE(number);
    const auto read = read_fhir(patient + number + "}]}");
    REQUIRE(read);
    CHECK(read->patients.at(0).birth_date == kiosk::domain::Date{1986, 4, 12});
  }
  for (const char* number : {"1.2.3", "--1", "1e", "0x10"}) {
    CAPTURE(number);
    CHECK(read_fhir(patient + number + "}]}").error().code == "malformed");
  }
}

TEST_CASE("numbers: an appointment that is written back keeps its decimals") {
  FreshAppointment fresh;
  fresh.json = R"({"resourceType":"Appointment","id":"a","status":"booked",)"
               R"("extension":[{"url":"x","valueDecimal":1.10},{"url":"y","valueDecimal":1e400}]})";
  const auto change = arrive(SiteProfile(), fresh);
  REQUIRE(change);
  CHECK(change->resource.find(":1.10") != std::string::npos);
  CHECK(change->resource.find(":1e400") != std::string::npos);
  CHECK(change->resource.find("\"arrived\"") != std::string::npos);
}
