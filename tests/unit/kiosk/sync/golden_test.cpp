#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using nlohmann::json;

namespace {

/// Everything that was sent, readable: request line, headers, body (JSON indented).
std::string transcript(const std::vector<HttpRequest>& sent) {
  std::string text;
  for (const auto& request : sent) {
    text += request.method + " " + request.url + "\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
    const auto body = json::parse(request.body, nullptr, false);
    text += "\n" + (body.is_discarded() ? request.body : body.dump(2)) + "\n\n";
  }
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_golden(const std::string& name, const std::string& text) {
  const auto path = std::string(KIOSK_SOURCE_DIR) + "/tests/golden/sync/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  CHECK(read_file(path) == text);
}

}  // namespace

TEST_CASE("golden: what is sent for one arrival in each way") {
  const std::pair<ArrivalWay, const char*> ways[] = {
      {ArrivalWay::transaction, "arrival_a_transaction.txt"},
      {ArrivalWay::one_by_one, "arrival_b_one_by_one.txt"},
      {ArrivalWay::appointment_only, "arrival_c_appointment_only.txt"}};
  for (const auto& [way, name] : ways) {
    auto hospital = small_hospital();
    auto profile = emulators::hospital_profile(base_url);
    profile.arrival_way = way;
    SyncBench bench(hospital, profile);
    bench.run();
    bench.sent.clear();
    const auto id = bench.commit(hospital.demo_person("one_booked").appointments.at(0),
                                 "00112233445566778899aabbccddeeff", "K1-017");
    bench.run({OutboxChanged{}});
    CHECK(bench.row(id).state == MemoryStore::RowState::acknowledged);
    check_golden(name, transcript(bench.sent));
  }
}

TEST_CASE("golden: what is sent to put a second number on an Encounter, and for an alert") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, emulators::hospital_profile(base_url));
  bench.run();
  bench.sent.clear();
  const auto appointment = hospital.demo_person("already_checked_in").appointments.at(0);
  bench.commit(appointment, nonce_of('a'), "K1-018");
  bench.run({OutboxChanged{}, RaiseAlert{"printer", "K1: paper is out"}});
  check_golden("arrival_second_number.txt", transcript(bench.sent));
}

TEST_CASE("golden: what is sent for the first run of the day and the changes after it") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, emulators::hospital_profile(base_url));
  bench.run();
  bench.pass(Seconds(31));
  check_golden("download.txt", transcript(bench.sent));
}
