#include "kiosk/app/ticket_text.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kiosk;
using namespace kiosk::app;

namespace {

const Instant confirmed = from_ms(1795398060000);  // 2026-11-23 09:41 in Shanghai

shell::Config config() {
  shell::Config made;
  made.rules.zone = {{Instant{}, Minutes(480)}};
  made.rules.hospital = {{"en", "Example City First Hospital"}};
  made.rules.aliases = {{"cardio", {{"en", "Cardiology"}}}};
  return made;
}

domain::PrintJob job() {
  domain::PrintJob made;
  made.number = "K1-017";
  domain::CheckIn& check_in = made.check_in;
  check_in.confirmed = {confirmed, ClockTrust::server};
  check_in.language = "en";
  check_in.online = true;
  check_in.token = std::string(32, 'c');
  check_in.person.name = "王|芳";
  check_in.person.phones = {"13800004821"};
  check_in.appointment.start = confirmed + Minutes(39);
  check_in.appointment.clinic_id = "cardio";
  check_in.appointment.clinic_name = "心内科";
  check_in.appointment.place_name = "Building 3";
  check_in.appointment.doctor_name = "O\"Neil_Ann";
  check_in.appointment.booking_number = "BK00000317";
  return made;
}

printing::Values values(const domain::PrintJob& of, Instant printed = confirmed,
                        const shell::Config& site = config()) {
  return ticket_values(site, of, {}, {printed, ClockTrust::server});
}

}  // namespace

TEST_CASE("ticket text: what the patient needs, the name masked, facts that are absent empty") {
  auto text = values(job());
  CHECK(text["hospital"] == "Example City First Hospital");
  CHECK(text["clinic"] == "Cardiology");
  CHECK(text["number"] == "K1-017");
  CHECK(text["name"] == "王*芳");
  CHECK(text["second_id"] == "ends in 4821");
  CHECK(text["time"] == "10:20");
  CHECK(text["booking"] == "BK00000317");
  CHECK(text["token"] == "KT1." + std::string(32, 'c'));
  CHECK(text["printed_at"] == "2026-11-23 09:41");
  for (const char* absent : {"copy", "offline", "ahead", "notes", "clock_note", "other_number"}) {
    CAPTURE(absent);
    CHECK(text[absent].empty());
  }
  for (const auto& [name, value] : text) {
    const std::string shown = name;
    CAPTURE(shown);
    const auto& known = ticket_value_names();
    CHECK(std::find(known.begin(), known.end(), name) != known.end());
  }
}

TEST_CASE("ticket text: not called by the later of appointment and arrival, and a margin") {
  CHECK(values(job())["not_called_by"].find("10:50") != std::string::npos);
  domain::PrintJob late = job();
  late.check_in.appointment.start = confirmed - Minutes(30);
  CHECK(values(late)["not_called_by"].find("10:11") != std::string::npos);
}

TEST_CASE("ticket text: off-line it leads to the nurse with the time of arrival") {
  domain::PrintJob offline = job();
  offline.check_in.online = false;
  const std::string text = values(offline)["offline"];
  CHECK(text.find("Building 3") != std::string::npos);
  CHECK(text.find("09:41") != std::string::npos);
}

TEST_CASE("ticket text: people ahead are told with their age, and not when the count is old") {
  domain::PrintJob counted = job();
  counted.check_in.waiting.people_ahead = 4;
  CHECK(values(counted)["ahead"] == "4 people ahead (09:41)");
  counted.check_in.waiting.people_ahead = 1;
  CHECK(values(counted)["ahead"] == "1 person ahead (09:41)");
  CHECK(values(counted, confirmed + Minutes(5))["ahead"].empty());
}

TEST_CASE("ticket text: the wait is told with its age, and \"not called by\" waits for its end") {
  domain::PrintJob counted = job();
  const std::string without = values(counted)["not_called_by"];
  counted.check_in.waiting.range = domain::WaitRange{Minutes(40), Minutes(55)};
  CHECK(values(counted)["wait"] == "Wait from 09:41: about 40 to 55 minutes");
  CHECK(values(counted, confirmed + Minutes(5))["wait"].empty());
  CHECK(values(counted)["not_called_by"].find("11:06") != std::string::npos);
  counted.check_in.waiting.range->until = Minutes(30);
  CHECK(values(counted)["not_called_by"] == without);  // the appointment is later
  counted.check_in.waiting.range->until = Minutes(90);
  CHECK(values(counted)["not_called_by"].find("11:41") != std::string::npos);
  CHECK(values(counted, confirmed + Minutes(5))["not_called_by"].find("11:41") !=
        std::string::npos);
}

TEST_CASE("ticket text: an untrusted clock gives no times to rely on") {
  domain::PrintJob untrusted = job();
  untrusted.check_in.confirmed.trust = ClockTrust::not_before;
  auto text = values(untrusted);
  CHECK(text["clock_note"] == "Time not confirmed");
  CHECK(text["not_called_by"].empty());
  CHECK(text["printed_at"].empty());
}

TEST_CASE("ticket text: of two numbers it says which one is called") {
  domain::PrintJob twice = job();
  twice.other_number = "K2-044";
  CHECK(values(twice)["other_number"] == "You are called as K2-044.");
  twice.copy = domain::Copy::copy;
  CHECK(values(twice)["other_number"] == "Instead of your ticket K2-044.");
}

TEST_CASE("ticket text: a copy says so; the second identifier is the site's choice") {
  domain::PrintJob copy = job();
  copy.copy = domain::Copy::copy;
  CHECK(values(copy)["copy"] == "COPY");
  shell::Config site = config();
  site.second_identifier = shell::SecondIdentifier::none;
  CHECK(values(copy, confirmed, site)["second_id"].empty());
  site.second_identifier = shell::SecondIdentifier::document_last4;
  CHECK(values(copy, confirmed, site)["second_id"].empty());
}
