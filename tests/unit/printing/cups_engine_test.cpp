#include "printing/cups_engine.h"

#include <doctest/doctest.h>

#include <utility>

namespace printing {
namespace {

using drivers::printer::Failed;
using drivers::printer::Identified;
using drivers::printer::Printed;
using drivers::printer::PrinterState;
using drivers::printer::StateChanged;
using drivers::printer::Unknown;
using kiosk::Milliseconds;

kiosk::Error error(std::string_view code) {
  return {"ipp", code, "as the test wants it"};
}

/// A printer of the test's making: says what it is told to say, and writes down what it is asked.
class FakeService : public IppService {
 public:
  kiosk::Result<IppPrinter> printer() override {
    if (printer_fails) return kiosk::pass_on(*printer_fails);
    return printer_says;
  }
  kiosk::Result<int> create(const std::string& name, const IppPage& page) override {
    if (create_fails) return kiosk::pass_on(*create_fails);
    names.push_back(name);
    pages.push_back(page);
    return 40 + static_cast<int>(pages.size());
  }
  kiosk::Result<void> send(int job, const std::string& format, kiosk::ByteView) override {
    if (send_fails) return kiosk::pass_on(*send_fails);
    sent.emplace_back(job, format);
    return {};
  }
  kiosk::Result<IppJob> job(int) override {
    if (job_fails) return kiosk::pass_on(*job_fails);
    return job_says;
  }
  kiosk::Result<void> cancel(int job) override {
    canceled.push_back(job);
    if (cancel_ends) job_says.state = 7;
    return {};
  }

  kiosk::Result<void> forget(int job) override {
    if (forget_fails) return kiosk::pass_on(*forget_fails);
    forgotten.push_back(job);
    return {};
  }

  IppPrinter printer_says{
      3, {"none"}, Reasons::live, Accepting::yes, "Acme T80", {"image/pwg-raster"}};
  IppJob job_says{5, {"job-printing"}, Begun::yes, std::nullopt};
  bool cancel_ends = true;
  std::optional<kiosk::Error> printer_fails, create_fails, send_fails, job_fails, forget_fails;
  std::vector<std::string> names;
  std::vector<IppPage> pages;
  std::vector<std::pair<int, std::string>> sent;
  std::vector<int> canceled;
  std::vector<int> forgotten;
};

kiosk::Bytes document(const Sheet& sheet = {}) {
  return encode(Picture(576, 1624), sheet).value();
}

struct Bench {
  explicit Bench(CupsSettings with = {}) : settings(with), engine(with) { step(Milliseconds(0)); }

  void step(Milliseconds later, std::vector<drivers::printer::Print> commands = {}) {
    now += later;
    auto outputs = engine.step(now, service, commands);
    wake_at = outputs.wake_at;
    for (auto& event : outputs.events) events.push_back(std::move(event));
  }
  void print(std::int64_t number = 1) { step(Milliseconds(10), {{{number}, document()}}); }
  /// Lets so much time pass, as often as the engine wants to be woken.
  void run(Milliseconds time) {
    for (const auto until = now + time; wake_at <= until;) step(wake_at - now);
  }

  template <typename Kind>
  int count() const {
    int found = 0;
    for (const auto& event : events) found += std::holds_alternative<Kind>(event) ? 1 : 0;
    return found;
  }
  int outcomes() const { return count<Printed>() + count<Failed>() + count<Unknown>(); }
  PrinterState state() const {
    PrinterState last = PrinterState::ready;
    for (const auto& event : events) {
      if (const auto* changed = std::get_if<StateChanged>(&event)) last = changed->state;
    }
    return last;
  }
  /// "failed paper_out", "unknown stuck", "printed" of the last event.
  std::string outcome() const {
    if (events.empty()) return "";
    if (const auto* failed = std::get_if<Failed>(&events.back())) {
      return "failed " + std::string(failed->why.code);
    }
    if (const auto* unknown = std::get_if<Unknown>(&events.back())) {
      return "unknown " + std::string(unknown->why.code);
    }
    return std::holds_alternative<Printed>(events.back()) ? "printed" : "";
  }

