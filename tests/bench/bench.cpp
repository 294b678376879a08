// What a patient waits for, measured.
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include "drivers/usb/device_worker.h"
#include "kiosk/app/device_events.h"
#include "kiosk/app/records_worker.h"
#include "kiosk/app/ticket_printer.h"
#include "kiosk/store/ledger.h"
#include "printing/escpos_raster.h"
#include "screens/ui/painter.h"
#include "screens/view.h"
#include "tests/bench/report.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/emulators/in_process_transport.h"
#include "tests/unit/screens/sample_models.h"

namespace {

using namespace bench;
using namespace kiosk;

const std::string source_dir = KIOSK_SOURCE_DIR;
const std::string locale_dir = KIOSK_LOCALE_DIR;

struct TicketSite {
  shell::Config config;
  app::Catalogues catalogues;
};

/// The default tickets of a site in two languages.
TicketSite ticket_site() {
  TicketSite site;
  site.config.rules = screens::sample_rules();
  site.config.locale_folder = locale_dir;
  for (const char* language : {"zh-Hans", "en"}) {
    site.config.ticket_templates[language] =
        fmt::format("{}/assets/templates/ticket.{}.receiptline", source_dir, language);
  }
  site.config.rules.languages = {{"zh-Hans", "中文"}, {"en", "English"}};
  site.catalogues = must(app::load_catalogues(site.config));
  return site;
}

void ticket(Report& report) {
  const TicketSite site = ticket_site();
  const auto printer = must(app::TicketPrinter::create(site.config, site.catalogues));
  auto fonts = must(text::Fonts::create(app::font_list(site.config, text::Pitch::proportional)));
  domain::PrintJob job;
  job.number = "K1-017";
  job.check_in = check_in(1);
  const Now now = job.check_in.confirmed;
  for (const auto& [language, path] : site.config.ticket_templates) {
    job.check_in.language = language;
    Bytes bytes = must(printer->ticket(job, now));
    report.figure(fmt::format("ticket {}: laid out and encoded, warm", language),
                  median_us(200, [&] { bytes = must(printer->ticket(job, now)); }) / 1000, "ms", 2);
    std::ifstream file(path);
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    const auto values = app::ticket_values(site.config, job, site.catalogues.at(language), now);
    const auto picture =
        must(printing::render(must(printing::parse_template(source)), values, fonts, 576));
    report.ratio(fmt::format("ticket {}: bytes on the bus", language), double(bytes.size()),
                 double(picture.bits.size()), "bytes", "plain raster", 0.5);
  }
}

/// A patient's confirm through the real workers: ledger and spooler on one thread, the printer's
/// engine on another, an emulated printer on an emulated wire behind it.
class PrintingKiosk {
 public:
  explicit PrintingKiosk(const std::string& folder) {
    const auto vault = must(store::Vault::create(Bytes(32, 1), store::system_random()));
    const Now now = clock_.now();
    app::RecordsWorker::Parts parts;
    parts.ledger = must(store::Ledger::open({folder + "/printing.db", vault, "K1", now}));
    site_.config.profile.base_url = "http://127.0.0.1:1/";
    parts.authorizer = must(sync::no_sign_in(site_.config.profile.base_url));
    parts.engine = must(sync::Engine::create({site_.config.profile, site_.config.rules.zone, "K1"},
                                             *parts.ledger, *parts.authorizer, [] { return 0.5; }));
    parts.tickets = must(app::TicketPrinter::create(site_.config, site_.catalogues));
    parts.random = [this] { return fmt::format("{:032x}", ++random_); };
    app::RecordsPorts ports;
    ports.to_loop = [this](const shell::LoopInput& input) {
      if (const auto* what = std::get_if<decltype(journeys::Event::what)>(&input)) heard(*what);
    };
    ports.to_http = [](sync::HttpRequest) {};
    ports.to_printer = [this](app::PrintBytes job) {
      return printer_worker_->post({drivers::printer::JobId{job.job}, std::move(job.bytes)});
    };
    records_ = std::make_unique<app::RecordsWorker>(site_.config, std::move(parts), clock_,
                                                    std::move(ports));
    printer_worker_ = std::make_unique<drivers::usb::DeviceWorker<drivers::printer::EscposPrinter>>(
        drivers::printer::EscposPrinter(site_.config.printer), printer_.transport(),
        [this](const drivers::printer::PrinterEvent& event) { told(event); });
    records_->start();
    wait([this] { return ready_; });
  }
  ~PrintingKiosk() {
    records_->stop();
    printer_worker_.reset();
  }

  struct Times {
    double first_row_ms = 0;  ///< the commit's answer -> the first dot row on the paper
    double rows_ms = 0;       ///< the first row -> the ticket is reported printed
    double paper_ms = 0;      ///< what the paper alone takes for these rows
  };

