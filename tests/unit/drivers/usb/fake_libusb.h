#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "tests/emulators/usb_model.h"

/// A bus with one device that stands in for libusb in this test program: its functions replace the
/// library's, so that the real adapter runs against a device model.
struct FakeBus {
  std::mutex mutex;
  emulators::UsbModel* model = nullptr;
  bool plugged = false;
  int open_error = 0;              ///< a LIBUSB_ERROR value for libusb_open
  int claim_error = 0;             ///< ... for libusb_claim_interface
  int stalls = 0;                  ///< so many of the next IN transfers end as stalled
  bool leaves_after_send = false;  ///< the device goes in the instant in which it took all bytes
  int empty_reads = 0;             ///< so many of the next IN transfers bring nothing

  // What the adapter did.
  int handles_open = 0;
  int claimed = 0;
  int halts_cleared = 0;
  int resets = 0;
  int transfers_alive = 0;
  int contexts_alive = 0;

  /// Changes the bus while no transfer moves.
  template <typename F>
  auto with(F change) {
    const std::lock_guard lock(mutex);
    return change(*this);
  }
};

FakeBus& fake_bus();
