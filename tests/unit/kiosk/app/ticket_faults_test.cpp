// Power off, cable out, paper out, cover open, the program killed: at every byte of a real ticket,
// on good printers and on clones, through the real engine and the real spooler. What is tried at
// one byte starts from a copy of the undisturbed run at that byte.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "drivers/printer/void_strip.h"
#include "kiosk/app/device_events.h"
#include "kiosk/app/ticket_text.h"
#include "kiosk/base/sanitized.h"
#include "kiosk/shell/spooler.h"
#include "printing/escpos_raster.h"
#include "printing/ticket.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/unit/kiosk/store/fixture.h"

using namespace std::chrono_literals;
using namespace kiosk;
using namespace drivers::printer;
using domain::PrintState;
using emulators::EmulatedPrinter;
using emulators::PrinterAbilities;
using emulators::Ticket;

namespace {

using Bench = emulators::DeviceBench<EscposPrinter, EmulatedPrinter>;

constexpr std::size_t byte_step = sanitized ? 197 : 1;
constexpr std::size_t whole_step = sanitized ? 1973 : 499;  // where the whole ticket is sent again
constexpr int feed_rows = 24;

Bytes default_ticket() {
  const auto of_visit = store::testing::sample_check_in("a1");
  domain::PrintJob job;
  job.number = "K1-017";
  job.check_in = of_visit;
  shell::Config config;
  config.rules.zone = {{Instant{}, Minutes(480)}};
  std::ifstream file(KIOSK_SOURCE_DIR "/assets/templates/ticket.zh-Hans.receiptline");
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  auto fonts = text::Fonts::create(text::debian_fonts(text::Pitch::proportional)).value();
  const auto values = app::ticket_values(config, job, {}, of_visit.confirmed);
  const auto picture =
      printing::render(printing::parse_template(source).value(), values, fonts, 576);
  return printing::encode(picture.value(), Profile{}).value();
}

/// Another patient's: eight rows of a pattern of its own.
Bytes short_ticket() {
  Bytes bytes = {0x1B, 0x40, 0x1D, 0x76, 0x30, 0, 72, 0, 8, 0};
  bytes.insert(bytes.end(), 72 * 8, 0xB7);
  append(bytes, Bytes{0x1D, 0x56, 0x42, feed_rows});
  return bytes;
}

/// Waits less than a real one does, for the sake of the test's time.
SiteProfile profile() {
  SiteProfile of;
  of.profile.no_progress_limit = 2s;
  return of;
}

struct Variant {
  const char* name;
  PrinterAbilities abilities;
};

std::vector<Variant> variants() {
  PrinterAbilities process_id;
  PrinterAbilities fence;
  fence.process_id = false;
  fence.clear_buffers = false;
  PrinterAbilities status;
  status.process_id = status.paper_fence = status.identity = false;
  status.automatic_status = status.clear_buffers = false;
  status.unknown_is_text = true;
  PrinterAbilities clone = status;
  clone.answers = clone.port_status = clone.soft_reset = false;
  clone.real_time_status = false;
  clone.device_id = "";
  return {{"process id", process_id}, {"fence", fence}, {"status", status}, {"clone", clone}};
}

enum class Fault { power_off, cable_out, paper_out, cover_open, killed };
constexpr std::array faults = {Fault::power_off, Fault::cable_out, Fault::paper_out,
                               Fault::cover_open, Fault::killed};

const char* name_of(Fault fault) {
  switch (fault) {
    case Fault::power_off:
      return "power off";
    case Fault::cable_out:
      return "cable out";
    case Fault::paper_out:
      return "paper out";
    case Fault::cover_open:
      return "cover open";
    case Fault::killed:
      return "killed";
  }
  return "";
}

/// What the spooler did with a job whose printer told these events, the job given out first.
struct Decided {
  int given_out = 0;
  PrintState state = PrintState::queued;
};
enum class Patient { stays, leaves };

Decided decided(const std::vector<PrinterEvent>& events, Patient patient) {
  auto ledger = store::testing::memory_ledger();
  const auto job = store::testing::commit(*ledger, store::testing::sample_check_in("a1")).print_job;
  Instant now = store::testing::morning().instant;
  shell::Spooler spooler(*ledger);
  Decided result;
  const auto step = [&] {
    shell::Spooler::Output output;
    spooler.step(now, output);
    result.given_out += static_cast<int>(output.print.size());
    now += 1s;
  };
  spooler.printer(journeys::PrinterHealth::ok);
  spooler.allow({job}, now);
  step();
  const auto end = [&](PrintState state) {
    shell::Spooler::Output output;
    spooler.ended(job, state, output);
    if (patient == Patient::leaves) spooler.allow({}, now);
  };
  for (const PrinterEvent& event : events) {
    if (const auto* changed = std::get_if<StateChanged>(&event)) {
      spooler.printer(app::health_of(changed->state));
    }
    if (std::holds_alternative<Printed>(event)) end(PrintState::printed);
    if (std::holds_alternative<Failed>(event)) end(PrintState::failed);
    if (std::holds_alternative<Unknown>(event)) end(PrintState::unknown);
    step();
  }
  result.state = ledger->print_job(job).value()->state;
  return result;
}

/// The undisturbed run of one variant, and what is tried from its copies.
class Trial {
 public:
  Trial(const Variant& variant, Bytes job);

