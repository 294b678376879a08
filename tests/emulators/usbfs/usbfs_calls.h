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
  /// `after` is called when a call may have changed the node, like all else on that thread.
  static std::unique_ptr<UsbfsCalls> create(UsbNode& node, std::function<void()> after);
  virtual ~UsbfsCalls() = default;

  /// To be attached to the node's path.
  virtual _UMockdevIoctlBase* handler() = 0;
};

}  // namespace emulators::usbfs
