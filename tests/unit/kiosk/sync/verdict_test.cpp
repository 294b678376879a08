#include "kiosk/sync/verdict.h"

#include <doctest/doctest.h>

#include "kiosk/sync/fhir_read.h"

using namespace kiosk::sync;

namespace {

constexpr const char* telling = R"({"resourceType":"OperationOutcome","issue":[
  {"severity":"error","code":"business-rule","expression":["Patient.name='Wang Fang'"],
   "diagnostics":"Patient 慕容秀0000 born 1985-06-07 phone 139-0555-0000 is locked",
   "details":{"text":"Wang Fang","coding":[{"code":"wang-fang","display":"Wang Fang"}]}},
  {"severity":"error","code":"Wang Fang"},
  {"severity":"error","code":"conflict"}]})";

Reply replied(int status, std::string body) {
  return {HttpResponse{status, {}, std::move(body)}, {}, {}};
}

}  // namespace

TEST_CASE("verdict: for the log there are the status and codes that FHIR itself has") {
  CHECK(server_codes(replied(409, telling)) == "HTTP 409: business-rule, conflict");
  CHECK(server_codes(replied(500, "Wang Fang")) == "HTTP 500");
  CHECK(server_codes({HttpFailure{HttpFailureKind::lost, "reset"}, {}, {}}) ==
        "connection lost: reset");
}

TEST_CASE("verdict: for the staff there are the server's words, masked") {
  CHECK(server_words(replied(409, telling)) ==
        "HTTP 409: business-rule: Patient # born # phone # is locked: Wang Fang: conflict");
}

TEST_CASE("verdict: an entry of a transaction that was not done says both, too") {
  const auto reading = read_fhir(R"({"resourceType":"Bundle","type":"batch-response","entry":[
    {"response":{"status":"422 Wang Fang","outcome":)" +
                                 std::string(telling) + "}}]}");
  REQUIRE(reading);
  const auto failed = failed_entry(*reading);
  REQUIRE(failed);
  CHECK(failed->for_good);
  CHECK(failed->codes == "an entry of the transaction: HTTP 422: business-rule, conflict");
  CHECK(failed->words.find("Patient # born # phone # is locked") != std::string::npos);
}