  /// Every byte, `step` bytes apart, for each fault; complaints in words.
  std::string at_bytes(std::size_t step);
  std::string at_rows();

 private:
  enum class Outcome { none, printed, failed, unknown };

  void hit(Bench& bench, Fault fault);
  void put_right(Bench& bench, Fault fault);
  void follow(Bench& bench, Fault fault, std::size_t where);
  void judge_pieces(const Bench& bench, Outcome outcome);
  void go_on(Bench& bench, Outcome outcome, std::size_t where);
  void complain(const std::string& what);
  const Decided& decision(const std::vector<PrinterEvent>& events, Patient patient);

  static bool well(const std::vector<PrinterEvent>& events);
  static Outcome outcome_of(const std::vector<PrinterEvent>& events);
  bool is_head(const Ticket& piece) const;
  bool is_whole(const Ticket& piece) const;
  bool is_void(const Ticket& piece) const;

  Variant variant_;
  const EscposPrinter restarted_{profile(), Remains::possible};
  Bytes job_;
  Bench ready_;
  Ticket reference_;
  int inked_rows_ = 0;
  Bytes void_rows_;
  std::map<std::string, Decided> decisions_;
  std::string where_;
  std::vector<std::string> complaints_;
};

Trial::Trial(const Variant& variant, Bytes job)
    : variant_(variant), job_(std::move(job)), ready_(EscposPrinter(profile()), variant.abilities) {
  ready_.keeps_sent = false;
  ready_.run(10s);
  ready_.events.clear();
  Bench whole(ready_);
  whole.post({{1}, job_});
  whole.run(20s);
  reference_ = whole.model.tickets().at(0);
  inked_rows_ = reference_.rows - feed_rows;
  const Bytes strip = void_strip(576);
  void_rows_.assign(strip.begin() + 8, strip.end());
}

void Trial::complain(const std::string& what) {
  constexpr std::size_t complaints_max = 20;
  if (complaints_.size() < complaints_max) complaints_.push_back(where_ + ": " + what);
}

Trial::Outcome Trial::outcome_of(const std::vector<PrinterEvent>& events) {
  Outcome outcome = Outcome::none;
  for (const PrinterEvent& event : events) {
    if (std::holds_alternative<Printed>(event)) outcome = Outcome::printed;
    if (std::holds_alternative<Failed>(event)) outcome = Outcome::failed;
    if (std::holds_alternative<Unknown>(event)) outcome = Outcome::unknown;
  }
  return outcome;
}

/// The last that was told of the printer's state is good; it was ready before the first event.
bool Trial::well(const std::vector<PrinterEvent>& events) {
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (const auto* changed = std::get_if<StateChanged>(&*event)) return can_print(changed->state);
  }
  return !events.empty();
}

bool Trial::is_head(const Ticket& piece) const {
  const std::size_t size = std::min<std::size_t>(piece.bits.size(), 72U * 8U);
  return std::equal(piece.bits.begin(), piece.bits.begin() + static_cast<std::ptrdiff_t>(size),
                    reference_.bits.begin());
}

