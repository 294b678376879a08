#include "drivers/input/evdev_transport.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libevdev/libevdev.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

namespace drivers::input {
namespace {

using stream::file_failure;
using stream::FileDescriptor;

constexpr const char* folder = "/dev/input";
constexpr std::size_t devices_max = 256;

struct FreeEvdev {
  void operator()(libevdev* device) const { libevdev_free(device); }
};

/// An event file, and what the kernel tells of it.
struct Keyboard {
  FileDescriptor file;
  std::unique_ptr<libevdev, FreeEvdev> device;
};

bool is_keyboard(const libevdev* device) {
  constexpr std::array<unsigned, 4> keys = {KEY_A, KEY_Z, KEY_1, KEY_ENTER};
  return std::all_of(keys.begin(), keys.end(), [&](unsigned key) {
    return libevdev_has_event_code(device, EV_KEY, key) == 1;
  });
}

std::vector<std::string> event_files() {
  std::vector<std::string> paths;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (!entry.path().filename().string().starts_with("event")) continue;
    if (paths.size() < devices_max) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

kiosk::Result<Keyboard> look_at(const std::string& path) {
  Keyboard keyboard;
  keyboard.file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!keyboard.file) return kiosk::pass_on(file_failure(path, errno));
  libevdev* device = nullptr;
  if (const int code = libevdev_new_from_fd(keyboard.file.get(), &device); code != 0) {
    return kiosk::pass_on(file_failure(path + ": is no input device", -code));
  }
  keyboard.device.reset(device);
  return keyboard;
}

class EvdevDevice final : public stream::StreamDevice {
 public:
  explicit EvdevDevice(WedgeChoice choice) : choice_(std::move(choice)) {}

  kiosk::Result<stream::Stream> open() override {
    auto found = choice_.path.empty() ? find() : look_at(choice_.path);
    if (!found) return kiosk::pass_on(found.error());
    const libevdev* device = found->device.get();
    if (!is_keyboard(device)) {
      return kiosk::fail("usb", "failed", choice_.path + ": has not the keys of a keyboard");
    }
    if (const int code = libevdev_grab(found->device.get(), LIBEVDEV_GRAB); code != 0) {
      return kiosk::pass_on(file_failure("take the keyboard", -code));
    }
    stream::Stream opened;
    opened.interface = describe_stream(stream::Direction::read_only);
    opened.interface.vendor = static_cast<std::uint16_t>(libevdev_get_id_vendor(device));
    opened.interface.product = static_cast<std::uint16_t>(libevdev_get_id_product(device));
    opened.in = std::move(found->file);  // closing it gives the keyboard back
    return opened;
  }

  kiosk::Error why_ended(int error) override {
    return file_failure("read the keyboard", error == 0 ? ENODEV : error);
  }

 private:
  kiosk::Result<Keyboard> find() const {
    kiosk::Error why{"usb", "absent", "no keyboard-wedge scanner is plugged in"};
    for (const std::string& path : event_files()) {
      auto keyboard = look_at(path);
      if (keyboard && is_scanner(keyboard->device.get(), choice_)) return keyboard;
      if (!keyboard && keyboard.error().code == "denied") why = keyboard.error();
    }
    return kiosk::pass_on(why);
  }

  WedgeChoice choice_;
};

}  // namespace

bool is_scanner(const libevdev* device, const WedgeChoice& choice) {
  const bool points =
      libevdev_has_event_type(device, EV_ABS) == 1 || libevdev_has_event_type(device, EV_REL) == 1;
  if (!is_keyboard(device) || points) return false;
  if (!choice.name.empty()) return choice.name == libevdev_get_name(device);
  if (libevdev_get_id_bustype(device) != BUS_USB) return false;
  const usb::UsbId id{static_cast<std::uint16_t>(libevdev_get_id_vendor(device)),
                      static_cast<std::uint16_t>(libevdev_get_id_product(device))};
  return usb::find_known(usb::DeviceKind::scanner, id.vendor, id.product) != nullptr ||
         std::find(choice.also.begin(), choice.also.end(), id) != choice.also.end();
}

kiosk::Result<std::unique_ptr<usb::Transport>> evdev_transport(WedgeChoice choice) {
  return stream_transport(std::make_unique<EvdevDevice>(std::move(choice)));
}

}  // namespace drivers::input
