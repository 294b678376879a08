#include "kiosk/shell/arrivals_csv.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::shell;

namespace {

const domain::Zone shanghai = {{Instant{}, Minutes(480)}};
const std::string names =
    "number,confirmed_at,appointment,patient,visit_key,nonce,state,reason\r\n";

store::ListedArrival sample() {
  store::ListedArrival listed;
  listed.message.id = 7;
  listed.message.number = "K1-017";
  listed.message.visit_key = "a1/2";
  listed.message.appointment_id = "a1";
  listed.message.patient_id = "p1";
  listed.message.nonce = "0f";
  listed.message.confirmed_at = from_ms(1795398060123);
  return listed;
}

}  // namespace

TEST_CASE("arrivals: a line tells what the desk needs, at the local time, and no name") {
  store::ListedArrival listed = sample();
  listed.check_in.emplace();
  listed.check_in->person.name = "王小芳";
  const ListedItem item = item_of(listed);
  CHECK(item.name == "王*芳");
  CHECK(csv_text({item}, shanghai) ==
        names + "K1-017,2026-11-23T09:41:00.123+08:00,a1,p1,a1/2,0f,not_told,\r\n");
  CHECK(csv_text({}, shanghai) == names);
}

TEST_CASE("arrivals: whether the server may have it, and its words") {
  store::ListedArrival listed = sample();
  listed.message.unknown = true;
  CHECK(item_of(listed).state == "unanswered");
  listed.refused = true;
  listed.reason = "422: no such \"schedule\",\nask IT";
  CHECK(csv_text({item_of(listed)}, {}) ==
        names +
            "K1-017,2026-11-23T01:41:00.123+00:00,a1,p1,a1/2,0f,refused,"
            "\"422: no such \"\"schedule\"\",\nask IT\"\r\n");
}

TEST_CASE("arrivals: no text of a server is run as a formula, and no clock breaks a line") {
  for (const char* words : {"=1+1", "+1", "-1", "@sum", "\tx"}) {
    store::ListedArrival listed = sample();
    listed.message.number = words;
    listed.message.confirmed_at = Instant::max();
    const std::string text = csv_text({item_of(listed)}, {});
    CHECK(text.find("\r\n'" + std::string(words) + ",9999-") != std::string::npos);
  }
}