bool Trial::is_whole(const Ticket& piece) const {
  return piece.rows >= inked_rows_ &&
         std::equal(reference_.bits.begin(), reference_.bits.begin() + inked_rows_ * 72,
                    piece.bits.begin());
}

bool Trial::is_void(const Ticket& piece) const {
  const std::size_t tail = void_rows_.size() + static_cast<std::size_t>(feed_rows) * 72;
  return piece.bits.size() >= tail &&
         std::equal(void_rows_.begin(), void_rows_.end(),
                    piece.bits.end() - static_cast<std::ptrdiff_t>(tail));
}

void Trial::hit(Bench& bench, Fault fault) {
  switch (fault) {
    case Fault::power_off:
      bench.model.power_off(bench.now);
      bench.link.unplug(bench.now);
      break;
    case Fault::killed:
    case Fault::cable_out:
      bench.link.unplug(bench.now);
      break;
    case Fault::paper_out:
      bench.model.paper_runs_out_after(0);
      break;
    case Fault::cover_open:
      bench.model.open_cover();
      break;
  }
}

void Trial::put_right(Bench& bench, Fault fault) {
  bench.model.set_speed(1'000'000);  // what follows is the same at any pace
  bench.model.power_on();
  if (fault == Fault::paper_out) bench.model.load_paper();
  bench.model.close_cover();
  bench.link.plug(bench.now);
}

const Decided& Trial::decision(const std::vector<PrinterEvent>& events, Patient patient) {
  std::string key = patient == Patient::stays ? "stays" : "leaves";
  for (const PrinterEvent& event : events) {
    const auto* changed = std::get_if<StateChanged>(&event);
    key += static_cast<char>('a' + event.index());
    if (changed != nullptr) key += static_cast<char>('0' + static_cast<int>(changed->state));
  }
  const auto known = decisions_.find(key);
  if (known != decisions_.end()) return known->second;
  return decisions_.emplace(key, decided(events, patient)).first->second;
}

/// What fell out of it for the job must fit what was said of it.
void Trial::judge_pieces(const Bench& bench, Outcome outcome) {
  int valid = 0;
  const bool cancels = variant_.abilities.soft_reset || variant_.abilities.clear_buffers;
  for (const Ticket& piece : bench.model.tickets()) {
    if (&piece == &bench.model.tickets().back()) break;  // the next job's
    const bool whole = is_whole(piece) && !is_void(piece);
    valid += whole ? 1 : 0;
    if (whole || piece.end == Ticket::End::torn || is_void(piece) || piece.is_blank()) continue;
    // A clone that obeys nothing prints what it holds on new paper; that is no ticket's head.
    if (is_head(piece) || cancels)
      complain(fmt::format("a part of {} rows is not void", piece.rows));
  }
  if (bench.model.uncut().rows > 0) complain("something hangs out of it");
  if (valid > 1) complain("two valid tickets");
  if (outcome == Outcome::printed && valid != 1) complain("printed, but there is no ticket");
  if (outcome == Outcome::failed && valid != 0) complain("failed, but there is a ticket");
  if (!bench.model.protocol_errors().empty()) complain(bench.model.protocol_errors().front());
}

/// The same job again where the spooler gives it out, and another patient's.
void Trial::go_on(Bench& bench, Outcome outcome, std::size_t where) {
  const Decided& here = decision(bench.events, Patient::stays);
  const Decided& gone = decision(bench.events, Patient::leaves);
  const bool again = here.given_out == 2;
  if (again != (outcome == Outcome::failed)) complain("a patient who stays gets no whole ticket");
  if (gone.given_out != 1) complain("a ticket falls out for nobody");
  if (outcome == Outcome::failed && gone.state != PrintState::held) complain("it is not held");
  if (outcome == Outcome::unknown && gone.state != PrintState::unknown) complain("not unknown");

  const bool whole = again && where % whole_step == 0;
  bench.events.clear();
  bench.post({{2}, whole ? job_ : short_ticket()});
  bench.run_until_told([&] { return outcome_of(bench.events) != Outcome::none; }, 30s);
  const Outcome next = outcome_of(bench.events);
  if (next != Outcome::printed && variant_.abilities.answers) complain("the next is not printed");
  judge_pieces(bench, outcome);
  if (bench.model.tickets().empty()) return complain("the next does not come out");
  const Ticket& piece = bench.model.tickets().back();
  const bool right = whole ? piece.rows == reference_.rows && is_whole(piece)
                           : piece.rows == 8 + feed_rows && piece.bits.at(0) == 0xB7;
  if (!right) complain(fmt::format("the next has {} rows", piece.rows));
}

