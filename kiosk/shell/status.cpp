#include "kiosk/shell/status.h"

namespace kiosk::shell {

const char* text_of(journeys::ServerHealth health) {
  switch (health) {
    case journeys::ServerHealth::unknown:
      return "unknown";
    case journeys::ServerHealth::online:
      return "online";
    case journeys::ServerHealth::slow:
      return "slow";
    case journeys::ServerHealth::offline:
      return "offline";
  }
  return "unknown";
}

const char* text_of(ClockTrust trust) {
  switch (trust) {
    case ClockTrust::server:
      return "server";
    case ClockTrust::rtc:
      return "rtc";
    case ClockTrust::not_before:
      return "not_before";
  }
  return "not_before";
}

const char* name_of(StaffList list) {
  switch (list) {
    case StaffList::unacknowledged:
      return "unacknowledged";
    case StaffList::refused:
      return "refused";
    case StaffList::held:
      return "held";
  }
  return "";
}

std::optional<StaffList> staff_list(std::string_view name) {
  for (const auto list : {StaffList::unacknowledged, StaffList::refused, StaffList::held}) {
    if (name == name_of(list)) return list;
  }
  return std::nullopt;
}

}  // namespace kiosk::shell
