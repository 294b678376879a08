// What a patient waits for, measured. Writes a list of {name, value, unit, peer, ratio, bar, ok}
// and a table; a figure with a peer is judged by their ratio, measured interleaved in the same run.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kiosk/app/ticket_printer.h"
#include "kiosk/store/ledger.h"
#include "printing/escpos_raster.h"
#include "screens/ui/painter.h"
#include "screens/view.h"
#include "tests/unit/screens/sample_models.h"

namespace {

using namespace kiosk;
using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

const std::string source_dir = KIOSK_SOURCE_DIR;
const std::string locale_dir = KIOSK_LOCALE_DIR;

class Report {
 public:
  /// A figure with an absolute bar (0: none, only told).
  void figure(const std::string& name, double value, const std::string& unit, double bar) {
    add(name, value, unit, "", value, bar);
  }
  /// A figure beside its peer; the bar is for value / peer.
  void ratio(const std::string& name, double value, double peer, const std::string& unit,
             const std::string& peer_name, double bar) {
    add(name, value, unit, fmt::format("{} {:.3g}", peer_name, peer), value / peer, bar);
  }
  int write(const std::string& path) const {
    std::ofstream(path) << rows_.dump(2) << "\n";
    int bad = 0;
    for (const json& row : rows_) bad += row["ok"] == true ? 0 : 1;
    fmt::print("{} figures, {} beyond their bar; {}\n", rows_.size(), bad, path);
    return bad == 0 ? 0 : 1;
  }

 private:
  void add(const std::string& name, double value, const std::string& unit, const std::string& peer,
           double judged, double bar) {
    const bool ok = bar == 0 || judged <= bar;
    rows_.push_back({{"name", name},
                     {"value", value},
                     {"unit", unit},
                     {"peer", peer},
                     {"ratio", peer.empty() ? json() : json(judged)},
                     {"bar", bar},
                     {"ok", ok}});
    fmt::print("{:<44} {:>9.3f} {:<6} {:<34} {}\n", name, value, unit,
               peer.empty() ? "" : fmt::format("{:.2f} x {}", judged, peer),
               bar == 0 ? ""
               : ok     ? "ok"
                        : fmt::format("BEYOND {}", bar));
  }
  json rows_ = json::array();
};

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

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "bench: {}\n", result.error().what);
  std::exit(1);
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

void ticket(Report& report) {
  shell::Config config;
  config.rules = screens::sample_rules();
  config.locale_folder = locale_dir;
  config.ticket_templates = {
      {"zh-Hans", source_dir + "/assets/templates/ticket.zh-Hans.receiptline"}};
  config.rules.languages = {{"zh-Hans", "中文"}};
  const app::Catalogues catalogues = must(app::load_catalogues(config));
  const auto printer = must(app::TicketPrinter::create(config, catalogues));
  domain::PrintJob job;
  job.number = "K1-017";
  job.check_in = check_in(1);
  const Now now = job.check_in.confirmed;
  Bytes bytes = must(printer->ticket(job, now));
  report.figure("ticket: laid out and encoded, warm",
                median_us(200, [&] { bytes = must(printer->ticket(job, now)); }) / 1000, "ms", 2);

  auto fonts = must(text::Fonts::create(text::debian_fonts(text::Pitch::fixed)));
  std::ifstream file(config.ticket_templates.at("zh-Hans"));
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  const auto values = app::ticket_values(config, job, catalogues.at("zh-Hans"), now);
  const auto picture =
      must(printing::render(must(printing::parse_template(source)), values, fonts, 576));
  report.ratio("ticket: bytes on the bus", double(bytes.size()), double(picture.bits.size()),
               "bytes", "plain raster", 0.5);
}

void commit(Report& report, const std::string& folder) {
  const auto vault = must(store::Vault::create(Bytes(32, 1), store::system_random()));
  const std::string path = folder + "/ledger.db";
  const auto ledger =
      must(store::Ledger::open({path, vault, "K1", {from_ms(1795398060000), ClockTrust::server}}));
  const int file = open((folder + "/append").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const auto wal_bytes = [&] {
    struct stat info {};
    return stat((path + "-wal").c_str(), &info) == 0 ? info.st_size : 0;
  };
  std::vector<double> commits, appends;
  std::vector<char> same_bytes(33'000, 'x');
  for (int i = 0; i < 540; ++i) {
    const domain::CheckIn next = check_in(i);
    const auto before = wal_bytes();
    const double took = timed_us([&] { must(ledger->commit_check_in(next)); });
    if (const auto grown = wal_bytes() - before; grown > 0)
      same_bytes.resize(std::size_t(grown), 'x');
    const double peer = timed_us([&] {
      if (write(file, same_bytes.data(), same_bytes.size()) < 0 || fdatasync(file) != 0)
        std::exit(1);
    });
    if (i < 40) continue;
    commits.push_back(took);
    appends.push_back(peer);
  }
  close(file);
  report.ratio("ledger: commit of a check-in", median(commits) / 1000, median(appends) / 1000, "ms",
               "append of the same bytes + fdatasync", 1.5);

  const domain::Identifier known{"urn:oid:2.16.840.1.113883.2.3.4.1", fmt::format("{:018}", 77)};
  store::Page page;
  for (int i = 0; i < 5000; ++i) {
    const domain::CheckIn one = check_in(100'000 + i);
    page.people.push_back(one.person);
    page.visits.push_back({one.appointment, std::nullopt, 1});
  }
  const Instant from = from_ms(1795300000000);
  const double stored = timed_us([&] {
    if (!ledger->store_page(page, from, from + std::chrono::hours(72))) std::exit(1);
  });
  report.figure("ledger: store 5000 appointments", stored / 1000, "ms", 0);
  const domain::Identifier card{known.system, fmt::format("{:018}", 102'345)};
  report.figure("ledger: look a card up among 5000",
                median_us(500, [&] { must(ledger->find(card)); }) / 1000, "ms", 0.5);
}

void screen(Report& report) {
  const journeys::Rules rules = screens::sample_rules();
  auto fonts = must(text::Fonts::create(text::debian_fonts(text::Pitch::proportional)));
  const auto texts = must(screens::ui::Catalogue::load(locale_dir + "/zh-Hans.mo"));
  screens::ui::Layout layout(fonts);
  screens::ui::Painter painter(fonts);
  const auto confirm = screens::sample_model("confirm", "zh-Hans");
  const auto done = screens::sample_model("done_printed", "zh-Hans");
  int turn = 0;
  report.figure("screen: a new one laid out and painted, 1080x1920",
                median_us(60,
                          [&] {
                            const auto& model = ++turn % 2 == 0 ? confirm : done;
                            painter.paint(screens::laid_out_view(layout, rules, model, texts), "",
                                          1.0);
                          }) /
                    1000,
                "ms", 33);
  report.figure(
      "screen: the same again",
      median_us(
          60, [&] { painter.paint(screens::laid_out_view(layout, rules, done, texts), "", 1.0); }) /
          1000,
      "ms", 4);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string out = argc > 1 ? argv[1] : "bench.json";
  char folder[] = "/var/tmp/kiosk-bench-XXXXXX";  // a disk, not a memory file system
  if (mkdtemp(folder) == nullptr) return 1;
  Report report;
  ticket(report);
  commit(report, folder);
  screen(report);
  std::filesystem::remove_all(folder);
  return report.write(out);
}
