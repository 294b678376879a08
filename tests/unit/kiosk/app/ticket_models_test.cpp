// The default tickets on models of each width, through the real engine: with "auto" the paper that
// falls is whole, whatever is plugged in.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "drivers/printer/escpos_printer.h"
#include "kiosk/app/ticket_printer.h"
#include "printing/ticket.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/unit/kiosk/store/fixture.h"

using namespace std::chrono_literals;
using namespace kiosk;
using namespace drivers::printer;
using emulators::EmulatedPrinter;
using emulators::PrinterAbilities;

namespace {

using Bench = emulators::DeviceBench<EscposPrinter, EmulatedPrinter>;

shell::Config site() {
  shell::Config made;
  made.rules.zone = {{Instant{}, Minutes(480)}};
  made.rules.kiosk_code = "K1";
  made.ticket_templates["zh-Hans"] =
      KIOSK_SOURCE_DIR "/assets/templates/ticket.zh-Hans.receiptline";
  return made;
}

/// Prints what it is given as the records' worker does; the profile comes by events alone.
class Kiosk {
 public:
  explicit Kiosk(const shell::Config& config)
      : config_(config), tickets_(app::TicketPrinter::create(config_, catalogues_).value()) {
    job.id = 5;
    job.number = "K1-017";
    job.check_in = store::testing::sample_check_in("a1");
    job.check_in.language = "zh-Hans";
  }

  domain::PrintJob job;

  /// Whether it was said to be printed.
  bool print(Bench& bench) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      follow(bench);
      auto bytes = tickets_->ticket(job, job.check_in.confirmed).value();
      bench.post({{job.id}, std::move(bytes), tickets_->profile()});
      bench.run_until([&] { return bench.count<Printed>() + bench.count<MadeForAnother>() > 0; },
                      30s);
      if (bench.count<Printed>() > 0) return true;
    }
    return false;
  }

  printing::Picture picture(int width_dots) const {
    std::ifstream file(config_.ticket_templates.at("zh-Hans"));
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    auto fonts = text::Fonts::create(text::debian_fonts(text::Pitch::proportional)).value();
    const auto values = app::ticket_values(config_, job, {}, job.check_in.confirmed);
    return printing::render(printing::parse_template(source).value(), values, fonts, width_dots)
        .value();
  }

 private:
  /// What application and records' worker do with the printer's events.
  void follow(Bench& bench) {
    for (const PrinterEvent& event : bench.events) {
      if (const auto* told = std::get_if<Identified>(&event)) tickets_->go_by(told->use->profile);
      if (const auto* made = std::get_if<MadeForAnother>(&event)) tickets_->go_by(made->here);
    }
    bench.events.clear();
  }

  const shell::Config config_;
  const app::Catalogues catalogues_;
  std::unique_ptr<app::TicketPrinter> tickets_;
};

bool black(const emulators::Ticket& paper, int x, int y) {
  return y < paper.rows && paper.dot(x, y);
}

/// Every dot of the picture is on the paper, and nothing else is; white at its end need not have
/// been fed.
bool shows(const emulators::Ticket& paper, const printing::Picture& picture) {
  for (int y = 0; y < std::max(paper.rows, picture.height_dots); ++y) {
    for (int x = 0; x < paper.width_dots; ++x) {
      const bool wanted = y < picture.height_dots && x < picture.width_dots && picture.black(x, y);
      if (black(paper, x, y) != wanted) return false;
    }
  }
  return picture.width_dots <= paper.width_dots;
}

/// The one paper that fell; it is torn off where the model has no cutter.
emulators::Ticket paper_of(Bench& bench, emulators::Ticket::End end) {
  if (end == emulators::Ticket::End::torn) bench.model.load_paper();
  const auto papers = bench.model.take_tickets();
  REQUIRE(papers.size() == 1);
  CHECK(papers.front().end == end);
  return papers.front();
}

Bench started(const shell::Config& config, PrinterAbilities abilities) {
  Bench bench(EscposPrinter(config.printer), abilities);
  bench.run(10s);
  return bench;
}

struct Model {
  std::string name;
  PrinterAbilities abilities;
  int width_dots;
  emulators::Ticket::End end;
};

std::vector<Model> models() {
  using End = emulators::Ticket::End;
  PrinterAbilities nameless = emulators::epson_tm_t88();
  nameless.device_id = "";
  PrinterAbilities torn;
  torn.cutter = false;
  return {{"58 mm clone", emulators::clone_58(), 384, End::torn},
          {"TM-T88", emulators::epson_tm_t88(), 512, End::cut},
          {"TM-T88, by GS I alone", nameless, 512, End::cut},
          {"unknown", {}, 576, End::cut},
          {"unknown, says it has no cutter", torn, 576, End::torn}};
}

}  // namespace

TEST_CASE("ticket models: with \"auto\" the paper is whole at each width, cut or torn") {
  const shell::Config config = site();
  Kiosk kiosk(config);
  for (const Model& model : models()) {
    CAPTURE(model.name);
    Bench bench = started(config, model.abilities);
    REQUIRE(kiosk.print(bench));
    const emulators::Ticket paper = paper_of(bench, model.end);
    CHECK(paper.width_dots == model.width_dots);
    CHECK(shows(paper, kiosk.picture(model.width_dots)));
    CHECK(bench.model.protocol_errors().empty());
  }
}

TEST_CASE("ticket models: long names and a long number stay whole on 58 mm") {
  const shell::Config config = site();
  Kiosk kiosk(config);
  kiosk.job.number = "K12B-1017";
  domain::Appointment& appointment = kiosk.job.check_in.appointment;
  appointment.clinic_name = "Interdisciplinary Centre for Gastroenterology and Hepatology";
  appointment.doctor_name = "Dr. Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh";
  appointment.place_name = "门诊大楼东侧附楼地下一层放射影像科登记处";
  appointment.booking_number = std::string(60, 'W');
  Bench bench = started(config, emulators::clone_58());
  REQUIRE(kiosk.print(bench));
  CHECK(shows(paper_of(bench, emulators::Ticket::End::torn), kiosk.picture(384)));
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("ticket models: a printer that is swapped between two tickets gets each in its width") {
  const shell::Config config = site();
  Kiosk kiosk(config);
  Bench wide = started(config, {});
  REQUIRE(kiosk.print(wide));
  Bench narrow = started(config, emulators::epson_tm_t88());
  SUBCASE("its profile was told") {}
  SUBCASE("the ticket was made before its profile was told") {
    narrow.events.clear();
  }
  REQUIRE(kiosk.print(narrow));
  CHECK(shows(paper_of(narrow, emulators::Ticket::End::cut), kiosk.picture(512)));
  CHECK(narrow.model.protocol_errors().empty());
  REQUIRE(kiosk.print(wide));
  wide.model.take_tickets();
}

TEST_CASE("ticket models: the width that the site set stands, also on a wider model") {
  shell::Config config = site();
  config.printer.width_dots = 384;
  Kiosk kiosk(config);
  Bench bench = started(config, emulators::epson_tm_t88());
  REQUIRE(kiosk.print(bench));
  const auto paper = paper_of(bench, emulators::Ticket::End::cut);
  CHECK(paper.width_dots == 512);
  CHECK(shows(paper, kiosk.picture(384)));
}
