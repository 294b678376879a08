#include "kiosk/domain/codes.h"

#include <doctest/doctest.h>

using namespace kiosk::domain;

namespace {

const std::vector<CodeFormat> formats{
    {"ticket", "KT1\\.([0-9a-f]{32})", Checksum::none, CodeMeaning::ticket, ""},
    {"booking", "A[0-9]{8}", Checksum::none, CodeMeaning::booking_number, "urn:booking"},
    {"nric", "[STFGM][0-9]{7}[A-Z]", Checksum::nric, CodeMeaning::person, "urn:nric"},
    {"resident", "[0-9]{17}[0-9Xx]", Checksum::citizen_number, CodeMeaning::person, "urn:resident"},
    {"health card", "[0-9A-Fa-f]{64}(:[0-9])?", Checksum::none, CodeMeaning::person, "urn:ehc"},
};

}  // namespace

TEST_CASE("nric: published vectors check and a changed letter does not") {
  for (const char* text : {"S1234567D", "S0000001I", "S9999999C", "T1234567J", "T0000001E",
                           "T9999999Z", "F1234567N", "F0000001U", "F9999999M", "G1234567X",
                           "G0000001P", "G9999999W", "M1234567K", "M0000001Q", "M9999999X"}) {
    CAPTURE(text);
    CHECK(valid_nric(text));
    std::string wrong = text;
    wrong[3] = wrong[3] == '9' ? '8' : char(wrong[3] + 1);
    CHECK_FALSE(valid_nric(wrong));
  }
}

TEST_CASE("code: each row of the table gives its meaning") {
  CHECK(recognise_code(formats, "A00000317") == Code(BookingCode{{"urn:booking", "A00000317"}}));
  CHECK(recognise_code(formats, "S1234567D") == Code(PersonCode{{"urn:nric", "S1234567D"}}));
  CHECK(recognise_code(formats, "11010519491231002x") ==
        Code(PersonCode{{"urn:resident", "11010519491231002X"}}));
  const std::string token(32, 'a');
  CHECK(recognise_code(formats, "KT1." + token) == Code(TicketCode{token}));
}

TEST_CASE("code: the form of a known code with a wrong checksum is damaged, not unknown") {
  CHECK(recognise_code(formats, "S1234567E") == Code(DamagedCode{}));
  CHECK(recognise_code(formats, "990101199003070016") == Code(DamagedCode{}));
}

TEST_CASE("code: nothing from outside is a wildcard, a part or too long") {
  for (const std::string& text :
       {std::string("A0000031"), std::string("A000003170"), std::string("A%"), std::string("*"),
        std::string("A00000317 "), std::string(), std::string(100'000, 'A'),
        std::string("https://example.org/A00000317")}) {
    CHECK(recognise_code(formats, text) == Code(UnknownCode{}));
  }
  CHECK(recognise_code(formats, std::string("A0000\x01") + "0317") == Code(DamagedCode{}));
}

TEST_CASE("code: a pattern that is no regular expression is told") {
  CHECK(valid_pattern("[0-9]{3}"));
  CHECK_FALSE(valid_pattern("[0-9"));
}