void Trial::follow(Bench& bench, Fault fault, std::size_t where) {
  where_ = fmt::format("{}, {} at {}", variant_.name, name_of(fault), where);
  if (fault == Fault::killed) {
    bench.replace(restarted_);
    bench.events.clear();
    put_right(bench, fault);
    bench.run_until_told([&] { return well(bench.events); }, 10s);
    // What the ledger makes of it at the start.
    bench.events = {StateChanged{PrinterState::ready}, Unknown{{1}, {}}};
    return go_on(bench, Outcome::unknown, where);
  }
  bench.run_until_told([&] { return outcome_of(bench.events) != Outcome::none; }, 60s);
  const Outcome outcome = outcome_of(bench.events);
  if (outcome == Outcome::none) return complain("nothing is said");
  bench.run(500ms);
  put_right(bench, fault);
  if (!bench.run_until_told([&] { return well(bench.events); }, 10s)) complain("it stays ill");
  if (outcome_of(bench.events) != outcome) complain("two ends of one job");
  go_on(bench, outcome, where);
}

std::string Trial::at_bytes(std::size_t step) {
  Bench main(ready_);
  main.post({{1}, job_});
  const std::size_t begin = main.model.received_bytes();
  std::size_t next = 1;
  for (int i = 0; i < 5000 && outcome_of(main.events) == Outcome::none; ++i) {
    const Bench before(main);
    main.run(1ms);
    const std::size_t from = before.model.received_bytes();
    for (; begin + next <= main.model.received_bytes(); next += step) {
      for (const Fault fault : faults) {
        Bench copy(before);
        copy.model.after_bytes(begin + next - from, [&] { hit(copy, fault); });
        copy.run(1ms);
        follow(copy, fault, next);
      }
    }
  }
  if (outcome_of(main.events) == Outcome::none) complain("the undisturbed run has no end");
  return fmt::format("{}", fmt::join(complaints_, "\n"));
}

std::string Trial::at_rows() {
  Bench main(ready_);
  main.post({{1}, job_});
  const std::size_t step = sanitized ? 37 : 1;
  std::size_t next = 1;
  for (int i = 0; i < 5000 && outcome_of(main.events) == Outcome::none; ++i) {
    const Bench before(main);
    main.run(1ms);
    const auto rows = [&](const Bench& bench) {
      return bench.model.tickets().empty() ? static_cast<std::size_t>(bench.model.uncut().rows)
                                           : static_cast<std::size_t>(reference_.rows);
    };
    const std::size_t from = rows(before);
    for (; next <= rows(main); next += step) {
      for (const Fault fault : faults) {
        Bench copy(before);
        copy.model.after_rows(static_cast<int>(next - from), [&] { hit(copy, fault); });
        copy.run(1ms);
        follow(copy, fault, 1'000'000 + next);
      }
    }
  }
  return fmt::format("{}", fmt::join(complaints_, "\n"));
}

/// Each variant on a thread of its own.
std::string tried(const std::function<std::string(Trial&)>& what, const Bytes& job) {
  const std::vector<Variant> all = variants();
  std::vector<std::string> complaints(all.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < all.size(); ++i) {
      threads.emplace_back([&, i] {
        Trial trial(all[i], job);
        complaints[i] = what(trial);
      });
    }
  }
  return fmt::format("{}", fmt::join(complaints, ""));
}

}  // namespace

TEST_CASE("ticket: a fault at any byte leaves no second valid ticket and none without a word") {
  const Bytes job = default_ticket();
  REQUIRE(job.size() > 15'000);
  CHECK(tried([&](Trial& trial) { return trial.at_bytes(byte_step); }, job) == "");
}

TEST_CASE("ticket: a fault at any row that comes out does not either") {
  const Bytes job = default_ticket();
  CHECK(tried([](Trial& trial) { return trial.at_rows(); }, job) == "");
}
