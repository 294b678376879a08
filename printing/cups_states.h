#pragma once

// What an IPP printer says of itself and of a job -> what the kiosk knows of printers and tickets.
// Source: RFC 8011, 5.3.7 (job states), 5.4.11 and 5.4.12 (printer states and reasons); PWG 5100.9
// (reasons of finishers); for reasons that begin with cups-, CUPS's own documentation.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/printer/escpos_status.h"
#include "kiosk/base/result.h"

namespace printing {

enum class Accepting { no, yes };

/// How old the reasons are: CUPS learns them from most printers only while it prints a job, and
/// keeps telling what the last one ended with.
enum class Reasons { live, of_last_job };

/// Get-Printer-Attributes, as far as it matters.
struct IppPrinter {
  int state = 3;                     ///< 3 idle, 4 processing, 5 stopped
  std::vector<std::string> reasons;  ///< with their -error, -warning or -report
  Reasons age = Reasons::live;
  Accepting accepting = Accepting::yes;
  std::string make_and_model;
  std::vector<std::string> formats;  ///< MIME types

  bool operator==(const IppPrinter&) const = default;
};

/// Whether the printer had begun with a job; before, nothing of it can be on paper.
enum class Begun { no, yes };

inline constexpr int job_canceled = 7;
inline constexpr int job_aborted = 8;
inline constexpr int job_completed = 9;

/// Get-Job-Attributes, as far as it matters.
struct IppJob {
  int state = 3;  ///< 3 pending, 4 held, 5 processing, 6 stopped; 7 to 9: ended, as above
  std::vector<std::string> reasons;
  Begun begun = Begun::no;
  std::optional<int> pages;  ///< printed, where it is counted

  bool operator==(const IppJob&) const = default;
};

/// What became of a job. Printed needs the printer's word without any "but".
struct JobEnd {
  enum class What { printed, nothing, unknown };
  What what = What::unknown;
  kiosk::Error why;  ///< of nothing and unknown; codes as in drivers::printer::Unknown

  bool operator==(const JobEnd&) const = default;
};

/// The safest reading of state and reasons, but for reasons that begin with one of `ignored`. Of
/// paper and covers even a report counts: printers that are idle call a missing roll no more. What
/// an idle queue kept from its last job keeps nobody from printing: it is paper_near_end, so that
/// somebody looks.
drivers::printer::PrinterState state_of(const IppPrinter& printer,
                                        std::span<const std::string> ignored = {});

/// Whether a job that ended without a page counted may have been printed.
enum class PageCount { believed, ignored };

/// None while the job goes on. `printer` is what the printer said last.
std::optional<JobEnd> end_of(const IppJob& job, drivers::printer::PrinterState printer,
                             PageCount count);

/// Of a job that stays where it is and was given up: nothing if it never began.
JobEnd given_up(const IppJob& job, kiosk::Error why);

}  // namespace printing
