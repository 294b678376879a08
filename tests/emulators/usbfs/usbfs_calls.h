#pragma once

#include <functional>
#include <memory>

#include "tests/emulators/usbfs/usb_node.h"

struct _UMockdevIoctlBase;

namespace emulators::usbfs {

/// Answers the system calls of clients that opened a node: umockdev's remote memory and ioctl
/// numbers in front, a UsbNode behind. Lives on the thread of glib's default main loop.
class UsbfsCalls {
 public:
  struct Hooks {
    std::function<int()> before;  ///< an errno other than 0 is the call's answer
    std::function<void()> after;  ///< the node may have changed
  };
  static std::unique_ptr<UsbfsCalls> create(UsbNode& node, Hooks hooks);
  virtual ~UsbfsCalls() = default;

  /// To be attached to the node's path.
  virtual _UMockdevIoctlBase* handler() = 0;
};

}  // namespace emulators::usbfs
