#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "drivers/usb/transfer.h"
#include "tests/emulators/usb_model.h"

namespace emulators {

/// The wire between a driver and a model, and its plug: carries transfers as a host controller
/// does, one OUT or control transfer at a time while IN endpoints are read all the time. No thread,
/// no clock: the caller brings the time.
class UsbLink {
 public:
  explicit UsbLink(UsbModel& model) : model_(model) {}
  /// A copy at the same point of time, to a copy of the model.
  UsbLink(const UsbLink& other, UsbModel& model);
  UsbLink(const UsbLink&) = delete;
  UsbLink& operator=(const UsbLink&) = delete;

  kiosk::Result<drivers::usb::InterfaceDescription> open(drivers::usb::Moment now);
  void close();
  void submit(drivers::usb::Transfer transfer);

  /// All that has come about by now.
  std::vector<drivers::usb::Input> run(drivers::usb::Moment now);

  /// When to run again at the latest if nothing is submitted.
  std::optional<drivers::usb::Moment> next_due(drivers::usb::Moment now) const;

  void plug(drivers::usb::Moment now);
  void unplug(drivers::usb::Moment now);
  bool plugged() const { return plugged_; }

  /// The next opens fail with this error; none ends that. For "usb/busy" and "usb/denied".
  void refuse_open(std::optional<kiosk::Error> why) { refusal_ = std::move(why); }

 private:
  bool run_front(drivers::usb::Moment now, std::vector<drivers::usb::Input>& inputs);

  UsbModel& model_;
  bool plugged_ = true;
  bool open_ = false;
  std::optional<kiosk::Error> gone_;  ///< to be told by the next run
  std::optional<kiosk::Error> refusal_;
  std::deque<drivers::usb::Transfer> queue_;
  std::optional<drivers::usb::Moment> front_since_;
  std::size_t front_done_ = 0;
  std::vector<std::uint8_t> in_endpoints_;
};

}  // namespace emulators
