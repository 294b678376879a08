// A configuration that came from anywhere: half is the file, half what is merged over it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kiosk/base/check.h"
#include "kiosk/shell/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk::shell;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = all.find('\0');
  const std::string_view overrides =
      cut == std::string_view::npos ? std::string_view() : all.substr(cut + 1);
  const kiosk::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  const ConfigReport report =
      read_config({"/nonexistent/kiosk.toml", all.substr(0, cut), overrides}, now);
  KIOSK_CHECK(report.config.has_value() == report.problems.empty());
  KIOSK_CHECK(report.problems.size() <= config_problems_max + 1);
  for (const ConfigProblem& problem : report.problems) {
    KIOSK_CHECK(problem.line >= 1 && problem.column >= 1 && !text_of(problem).empty());
  }
  return 0;
}
