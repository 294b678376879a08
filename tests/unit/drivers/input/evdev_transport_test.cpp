#include "drivers/input/evdev_transport.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <libevdev/libevdev-uinput.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "drivers/scanner/wedge_scanner.h"
#include "drivers/usb/device_worker.h"
#include "tests/emulators/emulated_wedge.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers;
using namespace std::chrono_literals;
using emulators::KeyStrokes;
using input::is_scanner;

namespace {

struct FreeEvdev {
  void operator()(libevdev* device) const { libevdev_free(device); }
};
using Evdev = std::unique_ptr<libevdev, FreeEvdev>;

Evdev keyboard(const char* name, int bus, int vendor, int product) {
  Evdev device(libevdev_new());
  libevdev_set_name(device.get(), name);
  libevdev_set_id_bustype(device.get(), bus);
  libevdev_set_id_vendor(device.get(), vendor);
  libevdev_set_id_product(device.get(), product);
  for (unsigned key = KEY_ESC; key <= KEY_KPDOT; ++key) {
    libevdev_enable_event_code(device.get(), EV_KEY, key, nullptr);
  }
  return device;
}

/// A keyboard that is one end of a socket: the seam where the kernel's event file would be.
class SocketKeyboard final : public stream::StreamDevice {
 public:
  explicit SocketKeyboard(int& other_end) : other_end_(other_end) {}

  kiosk::Result<stream::Stream> open() override {
    if (other_end_ >= 0) return kiosk::fail("usb", "absent", "only once");
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    other_end_ = ends[1];
    stream::Stream opened;
    opened.interface = describe_stream(stream::Direction::read_only);
    opened.in = stream::FileDescriptor(ends[0]);
    return opened;
  }
  kiosk::Error why_ended(int error) override { return stream::file_failure("keyboard", error); }

 private:
  int& other_end_;
};

void write_all(int file, kiosk::ByteView bytes) {
  REQUIRE(::write(file, bytes.data(), bytes.size()) == std::ssize(bytes));
}

}  // namespace

TEST_CASE("evdev: a keyboard of a maker of scanners is the scanner, no other keyboard is") {
  CHECK(is_scanner(keyboard("scanner", BUS_USB, 0x0C2E, 0x0204).get(), {}));
  CHECK_FALSE(is_scanner(keyboard("keyboard", BUS_USB, 0x046D, 0xC31C).get(), {}));
  CHECK_FALSE(is_scanner(keyboard("wireless", BUS_BLUETOOTH, 0x0C2E, 0x0204).get(), {}));
  CHECK(is_scanner(keyboard("added", BUS_USB, 0x046D, 0xC31C).get(), {"", "", {{0x046D, 0xC31C}}}));
}

TEST_CASE("evdev: a name that is configured is the only one taken") {
  const input::WedgeChoice choice{"", "ACME Scanner", {}};
  CHECK(is_scanner(keyboard("ACME Scanner", BUS_USB, 0x1234, 1).get(), choice));
  CHECK_FALSE(is_scanner(keyboard("ACME Scanner Consumer", BUS_USB, 0x1234, 1).get(), choice));
  CHECK_FALSE(is_scanner(keyboard("scanner", BUS_USB, 0x0C2E, 0x0204).get(), choice));
}

TEST_CASE("evdev: what points or has few keys is never taken") {
  const Evdev touch = keyboard("scanner", BUS_USB, 0x0C2E, 0x0204);
  libevdev_enable_event_type(touch.get(), EV_ABS);
  CHECK_FALSE(is_scanner(touch.get(), {}));
  const Evdev mouse = keyboard("scanner", BUS_USB, 0x0C2E, 0x0204);
  libevdev_enable_event_code(mouse.get(), EV_REL, REL_X, nullptr);
  CHECK_FALSE(is_scanner(mouse.get(), {}));
  const Evdev buttons = keyboard("scanner", BUS_USB, 0x0C2E, 0x0204);
  libevdev_disable_event_code(buttons.get(), EV_KEY, KEY_ENTER);
  CHECK_FALSE(is_scanner(buttons.get(), {}));
}

TEST_CASE("evdev: what cannot be opened says why") {
  const auto open_error = [](const char* path) {
    return input::evdev_transport({path, "", {}}).value()->open().error().code;
  };
  CHECK(open_error("/dev/input/by-id/none") == "absent");
  CHECK(open_error("/dev/null") == "failed");
  const auto by_name = input::evdev_transport({"", "no such keyboard is made", {}}).value();
  CHECK(by_name->open().error().code == "absent");
}

TEST_CASE("evdev: events through a descriptor become codes; its end is the device's") {
  int scanner = -1;
  Mailbox<scanner::ScannerEvent> mailbox;
  usb::DeviceWorker<scanner::WedgeScanner> worker(
      scanner::WedgeScanner(),
      stream::stream_transport(std::make_unique<SocketKeyboard>(scanner)).value(), mailbox.sink());
  REQUIRE(mailbox.wait_for<scanner::ScannerReady>());
  REQUIRE(worker.post(scanner::CodeWanted::yes));
  const KeyStrokes strokes = KeyStrokes().type("P000012345\r");
  const kiosk::ByteView bytes(strokes.bytes);
  write_all(scanner, bytes.first(1000));
  write_all(scanner, bytes.subspan(1000));
  CHECK(mailbox.wait_for<scanner::CodeScanned>());
  ::close(scanner);
  CHECK(mailbox.wait_for<scanner::ScannerUnusable>());
}

TEST_CASE("evdev: a real input device is found, grabbed, read and lost") {
  const Evdev model = keyboard("Kiosk test scanner", BUS_USB, 0x0C2E, 0x0204);
  libevdev_uinput* made = nullptr;
  if (::access("/dev/uinput", W_OK) != 0 ||
      libevdev_uinput_create_from_device(model.get(), LIBEVDEV_UINPUT_OPEN_MANAGED, &made) != 0 ||
      libevdev_uinput_get_devnode(made) == nullptr ||
      ::access(libevdev_uinput_get_devnode(made), R_OK) != 0) {
    if (made != nullptr) libevdev_uinput_destroy(made);
    MESSAGE("skipped: no /dev/uinput");
    return;
  }
  Mailbox<scanner::ScannerEvent> mailbox;
  usb::DeviceWorker<scanner::WedgeScanner> worker(
      scanner::WedgeScanner(), input::evdev_transport({"", "Kiosk test scanner", {}}).value(),
      mailbox.sink());
  REQUIRE(mailbox.wait_for<scanner::ScannerReady>());
  REQUIRE(worker.post(scanner::CodeWanted::yes));
  for (const unsigned key : {unsigned{KEY_P}, unsigned{KEY_1}, unsigned{KEY_ENTER}}) {
    for (const int value : {1, 0}) {
      libevdev_uinput_write_event(made, EV_KEY, key, value);
      libevdev_uinput_write_event(made, EV_SYN, SYN_REPORT, 0);
    }
  }
  CHECK(mailbox.wait_for<scanner::CodeScanned>());
  libevdev_uinput_destroy(made);
  CHECK(mailbox.wait_for<scanner::ScannerUnusable>());
}
