#pragma once

#include <memory>
#include <vector>

#include "drivers/usb/id_table.h"
#include "kiosk/app/device_set.h"
#include "kiosk/base/result.h"
#include "kiosk/shell/config.h"

namespace kiosk::app {

/// Makes the devices run: the real ones in production, models in the demo.
class DeviceFactory {
 public:
  virtual ~DeviceFactory() = default;
  virtual Result<std::unique_ptr<DeviceSet>> start(const shell::Config& config,
                                                   DeviceSinks sinks) = 0;
};

/// Starts the site's camera, if it has one; a folder of pictures is one, in the demo too.
void add_camera(DeviceSet& devices, const shell::Config& config);

/// What is looked for on USB by that configuration.
std::vector<drivers::usb::DeviceChoice> usb_choices(const shell::Config& config);

/// The real devices that the configuration names, found by class and by the table of ids.
std::unique_ptr<DeviceFactory> real_devices();

}  // namespace kiosk::app
