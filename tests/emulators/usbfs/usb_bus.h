#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/base/result.h"
#include "tests/emulators/usbfs/usb_node.h"
#include "tests/emulators/usbfs/usb_tree.h"

namespace emulators::usbfs {

/// A USB bus that libusb in a child process takes for the kernel's: umockdev shows the tree, and
/// carries the child's system calls to a node for each device. Everything happens on the thread
/// that runs glib's default main loop; the process must have umockdev preloaded.
class UsbBus {
 public:
  enum class Trouble {
    leaves,  ///< the device is unplugged
    fails,   ///< the call is answered with EIO
  };

  /// A socket into which one device can be plugged; the model must outlive it.
  class Port {
   public:
    virtual ~Port() = default;
    virtual kiosk::Result<void> plug() = 0;
    virtual void unplug() = 0;
    virtual bool plugged() const = 0;
    virtual void halt(std::uint8_t endpoint) = 0;
    /// The n-th system call from now on meets with it; 0 takes that back.
    virtual void trouble_after(int calls, Trouble trouble) = 0;
    /// What was done to the device since it was first plugged in, and who has it now.
    virtual NodeRecord record() const = 0;
    virtual std::string driver() const = 0;
    virtual std::size_t in_flight() const = 0;
    virtual int calls_until_trouble() const = 0;
  };

  static std::unique_ptr<UsbBus> create();
  virtual ~UsbBus() = default;

  /// `plug.address` is not looked at: each time it is plugged in a device gets the next one.
  virtual std::unique_ptr<Port> add_port(UsbModel& model, Plug plug) = 0;

  /// To be called after the models' knobs were turned.
  virtual void changed() = 0;
};

}  // namespace emulators::usbfs
