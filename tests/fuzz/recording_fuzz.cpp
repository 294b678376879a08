// A recording from anyone: refused, or replayed to screens that have names.
#include <cstdint>
#include <string_view>

#include "kiosk/base/check.h"
#include "kiosk/shell/recording.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto recording = kiosk::shell::read_recording(text);
  if (!recording) return 0;
  kiosk::journeys::Rules rules;
  rules.languages = {{"zh-Hans", "中文"}, {"en", "English"}};
  for (const std::string& screen : kiosk::shell::replay(rules, *recording)) {
    KIOSK_CHECK(!screen.empty());
  }
  std::string written = kiosk::shell::first_line(recording->start);
  for (const auto& event : recording->events) written += kiosk::shell::line_of(event);
  const auto again = kiosk::shell::read_recording(written);
  KIOSK_CHECK(again.has_value() && again->events.size() == recording->events.size());
  return 0;
}
