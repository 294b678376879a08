#include "kiosk/app/device_set.h"

namespace kiosk::app {

bool DeviceSet::want(bool wanted) {
  bool taken = true;
  for (const auto& post : want_) taken = post(wanted) && taken;
  return taken;
}

bool DeviceSet::print(drivers::printer::Print job) {
  return print_ && print_(std::move(job));
}

}  // namespace kiosk::app
