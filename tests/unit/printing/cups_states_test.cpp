#include "printing/cups_states.h"

#include <doctest/doctest.h>

#include <string_view>

namespace printing {
namespace {

using drivers::printer::PrinterState;

IppPrinter printer(std::vector<std::string> reasons, int state = 3) {
  IppPrinter printer;
  printer.state = state;
  printer.reasons = std::move(reasons);
  return printer;
}

PrinterState state_for(const std::string& reason) {
  return state_of(printer({reason}));
}

IppJob job(int state, std::vector<std::string> reasons = {}, Begun begun = Begun::yes) {
  return {state, std::move(reasons), begun, std::nullopt};
}

std::string end_for(const IppJob& job, PrinterState state = PrinterState::ready,
                    PageCount count = PageCount::believed) {
  const auto end = end_of(job, state, count);
  if (!end) return "goes on";
  switch (end->what) {
    case JobEnd::What::printed:
      return "printed";
    case JobEnd::What::nothing:
      return "nothing " + std::string(end->why.code);
    case JobEnd::What::unknown:
      return "unknown " + std::string(end->why.code);
  }
  return "";
}

}  // namespace

TEST_CASE("cups state: without a reason a printer is ready, busy or not") {
  CHECK(state_of(printer({"none"}, 3)) == PrinterState::ready);
  CHECK(state_of(printer({"none"}, 4)) == PrinterState::ready);
  CHECK(state_of(printer({}, 3)) == PrinterState::ready);
  CHECK(state_for("cups-waiting-for-job-completed") == PrinterState::ready);
  CHECK(state_for("something-nobody-knows") == PrinterState::ready);
}

TEST_CASE("cups state: paper and covers count with every suffix, because idle printers report") {
  for (const std::string suffix : {"", "-error", "-warning", "-report"}) {
    CAPTURE(suffix);
    CHECK(state_for("media-empty" + suffix) == PrinterState::paper_out);
    CHECK(state_for("media-needed" + suffix) == PrinterState::paper_out);
    CHECK(state_for("media-low" + suffix) == PrinterState::paper_near_end);
    CHECK(state_for("cover-open" + suffix) == PrinterState::cover_open);
    CHECK(state_for("door-open" + suffix) == PrinterState::cover_open);
    CHECK(state_for("media-jam" + suffix) == PrinterState::offline);
    CHECK(state_for("offline" + suffix) == PrinterState::offline);
    CHECK(state_for("paused" + suffix) == PrinterState::offline);
  }
}

TEST_CASE("cups state: other troubles count where they stop the printer") {
  CHECK(state_for("trimmer-jam-error") == PrinterState::cutter_error);
  CHECK(state_for("cutter-failure") == PrinterState::cutter_error);
  CHECK(state_for("trimmer-near-end-warning") == PrinterState::ready);
  CHECK(state_for("fuser-over-temp") == PrinterState::overheated);
  CHECK(state_for("marker-supply-low-warning") == PrinterState::ready);
  CHECK(state_for("marker-supply-empty-warning") == PrinterState::ready);
  CHECK(state_for("marker-supply-empty-error") == PrinterState::offline);
  CHECK(state_for("cups-missing-filter-warning") == PrinterState::offline);
}

TEST_CASE("cups state: of several reasons the safest counts") {
  CHECK(state_of(printer({"media-low", "cover-open", "media-empty"})) == PrinterState::cover_open);
  CHECK(state_of(printer({"none", "media-low-report"})) == PrinterState::paper_near_end);
}

TEST_CASE("cups state: one that is stopped or takes no jobs is off-line, if nothing is worse") {
  CHECK(state_of(printer({"none"}, 5)) == PrinterState::offline);
  CHECK(state_of(printer({"media-empty"}, 5)) == PrinterState::paper_out);
  IppPrinter rejecting = printer({"none"});
  rejecting.accepting = Accepting::no;
  CHECK(state_of(rejecting) == PrinterState::offline);
}

TEST_CASE("cups state: what an idle queue kept from its last job does not stop the next one") {
  IppPrinter kept = printer({"media-empty-report"}, 3);
  kept.age = Reasons::of_last_job;
  CHECK(state_of(kept) == PrinterState::paper_near_end);
  kept.state = 4;
  CHECK(state_of(kept) == PrinterState::paper_out);
  kept.state = 5;
  CHECK(state_of(kept) == PrinterState::paper_out);
}

TEST_CASE("cups state: reasons that a printer always gives can be left out") {
  const std::vector<std::string> ignored = {"media-empty"};
  CHECK(state_of(printer({"media-empty-report"}), ignored) == PrinterState::ready);
  CHECK(state_of(printer({"media-empty-report", "cover-open"}), ignored) ==
        PrinterState::cover_open);
}

TEST_CASE("cups job: it goes on until it is completed, canceled or aborted") {
  for (const int state : {3, 4, 5, 6}) CHECK(end_for(job(state)) == "goes on");
  CHECK(end_for(job(9, {"job-completed-successfully"})) == "printed");
  CHECK(end_for(job(9, {"processing-to-stop-point"})) == "printed");
}

TEST_CASE("cups job: completed with any complaint is unknown") {
  CHECK(end_for(job(9, {"job-completed-with-errors"})) == "unknown no_completion");
  CHECK(end_for(job(9, {"job-completed-successfully", "job-completed-with-warnings"})) ==
        "unknown no_completion");
  CHECK(end_for(job(9), PrinterState::paper_out) == "unknown paper_out");
  CHECK(end_for(job(9), PrinterState::paper_near_end) == "printed");
}

TEST_CASE("cups job: completed without a page is unknown, unless the queue counts none") {
  IppJob nothing = job(9, {"processing-to-stop-point"});
  nothing.pages = 0;
  CHECK(end_for(nothing) == "unknown no_page");
  CHECK(end_for(nothing, PrinterState::ready, PageCount::ignored) == "printed");
  nothing.pages = 1;
  CHECK(end_for(nothing) == "printed");
}

TEST_CASE("cups job: canceled or aborted is nothing only if it never began") {
  CHECK(end_for(job(7, {}, Begun::no)) == "nothing canceled");
  CHECK(end_for(job(7, {}, Begun::yes)) == "unknown canceled");
  CHECK(end_for(job(8, {}, Begun::no)) == "nothing aborted");
  CHECK(end_for(job(8, {}, Begun::yes)) == "unknown aborted");
}

}  // namespace printing