  Times print(int index) {
    first_row_.reset();
    committed_.reset();
    printed_ = false;
    printer_.with([this](emulators::EmulatedPrinter& printer) {
      printer.after_rows(1, [this] { first_row_ = SteadyClock::now(); });
    });
    const domain::CheckIn one = check_in(index);
    journeys::Commit commit;
    commit.request = RequestId{static_cast<std::uint64_t>(index)};
    commit.person = one.person;
    domain::Visit visit;
    visit.appointment = one.appointment;
    commit.visits = {visit};
    commit.waiting.resize(1);
    commit.language = "zh-Hans";
    commit.online = true;
    commit.service_day = one.service_day;
    if (!records_->post(shell::RecordsInput(commit))) std::exit(1);
    wait([this] { return printed_; });
    const int rows = printer_.with([](auto& printer) { return printer.tickets().back().rows; });
    const std::lock_guard lock(mutex_);
    const auto ms = [](auto from, auto to) {
      return std::chrono::duration<double, std::milli>(to - from).count();
    };
    return {ms(*committed_, *first_row_), ms(*first_row_, printed_at_),
            rows * 1000.0 / emulators::PrinterAbilities{}.rows_per_second};
  }

 private:
  void heard(const decltype(journeys::Event::what)& what) {
    const std::lock_guard lock(mutex_);
    if (const auto* answer = std::get_if<journeys::CommitAnswered>(&what)) {
      committed_ = SteadyClock::now();
      const auto& done = std::get<domain::Committed>(answer->results.front());
      if (!records_->post(shell::RecordsInput(journeys::AllowPrinting{{done.print_job}}))) {
        std::exit(1);
      }
    } else if (const auto* report = std::get_if<journeys::PrintReported>(&what)) {
      printed_ = printed_ || report->state == domain::PrintState::printed;
      changed_.notify_all();
    }
  }
  void told(const drivers::printer::PrinterEvent& event) {
    using namespace drivers::printer;
    const auto post = [this](shell::RecordsInput input) {
      if (!records_->post(std::move(input))) std::exit(1);
    };
    const auto* changed = std::get_if<StateChanged>(&event);
    const auto* printed = std::get_if<Printed>(&event);
    if (changed != nullptr) post(shell::PrinterChanged{app::health_of(changed->state)});
    if (printed != nullptr) post(shell::JobEnded{printed->job.value, domain::PrintState::printed});
    const std::lock_guard lock(mutex_);
    ready_ = ready_ || (changed != nullptr && changed->state == PrinterState::ready);
    if (printed != nullptr) printed_at_ = SteadyClock::now();
    changed_.notify_all();
  }
  void wait(const std::function<bool()>& reached) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), reached)) {
      fmt::print(stderr, "bench: the printer does not print\n");
      std::exit(1);
    }
  }

  TicketSite site_ = ticket_site();
  shell::Clock clock_{from_ms(1795398060000)};
  std::uint64_t random_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  bool printed_ = false;
  std::optional<SteadyClock::time_point> committed_;
  std::optional<SteadyClock::time_point> first_row_;
  SteadyClock::time_point printed_at_;
  emulators::Plugged<emulators::EmulatedPrinter> printer_;
  std::unique_ptr<drivers::usb::DeviceWorker<drivers::printer::EscposPrinter>> printer_worker_;
  std::unique_ptr<app::RecordsWorker> records_;
};

void print_tickets(Report& report, const std::string& folder) {
  PrintingKiosk kiosk(folder);
  kiosk.print(500'000);  // the printer is asked what it knows before the first one
  std::vector<double> first, rows, paper;
  for (int i = 1; i <= 15; ++i) {
    const PrintingKiosk::Times times = kiosk.print(500'000 + i);
    first.push_back(times.first_row_ms);
    rows.push_back(times.rows_ms);
    paper.push_back(times.paper_ms);
  }
  report.figure("ticket: commit to the first band on the bus", median(std::move(first)), "ms", 5);
  report.ratio("ticket: first row to printed", median(std::move(rows)), median(std::move(paper)),
               "ms", "the paper alone", 1.1);
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

// kiosk-bench [FILE [PART]]
int main(int argc, char** argv) {
  const std::string out = argc > 1 ? argv[1] : "bench.json";
  const std::string only = argc > 2 ? argv[2] : "";
  char folder[] = "/var/tmp/kiosk-bench-XXXXXX";  // a disk, not a memory file system
  if (mkdtemp(folder) == nullptr) return 1;
  Report report;
  const auto wanted = [&](const char* part) { return only.empty() || only == part; };
  if (wanted("pull")) pull(report, folder);
  if (wanted("ledger")) ledger(report, folder);
  if (wanted("ticket")) ticket(report);
  if (wanted("print")) print_tickets(report, folder);
  if (wanted("screen")) screen(report);
  if (wanted("simulation")) {
    simulation(report, std::filesystem::path(argv[0]).replace_filename("simulation"));
  }
  std::filesystem::remove_all(folder);
  return report.write(out);
}
