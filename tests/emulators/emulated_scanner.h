#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/emulators/usb_model.h"

namespace emulators {

enum class ScannerMake {
  honeywell,      ///< byte count, AIM identifier, continuation bit; obeys a trigger
  without_count,  ///< another maker: data padded with zeros, no byte count, no trigger
};

/// A 2-D scanner in HID POS mode: a code shown becomes one or more 64-byte input reports.
class EmulatedScanner : public UsbModel {
 public:
  explicit EmulatedScanner(ScannerMake make = ScannerMake::honeywell) : make_(make) {}

  /// Shows a code; the scanner sees it at once, or never if it waits for a trigger.
  void show(std::string_view code, std::string_view aim_identifier = "]Q1");

  // The knobs.
  void set_suffix(std::string suffix) { suffix_ = std::move(suffix); }
  void lose_last_report_of_next() { lose_last_ = true; }
  void wait_for_trigger() { waits_for_trigger_ = true; }
  void send_report(kiosk::Bytes report) { reports_.push_back(std::move(report)); }

  bool triggered() const { return triggered_; }
  int triggers() const { return triggers_; }  ///< how often it was switched on

  drivers::usb::InterfaceDescription describe() const override;
  void detach(drivers::usb::Moment) override;
  std::size_t write(drivers::usb::Moment now, std::uint8_t endpoint,
                    kiosk::ByteView bytes) override;
  kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t endpoint) override;
  std::optional<kiosk::Bytes> control(drivers::usb::Moment now,
                                      const drivers::usb::Control& request) override;
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override;

 private:
  kiosk::Bytes report(kiosk::ByteView data, std::string_view aim_identifier,
                      std::uint8_t continued) const;

  ScannerMake make_;
  std::string suffix_ = "\r";
  bool lose_last_ = false;
  bool waits_for_trigger_ = false;
  bool triggered_ = false;
  int triggers_ = 0;
  std::deque<kiosk::Bytes> reports_;
};

}  // namespace emulators