  CupsSettings settings;
  CupsEngine engine;
  FakeService service;
  Moment now{};
  Moment wake_at{};
  std::vector<drivers::printer::PrinterEvent> events;
};

}  // namespace

TEST_CASE("cups: it tells its state and its model at start, and each change once") {
  Bench bench;
  CHECK(bench.state() == PrinterState::ready);
  CHECK(bench.count<Identified>() == 1);
  bench.run(Milliseconds(20'000));
  CHECK(bench.count<StateChanged>() == 1);
  bench.service.printer_says.reasons = {"media-low-report"};
  bench.run(Milliseconds(5'000));
  CHECK(bench.state() == PrinterState::paper_near_end);
  bench.service.printer_fails = error("silent");
  bench.run(Milliseconds(5'000));
  CHECK(bench.state() == PrinterState::silent);
  bench.service.printer_fails = error("absent");
  bench.run(Milliseconds(5'000));
  CHECK(bench.state() == PrinterState::unplugged);
  bench.service.printer_fails.reset();
  bench.run(Milliseconds(5'000));
  CHECK(bench.count<StateChanged>() == 5);
  CHECK(bench.count<Identified>() == 1);
}

TEST_CASE("cups: a job is sent with its paper and followed until it is printed") {
  Bench bench;
  bench.print(7);
  CHECK(bench.service.names == std::vector<std::string>{"ticket 7"});
  REQUIRE(bench.service.pages.size() == 1);
  CHECK(bench.service.pages[0] == IppPage{"image/pwg-raster", 8000, 20320, 203});
  CHECK(bench.service.sent == std::vector<std::pair<int, std::string>>{{41, "image/pwg-raster"}});
  bench.run(Milliseconds(2'000));
  CHECK(bench.outcomes() == 0);
  bench.service.job_says = {9, {"job-completed-successfully"}, Begun::yes, 1};
  bench.run(Milliseconds(300));
  CHECK(bench.outcome() == "printed");
  bench.run(Milliseconds(200'000));
  CHECK(bench.outcomes() == 1);
  CHECK(bench.service.canceled.empty());
}

TEST_CASE("cups: what cannot be printed is refused before a byte is sent") {
  Bench bench;
  SUBCASE("a second job at once") {
    bench.print(1);
    bench.print(2);
    CHECK(bench.outcome() == "failed busy");
    CHECK(bench.service.sent.size() == 1);
    return;
  }
  SUBCASE("nothing") {
    bench.step(Milliseconds(1), {{{1}, {}}});
    CHECK(bench.outcome() == "failed empty");
  }
  SUBCASE("bytes for a receipt printer") {
    bench.step(Milliseconds(1), {{{1}, {0x1B, 0x40}}});
    CHECK(bench.outcome() == "failed format");
  }
  SUBCASE("a format that the queue does not take") {
    bench.service.printer_says.formats = {"application/pdf"};
    bench.print();
    CHECK(bench.outcome() == "failed format");
  }
  SUBCASE("no paper, noticed only now") {
    bench.service.printer_says.reasons = {"media-empty-error"};
    bench.print();
    CHECK(bench.outcome() == "failed paper_out");
    CHECK(bench.state() == PrinterState::paper_out);
  }
  SUBCASE("no queue") {
    bench.service.printer_fails = error("no_such");
    bench.print();
    CHECK(bench.outcome() == "failed unplugged");
  }
  SUBCASE("a server that says no") {
    bench.service.create_fails = error("refused");
    bench.print();
    CHECK(bench.outcome() == "failed refused");
  }
  SUBCASE("a server that hangs as the job is announced") {
    bench.service.create_fails = error("silent");
    bench.print();
    CHECK(bench.outcome() == "failed silent");
  }
  CHECK(bench.outcomes() == 1);
  CHECK(bench.service.sent.empty());
}

TEST_CASE("cups: a document that the server refused is failed, one lost on the way asked for") {
  Bench bench;
  SUBCASE("refused") {
    bench.service.send_fails = error("refused");
    bench.print();
    CHECK(bench.outcome() == "failed refused");
    CHECK(bench.service.canceled == std::vector<int>{41});
    return;
  }
  bench.service.send_fails = error("silent");
  SUBCASE("it never began") {
    bench.service.job_says = {4, {"job-incoming"}, Begun::no, std::nullopt};
    bench.print();
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "failed silent");
  }
  SUBCASE("it began") {
    bench.print();
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "unknown silent");
  }
  SUBCASE("it was printed: only the answer was lost") {
    bench.service.cancel_ends = false;
    bench.service.job_says = {9, {"job-completed-successfully"}, Begun::yes, 1};
    bench.print();
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "printed");
  }
  SUBCASE("nobody can say") {
    bench.service.job_fails = error("silent");
    bench.print();
    bench.run(Milliseconds(11'000));
    CHECK(bench.outcome() == "unknown silent");
  }
  CHECK(bench.outcomes() == 1);
}

TEST_CASE("cups: a job that hangs is canceled after its limit") {
  Bench bench;
  SUBCASE("begun") {
    bench.print();
    bench.run(Milliseconds(59'000));
    CHECK(bench.service.canceled.empty());
    bench.run(Milliseconds(2'000));
    CHECK(bench.service.canceled == std::vector<int>{41});
    CHECK(bench.outcome() == "unknown stuck");
  }
  SUBCASE("never begun") {
    bench.service.job_says = {3, {"none"}, Begun::no, std::nullopt};
    bench.print();
    bench.run(Milliseconds(61'000));
    CHECK(bench.outcome() == "failed stuck");
  }
  SUBCASE("not even canceled") {
    bench.service.cancel_ends = false;
    bench.print();
    bench.run(Milliseconds(60'500));
    CHECK(bench.outcomes() == 0);
    bench.run(Milliseconds(11'000));
    CHECK(bench.outcome() == "unknown stuck");
  }
  CHECK(bench.outcomes() == 1);
}

TEST_CASE("cups: paper that runs out cancels the job, unless it is back soon") {
  Bench bench;
  bench.print();
  bench.service.printer_says.reasons = {"media-empty-warning"};
  bench.run(Milliseconds(4'000));
  CHECK(bench.outcomes() == 0);
  SUBCASE("back") {
    bench.service.printer_says.reasons = {"none"};
    bench.run(Milliseconds(10'000));
    CHECK(bench.outcomes() == 0);
    bench.service.job_says = {9, {"job-completed-successfully"}, Begun::yes, 1};
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "printed");
  }
  SUBCASE("gone") {
    bench.run(Milliseconds(2'000));
    CHECK(bench.outcome() == "unknown paper_out");
    CHECK(bench.service.canceled == std::vector<int>{41});
  }
}

TEST_CASE("cups: a job's document is removed from the server once the job has ended") {
  Bench bench;
  bench.print();
  bench.run(Milliseconds(2'000));
  CHECK(bench.service.forgotten.empty());
  bench.service.job_says = {9, {"none"}, Begun::yes, 1};
  bench.service.forget_fails = error("silent");
  bench.run(Milliseconds(20'000));
  CHECK(bench.service.forgotten.empty());
  bench.service.forget_fails.reset();
  bench.run(Milliseconds(20'000));
  CHECK(bench.service.forgotten == std::vector<int>{41});
  CHECK(bench.outcomes() == 1);
}

TEST_CASE("cups: a queue deleted under a job, a server lost under it") {
  Bench bench;
  bench.print();
  SUBCASE("deleted") {
    bench.service.job_fails = error("no_such");
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "unknown vanished");
  }
  SUBCASE("lost for good: the limits still hold") {
    bench.service.printer_fails = error("absent");
    bench.service.job_fails = error("absent");
    bench.run(Milliseconds(30'000));
    CHECK(bench.outcome() == "unknown unplugged");
  }
  SUBCASE("lost for a moment") {
    bench.service.job_fails = error("absent");
    bench.run(Milliseconds(2'000));
    bench.service.job_fails.reset();
    bench.service.job_says = {9, {"none"}, Begun::yes, 1};
    bench.run(Milliseconds(300));
    CHECK(bench.outcome() == "printed");
  }
  CHECK(bench.outcomes() == 1);
  bench.service.printer_fails.reset();
  bench.service.job_fails.reset();
  bench.run(Milliseconds(5'000));
  bench.print(2);
  bench.service.job_says = {9, {"none"}, Begun::yes, 1};
  bench.run(Milliseconds(300));
  CHECK(bench.outcome() == "printed");
}

}  // namespace printing
