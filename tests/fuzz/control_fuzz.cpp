// A line of the control socket from anyone: parsed or refused, and what is shown of it is JSON
// again.
#include <cstdint>
#include <string_view>

#include "kiosk/base/check.h"
#include "kiosk/shell/arrivals_csv.h"
#include "kiosk/shell/control.h"
#include "kiosk/shell/trail.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto request = kiosk::shell::parse_control(line);
  if (request) {
    KIOSK_CHECK(kiosk::shell::parse_control(kiosk::shell::request_line(request->op, request->text))
                    .has_value());
  } else {
    const std::string reply = kiosk::shell::error_reply(request.error());
    KIOSK_CHECK(!kiosk::shell::readable_reply(reply).has_value());
  }
  [[maybe_unused]] const auto text = kiosk::shell::readable_reply(line);
  if (const auto page = kiosk::shell::parse_trail(line)) {
    KIOSK_CHECK(kiosk::shell::parse_trail(kiosk::shell::trail_reply(*page)) == *page);
  }
  if (const auto items = kiosk::shell::parse_list(line)) {
    const auto again = kiosk::shell::list_reply(*items, kiosk::shell::ListFor::file);
    KIOSK_CHECK(kiosk::shell::parse_list(again)->size() == items->size());
    [[maybe_unused]] const auto csv = kiosk::shell::csv_text(*items, {});
  }
  [[maybe_unused]] const auto report = kiosk::shell::parse_sync(line);
  return 0;
}
