#include "tests/emulators/usbfs/usb_bus.h"

#include <fcntl.h>
#include <termios.h>
#include <umockdev.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "tests/emulators/usbfs/glib.h"
#include "tests/emulators/usbfs/usbfs_calls.h"

namespace emulators::usbfs {

using drivers::usb::Moment;
using Trouble = UsbBus::Trouble;

namespace {

Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

/// A pseudo-terminal stands in for the node: its output can be stopped and started, which libusb
/// sees as "nothing to reap" and "something", and its hang-up is what a real unplug looks like.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) return;
    const char* name = ptsname(master_);
    if (name == nullptr) return;
    name_ = name;
    slave_ = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    show_reapable(false);
  }
  ~Terminal() { hang_up(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool is_open() const { return slave_ >= 0; }
  const std::string& name() const { return name_; }

  void show_reapable(bool reapable) {
    if (shown_ == reapable || !is_open()) return;
    shown_ = reapable;
    tcflow(slave_, reapable ? TCOON : TCOOFF);
  }

  void hang_up() {
    if (slave_ >= 0) ::close(slave_);
    if (master_ >= 0) ::close(master_);
    slave_ = master_ = -1;
  }

 private:
  int master_;
  int slave_ = -1;
  std::string name_;
  std::optional<bool> shown_;
};

/// A device from its arrival to its departure. Clients may hold it open long after that.
struct Stay {
  Stay(UsbModel& model, Plug where, UsbfsCalls::Hooks hooks)
      : plug(std::move(where)),
        node(model, plug.kernel_driver),
        calls(UsbfsCalls::create(node, std::move(hooks))) {}

  Plug plug;
  Terminal terminal;
  UsbNode node;
  std::unique_ptr<UsbfsCalls> calls;
  std::string driver_shown;  ///< in sysfs
};

class Bus final : public UsbBus {
 public:
  explicit Bus(UMockdevTestbed* testbed) : testbed_(testbed) {
    gchar* root = umockdev_testbed_get_root_dir(testbed);
    root_ = root;
    g_free(root);
  }
  ~Bus() override {
    if (timer_ != 0) g_source_remove(timer_);
  }

  std::unique_ptr<Port> add_port(UsbModel& model, Plug plug) override;
  void changed() override;

  kiosk::Result<void> arrive(Stay& stay, const UsbModel& model);
  void depart(Stay& stay);
  int next_address();
  void keep(Stay* stay) { stays_.push_back(stay); }
  void forget(Stay* stay) { std::erase(stays_, stay); }

 private:
  kiosk::Result<void> add(const std::string& text);
  kiosk::Result<void> add_hubs(const std::string& port);
  void show_driver(Stay& stay);
  std::string interface_path(const Stay& stay) const;

  GPtr<UMockdevTestbed> testbed_;
  std::string root_;
  std::set<std::string> hubs_;
  std::vector<Stay*> stays_;
  int last_address_ = 1;  ///< the root hub's
  guint timer_ = 0;
};

/// As the kernel: round and round, for a bus has 127; those from 100 on are the hubs'.
int Bus::next_address() {
  const auto taken = [this](int address) {
    return std::any_of(stays_.begin(), stays_.end(), [&](const Stay* stay) {
      return stay->node.plugged() && stay->plug.address == address;
    });
  };
  do {
    last_address_ = last_address_ < 99 ? last_address_ + 1 : 2;
  } while (taken(last_address_));
  return last_address_;
}

class BusPort final : public UsbBus::Port {
 public:
  BusPort(Bus& bus, UsbModel& model, Plug plug)
      : bus_(bus), model_(model), plug_(std::move(plug)) {}
  ~BusPort() override {
    unplug();
    for (const auto& stay : stays_) bus_.forget(stay.get());
  }

  kiosk::Result<void> plug() override {
    if (plugged()) return {};
    plug_.address = bus_.next_address();
    auto stay = std::make_unique<Stay>(
        model_, plug_,
        UsbfsCalls::Hooks{[this] { return before_call(); }, [this] { bus_.changed(); }});
    bus_.keep(stay.get());
    stays_.push_back(std::move(stay));
    model_.attach(now());
    return bus_.arrive(*stays_.back(), model_);
  }

  void unplug() override {
    if (!plugged()) return;
    stays_.back()->node.unplug(now());
    bus_.depart(*stays_.back());
  }

  bool plugged() const override { return !stays_.empty() && stays_.back()->node.plugged(); }

  void halt(std::uint8_t endpoint) override {
    if (plugged()) stays_.back()->node.halt(endpoint, now());
    bus_.changed();
  }

  void trouble_after(int calls, Trouble trouble) override {
    calls_until_trouble_ = calls;
    trouble_ = trouble;
  }

  int calls_until_trouble() const override { return calls_until_trouble_; }

  NodeRecord record() const override {
    NodeRecord sum;
    for (const auto& stay : stays_) {
      const NodeRecord& one = stay->node.record();
      sum.claims += one.claims;
      sum.releases += one.releases;
      sum.halts_cleared += one.halts_cleared;
      sum.resets += one.resets;
      sum.discarded += one.discarded;
      sum.bytes_out += one.bytes_out;
      sum.complaints.insert(sum.complaints.end(), one.complaints.begin(), one.complaints.end());
    }
    return sum;
  }

  std::string driver() const override {
    return plugged() ? stays_.back()->node.driver() : std::string();
  }
  std::size_t in_flight() const override { return plugged() ? stays_.back()->node.in_flight() : 0; }

 private:
  int before_call() {
    if (calls_until_trouble_ == 0 || --calls_until_trouble_ > 0) return 0;
    if (trouble_ == Trouble::fails) return EIO;
    unplug();
    return 0;
  }

  Bus& bus_;
  UsbModel& model_;
  Plug plug_;
  int calls_until_trouble_ = 0;  ///< 0: none ahead
  Trouble trouble_ = Trouble::leaves;
  std::vector<std::unique_ptr<Stay>> stays_;
};

std::unique_ptr<UsbBus::Port> Bus::add_port(UsbModel& model, Plug plug) {
  return std::make_unique<BusPort>(*this, model, std::move(plug));
}

void Bus::changed() {
  const Moment at = now();
  std::optional<Moment> due;
  for (Stay* stay : stays_) {
    stay->node.run(at);
    stay->terminal.show_reapable(stay->node.has_reapable());
    show_driver(*stay);
    if (const auto next = stay->node.next_due(at)) due = due ? std::min(*due, *next) : *next;
  }
  if (timer_ != 0) g_source_remove(timer_);
  timer_ = 0;
  if (!due) return;
  const auto again = [](gpointer self) -> gboolean {
    static_cast<Bus*>(self)->timer_ = 0;
    static_cast<Bus*>(self)->changed();
    return G_SOURCE_REMOVE;
  };
  const auto wait = std::max(*due - at, kiosk::Milliseconds(1));
  timer_ = g_timeout_add(guint(wait.count()), again, this);
}

kiosk::Result<void> Bus::add(const std::string& text) {
  GError* error = nullptr;
  if (umockdev_testbed_add_from_string(testbed_.get(), text.c_str(), &error)) return {};
  const std::string why = error != nullptr ? error->message : "no reason given";
  g_clear_error(&error);
  return kiosk::fail("usbfs", "umockdev", "add a device: " + why);
}

kiosk::Result<void> Bus::add_hubs(const std::string& port) {
  for (const Hub& hub : hubs_before(port)) {
    if (!hubs_.insert(hub.name).second) continue;
    if (auto added = add(hub.tree_text); !added) return added;
  }
  return {};
}

std::string Bus::interface_path(const Stay& stay) const {
  return fmt::format("{}/{}:1.{}", stay.plug.sys_path(), stay.plug.port,
                     stay.node.description().number);
}

kiosk::Result<void> Bus::arrive(Stay& stay, const UsbModel& model) {
  if (!stay.terminal.is_open()) return kiosk::fail("usbfs", "terminal", "no pseudo-terminal");
  const std::string node = stay.plug.node();
  GError* error = nullptr;
  if (!umockdev_testbed_attach_ioctl(testbed_.get(), node.c_str(), stay.calls->handler(), &error)) {
    const std::string why = error != nullptr ? error->message : "no reason given";
    g_clear_error(&error);
    return kiosk::fail("usbfs", "umockdev", "attach " + node + ": " + why);
  }
  std::error_code ignored;
  const std::filesystem::path file = root_ + node;
  std::filesystem::create_directories(file.parent_path(), ignored);
  std::filesystem::create_symlink(stay.terminal.name(), file, ignored);
  if (auto hubs = add_hubs(stay.plug.port); !hubs) return hubs;
  if (auto added = add(tree_text(model.describe(), stay.plug)); !added) return added;
  changed();
  return {};
}

void Bus::depart(Stay& stay) {
  const std::string path = stay.plug.sys_path();
  umockdev_testbed_uevent(testbed_.get(), path.c_str(), "remove");
  umockdev_testbed_remove_device(testbed_.get(), interface_path(stay).c_str());
  umockdev_testbed_remove_device(testbed_.get(), path.c_str());
  umockdev_testbed_detach_ioctl(testbed_.get(), stay.plug.node().c_str(), nullptr);
  std::error_code ignored;
  std::filesystem::remove(root_ + stay.plug.node(), ignored);
  stay.terminal.hang_up();
  changed();
}

/// The kernel shows which driver has an interface, and a HID driver what it found out.
void Bus::show_driver(Stay& stay) {
  const std::string driver = stay.node.driver();
  if (!stay.node.plugged() || stay.driver_shown == driver) return;
  const std::string path = interface_path(stay);
  const std::filesystem::path folder = root_ + path;
  const std::string hid = fmt::format("0003:{:04X}:{:04X}.{:04X}", stay.node.description().vendor,
                                      stay.node.description().product, stay.plug.address);
  std::error_code ignored;
  std::filesystem::remove(folder / "driver", ignored);
  std::filesystem::remove_all(folder / hid, ignored);
  if (!driver.empty()) {
    std::filesystem::create_symlink("../../../../../bus/usb/drivers/" + driver, folder / "driver",
                                    ignored);
  }
  if (driver == "usbhid") {
    kiosk::Bytes bytes = stay.node.description().report_descriptor;
    std::filesystem::create_directories(folder / hid, ignored);
    umockdev_testbed_set_attribute_binary(testbed_.get(), (path + "/" + hid).c_str(),
                                          "report_descriptor", bytes.data(), int(bytes.size()));
  }
  stay.driver_shown = driver;
}

}  // namespace

std::unique_ptr<UsbBus> UsbBus::create() {
  return std::make_unique<Bus>(umockdev_testbed_new());
}

}  // namespace emulators::usbfs
