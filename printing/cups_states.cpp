#include "printing/cups_states.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace printing {
namespace {

using drivers::printer::PrinterState;

enum class Severity { report, warning, error };

struct Reason {
  std::string_view keyword;
  Severity severity = Severity::error;
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// RFC 8011, 5.4.12: without a suffix a reason is as serious as an error.
Reason reason_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Severity>, 3> suffixes = {
      {{"-report", Severity::report},
       {"-warning", Severity::warning},
       {"-error", Severity::error}}};
  for (const auto& [suffix, severity] : suffixes) {
    if (ends_with(text, suffix)) return {text.substr(0, text.size() - suffix.size()), severity};
  }
  return {text, Severity::error};
}

/// What a reason means when it is an error, and the least serious suffix with which it still does.
struct Meaning {
  std::string_view begins;  ///< the keyword, or how a family of them begins
  PrinterState state;
  Severity counts_from;
};

// Where two fit, the first counts.
constexpr std::array<Meaning, 28> meanings = {{
    {"media-empty", PrinterState::paper_out, Severity::report},
    {"media-needed", PrinterState::paper_out, Severity::report},
    {"input-tray-missing", PrinterState::paper_out, Severity::report},
    {"media-low", PrinterState::paper_near_end, Severity::report},
    {"media-jam", PrinterState::offline, Severity::report},
    {"cover-open", PrinterState::cover_open, Severity::report},
    {"door-open", PrinterState::cover_open, Severity::report},
    {"interlock-open", PrinterState::cover_open, Severity::report},
    {"trimmer-", PrinterState::cutter_error, Severity::error},
    {"cutter-", PrinterState::cutter_error, Severity::error},
    {"fuser-over-temp", PrinterState::overheated, Severity::report},
    {"fuser-", PrinterState::offline, Severity::error},
    {"offline", PrinterState::offline, Severity::report},
    {"paused", PrinterState::offline, Severity::report},
    {"moving-to-paused", PrinterState::offline, Severity::report},
    {"shutdown", PrinterState::offline, Severity::report},
    {"deactivated", PrinterState::offline, Severity::report},
    {"stopp", PrinterState::offline, Severity::report},
    {"timed-out", PrinterState::offline, Severity::warning},
    {"spool-area-full", PrinterState::offline, Severity::warning},
    {"output-", PrinterState::offline, Severity::error},
    {"marker-supply-empty", PrinterState::offline, Severity::error},
    {"marker-waste-full", PrinterState::offline, Severity::error},
    {"toner-empty", PrinterState::offline, Severity::error},
    {"developer-empty", PrinterState::offline, Severity::error},
    {"opc-life-over", PrinterState::offline, Severity::error},
    {"cups-missing-filter", PrinterState::offline, Severity::warning},
    {"cups-insecure-filter", PrinterState::offline, Severity::warning},
}};

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

PrinterState meaning_of(Reason reason) {
  for (const Meaning& meaning : meanings) {
    if (!begins_with(reason.keyword, meaning.begins)) continue;
    return reason.severity >= meaning.counts_from ? meaning.state : PrinterState::ready;
  }
  return PrinterState::ready;
}

constexpr int printer_idle = 3;
constexpr int printer_stopped = 5;

kiosk::Error error_of(std::string_view code, const IppJob& job) {
  return {"printer", code,
          fmt::format("job state {}: {}", job.state, fmt::join(job.reasons, ", "))};
}

}  // namespace

PrinterState state_of(const IppPrinter& printer, std::span<const std::string> ignored) {
  PrinterState state = PrinterState::ready;
  for (const std::string& reason : printer.reasons) {
    const bool counts = std::none_of(ignored.begin(), ignored.end(), [&](const std::string& one) {
      return begins_with(reason, one);
    });
    if (counts) state = safer(state, meaning_of(reason_of(reason)));
  }
  const bool stale = printer.age == Reasons::of_last_job && printer.state == printer_idle;
  if (stale && !can_print(state)) state = PrinterState::paper_near_end;
  const bool off = printer.state == printer_stopped || printer.accepting == Accepting::no;
  return off && can_print(state) ? PrinterState::offline : state;
}

std::optional<JobEnd> end_of(const IppJob& job, PrinterState printer, PageCount count) {
  // The last one is what CUPS 2.4 leaves behind when all went well.
  constexpr std::array<std::string_view, 3> harmless = {"none", "job-completed-successfully",
                                                        "processing-to-stop-point"};
  switch (job.state) {
    case job_canceled:
      return given_up(job, error_of("canceled", job));
    case job_aborted:
      return given_up(job, error_of("aborted", job));
    case job_completed:
      break;
    default:
      return std::nullopt;
  }
  const auto unknown = [&](std::string_view code) {
    return JobEnd{JobEnd::What::unknown, error_of(code, job)};
  };
  if (!can_print(printer)) return unknown(name_of(printer));
  const bool clean =
      std::all_of(job.reasons.begin(), job.reasons.end(), [&](const std::string& reason) {
        return std::find(harmless.begin(), harmless.end(), reason) != harmless.end();
      });
  if (!clean) return unknown("no_completion");
  if (count == PageCount::believed && job.pages == 0) return unknown("no_page");
  return JobEnd{JobEnd::What::printed, {}};
}

JobEnd given_up(const IppJob& job, kiosk::Error why) {
  const auto what = job.begun == Begun::no ? JobEnd::What::nothing : JobEnd::What::unknown;
  return {what, std::move(why)};
}

}  // namespace printing
