#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/emulators/usb_model.h"

namespace emulators::usbfs {

enum class UrbKind { control, bulk, interrupt };

/// One request of a client, as the kernel's usbfs takes it.
struct Urb {
  std::uint64_t id = 0;  ///< its address in the client
  UrbKind kind = UrbKind::bulk;
  std::uint8_t endpoint = 0;
  bool ends_with_zero_packet = false;
  kiosk::Bytes buffer;         ///< control: eight setup bytes first
  std::size_t actual = 0;      ///< bytes moved; control: of its data
  int status = 0;              ///< 0 or a negative errno
  std::shared_ptr<void> keep;  ///< whatever must live until it is reaped
};

/// What was done to a node that a test wants to know.
struct NodeRecord {
  int claims = 0;
  int releases = 0;
  int halts_cleared = 0;
  int resets = 0;
  int discarded = 0;
  std::size_t bytes_out = 0;
  std::vector<std::string> complaints;  ///< what a real device or kernel would take amiss
};

/// What stands behind /dev/bus/usb/BBB/DDD: URBs and claims of clients in front, a device model
/// behind. No thread, no clock, no umockdev. Calls return 0 or an errno, as the kernel's do.
class UsbNode {
 public:
  using Client = const void*;

  UsbNode(UsbModel& model, std::string kernel_driver);
  UsbNode(const UsbNode&) = delete;
  UsbNode& operator=(const UsbNode&) = delete;

  int claim(Client client);
  int release(Client client);
  int set_alternate(int alternate);
  int detach_driver();
  int attach_driver();
  /// Who has the interface: the kernel's driver, "usbfs" for a client, or nobody.
  std::string driver() const;

  int submit(Client client, Urb urb, drivers::usb::Moment now);
  int discard(Client client, std::uint64_t id);
  std::optional<Urb> reap(Client client);
  bool has_reapable() const { return !finished_.empty(); }
  int clear_halt(std::uint8_t endpoint, drivers::usb::Moment now);
  int reset(drivers::usb::Moment now);
  /// The client closed its handle: what it had in flight is over.
  void leave(Client client);

  void halt(std::uint8_t endpoint, drivers::usb::Moment now);
  void unplug(drivers::usb::Moment now);
  bool plugged() const { return plugged_; }

  /// Moves all that can move by now.
  void run(drivers::usb::Moment now);
  std::optional<drivers::usb::Moment> next_due(drivers::usb::Moment now) const;

  const NodeRecord& record() const { return record_; }
  const drivers::usb::InterfaceDescription& description() const { return description_; }
  std::size_t in_flight() const { return pending_.size(); }

 private:
  struct Queued {
    Client client;
    Urb urb;
  };

  bool move(Urb& urb, drivers::usb::Moment now);
  bool move_control(Urb& urb, drivers::usb::Moment now);
  bool move_out(Urb& urb, drivers::usb::Moment now);
  bool move_in(Urb& urb, drivers::usb::Moment now);
  int check(Client client, const Urb& urb);
  const drivers::usb::Endpoint* endpoint(std::uint8_t address) const;
  void end_all(int status);
  void complain(std::string what);

  UsbModel& model_;
  const drivers::usb::InterfaceDescription description_;
  const std::string kernel_driver_;
  bool driver_attached_;
  int alternate_ = 0;
  bool plugged_ = true;
  Client owner_ = nullptr;
  std::set<std::uint8_t> halted_;
  std::map<std::uint8_t, kiosk::Bytes> rest_;  ///< of what the model said, by IN endpoint
  std::deque<Queued> pending_;
  std::deque<Queued> finished_;
  NodeRecord record_;
};

}  // namespace emulators::usbfs
