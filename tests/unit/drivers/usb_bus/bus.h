#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "drivers/usb/libusb_transport.h"
#include "kiosk/shell/control_socket.h"

/// The emulated bus around this program, see bus_main.cpp. Each test begins with an empty bus.
class Bus {
 public:
  using Json = nlohmann::json;

  Bus() {
    const Json all = devices();
    for (auto device = all.begin(); device != all.end(); ++device) unplug(device.key());
  }
  /// Nothing that a device or a kernel would take amiss may have happened.
  ~Bus() {
    const Json all = devices();
    for (auto device = all.begin(); device != all.end(); ++device) {
      CAPTURE(device.key());
      CHECK((*device)["complaints"] == Json::array());
    }
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  void plug(const std::string& name) { ask({{"op", "device"}, {"device", name}, {"state", "ok"}}); }
  void unplug(const std::string& name) {
    ask({{"op", "device"}, {"device", name}, {"state", "unplugged"}});
  }
  Json device(const std::string& name) { return devices()[name]; }
  Json devices() { return ask({{"op", "bus"}})["devices"]; }

  Json ask(const Json& request) {
    const auto reply = kiosk::shell::ask_kiosk(std::getenv("KIOSK_USBFS_SOCKET"), request.dump(),
                                               kiosk::Milliseconds(10'000));
    REQUIRE(reply.has_value());
    Json parsed = Json::parse(*reply);
    CAPTURE(*reply);
    REQUIRE(parsed["ok"] == true);
    return parsed;
  }
};

/// A transport and what came out of it that no test has looked at.
class Port {
 public:
  explicit Port(drivers::usb::DeviceChoice choice)
      : transport_(std::move(*drivers::usb::libusb_transport(std::move(choice)))) {}
  drivers::usb::Transport* operator->() { return transport_.get(); }

  /// The next input of the kind; waits 20 s at most.
  template <typename Kind>
  Kind wait_for() {
    const auto is_it = [](const drivers::usb::Input& input) {
      return std::holds_alternative<Kind>(input);
    };
    for (int i = 0; i < 200; ++i) {
      const auto found = std::find_if(came_.begin(), came_.end(), is_it);
      if (found != came_.end()) {
        Kind kind = std::get<Kind>(*found);
        came_.erase(found);
        return kind;
      }
      for (auto& input : transport_->wait(kiosk::Milliseconds(100))) {
        came_.push_back(std::move(input));
      }
    }
    FAIL("the expected input never came");
    return {};
  }

 private:
  std::unique_ptr<drivers::usb::Transport> transport_;
  std::vector<drivers::usb::Input> came_;
};
