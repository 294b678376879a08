#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kiosk/store/ledger.h"

// A folder of its own, a fixed key, seeded randomness and a morning in November.
namespace kiosk::store::testing {

using namespace std::chrono_literals;

inline RandomSource counting_random(std::uint64_t seed = 1) {
  return [state = seed](std::size_t size) mutable {
    Bytes bytes(size);
    for (auto& byte : bytes) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
    return bytes;
  };
}

inline Vault test_vault(std::uint8_t fill = 7) {
  return Vault::create(Bytes(Vault::key_bytes, fill), counting_random()).value();
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "kiosk-store-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A ledger's file as the first version of the schema left it.
inline void make_first_version(const std::string& path) {
  const std::string sql =
      contents(std::string(KIOSK_SOURCE_DIR) + "/tests/unit/kiosk/store/ledger_v1.sql");
  REQUIRE(Database::open({path, ""}).value().script(sql.c_str()));
}

inline domain::Day day(int number) {
  const Instant start = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / number));
  return {{2026, 11, number}, start, start + 24h};
}

inline Now at(Instant instant, ClockTrust trust = ClockTrust::server) {
  return {instant, trust};
}
inline Now morning() {
  return at(day(21).start + 9h);
}

inline domain::Person sample_person(const std::string& id = "p1") {
  domain::Person person;
  person.id = id;
  person.name = "王小芳" + id;
  person.birth_date = domain::Date{1990, 5, 17};
  person.identifiers = {{"urn:id", "11010519900517002" + id}, {"urn:card", "CARD-55-" + id}};
  person.phones = {"13800138000"};
  return person;
}

inline domain::Visit sample_visit(const std::string& id = "a1", const std::string& person = "p1") {
  domain::Visit visit;
  domain::Appointment& appointment = visit.appointment;
  appointment.id = id;
  appointment.version = "1";
  appointment.etag = "W/\"1\"";
  appointment.start = day(21).start + 10h;
  appointment.end = appointment.start + 15min;
  appointment.patient_id = person;
  appointment.clinic_id = "clinic";
  appointment.clinic_name = "心内科";
  appointment.doctor_id = "doctor";
  appointment.doctor_name = "Dr Li";
  appointment.location_id = "room";
  appointment.place_name = "3F";
  appointment.booking_number = "BOOKING-" + id;
  appointment.notes = {"空腹"};
  return visit;
}

inline domain::CheckIn sample_check_in(const domain::Visit& visit, Now now = morning(),
                                       const std::string& nonce = "") {
  domain::CheckIn check_in;
  check_in.visit_key = domain::visit_key(visit.appointment.id, visit.round);
  check_in.appointment_id = visit.appointment.id;
  check_in.appointment_version = visit.appointment.version;
  check_in.patient_id = visit.appointment.patient_id;
  check_in.nonce = nonce.empty() ? "nonce-" + check_in.visit_key : nonce;
  check_in.token = "token-" + check_in.visit_key;
  check_in.confirmed = now;
  check_in.service_day = day(21);
  check_in.language = "zh-Hans";
  check_in.person = sample_person(visit.appointment.patient_id);
  check_in.appointment = visit.appointment;
  return check_in;
}

inline domain::CheckIn sample_check_in(const std::string& id, Now now = morning()) {
  return sample_check_in(sample_visit(id), now);
}

inline OpenArguments arguments(const std::string& path, Now now = morning()) {
  return {path, test_vault(), "K1", now};
}

inline std::unique_ptr<Ledger> opened(const OpenArguments& with) {
  auto ledger = Ledger::open(with);
  REQUIRE_MESSAGE(ledger.has_value(), (ledger ? "" : ledger.error().what));
  return std::move(*ledger);
}

inline std::unique_ptr<Ledger> memory_ledger() {
  return opened(arguments(":memory:"));
}

inline void put(Ledger& ledger, std::vector<domain::Visit> visits,
                std::vector<domain::Person> people = {sample_person()}) {
  REQUIRE(ledger.store_page({std::move(people), std::move(visits)}, day(21).start, day(22).end));
}

inline domain::Committed commit(Ledger& ledger, const domain::CheckIn& check_in) {
  auto outcome = ledger.commit_check_in(check_in);
  REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().what));
  REQUIRE(std::holds_alternative<domain::Committed>(*outcome));
  return std::get<domain::Committed>(*outcome);
}

/// The outbox row of a visit that is still pending.
inline std::int64_t outbox_id(Ledger& ledger, const std::string& visit_key) {
  const auto due = ledger.due(Instant::max(), 100).value();
  for (const auto& message : due) {
    if (message.visit_key == visit_key) return message.id;
  }
  FAIL("no pending outbox row");
  return 0;
}

}  // namespace kiosk::store::testing
