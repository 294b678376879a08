#include "tests/bench/report.h"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

namespace bench {

using namespace kiosk;
using nlohmann::json;

void Report::figure(const std::string& name, double value, const std::string& unit, double bar) {
  add({name, value, unit, "", value, bar, bar == 0 || value <= bar});
}

void Report::ratio(const std::string& name, double value, double peer, const std::string& unit,
                   const std::string& peer_name, double bar) {
  const double judged = value / peer;
  add({name, value, unit, fmt::format("{} {:.3g}", peer_name, peer), judged, bar,
       bar == 0 || judged <= bar});
}

void Report::exactly(const std::string& name, double value, const std::string& unit,
                     double wanted) {
  add({name, value, unit, "", value, wanted, value == wanted});
}

void Report::add(Figure figure) {
  fmt::print("{:<48} {:>9.3f} {:<6} {:<34} {}\n", figure.name, figure.value, figure.unit,
             figure.peer.empty() ? "" : fmt::format("{:.2f} x {}", figure.judged, figure.peer),
             !figure.ok        ? fmt::format("BEYOND {}", figure.bar)
             : figure.bar == 0 ? ""
                               : fmt::format("ok, bar {}", figure.bar));
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

int Report::write(const std::string& path) const {
  json rows = json::array();
  int bad = 0;
  for (const Figure& one : figures_) {
    rows.push_back({{"name", one.name},
                    {"value", one.value},
                    {"unit", one.unit},
                    {"peer", one.peer},
                    {"ratio", one.peer.empty() ? json() : json(one.judged)},
                    {"bar", one.bar},
                    {"ok", one.ok}});
    bad += one.ok ? 0 : 1;
  }
  std::ofstream(path) << rows.dump(2) << "\n";
  fmt::print("{} figures, {} beyond their bar; {}\n", rows.size(), bad, path);
  return bad == 0 ? 0 : 1;
}

double timed_us(const std::function<void()>& work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median_us(int runs, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(timed_us(work));
  return median(std::move(times));
}

domain::CheckIn check_in(int index) {
  domain::CheckIn made;
  made.appointment_id = fmt::format("appointment-{:06}", index);
  made.visit_key = made.appointment_id;
  made.patient_id = fmt::format("patient-{:06}", index);
  made.nonce = fmt::format("{:032x}", index);
  made.token = fmt::format("{:032x}", index + 1'000'000);
  made.confirmed = {from_ms(1795398060000), ClockTrust::server};
  made.service_day.date = {2026, 11, 23};
  made.online = true;
  made.language = "zh-Hans";
  made.person.id = made.patient_id;
  made.person.name = "王小芳";
  made.person.phones = {"13800004821"};
  made.person.identifiers = {{"urn:oid:2.16.840.1.113883.2.3.4.1", fmt::format("{:018}", index)}};
  made.appointment.id = made.appointment_id;
  made.appointment.patient_id = made.patient_id;
  made.appointment.start = made.confirmed.instant + Minutes(39);
  made.appointment.clinic_name = "心内科";
  made.appointment.doctor_name = "李建国";
  made.appointment.doctor_title = "主任医师";
  made.appointment.place_name = "门诊楼 3 层 B 区 302";
  made.appointment.booking_number = "BK26000317";
  return made;
}

}  // namespace bench
