#include "drivers/usb/sysfs.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace drivers::usb;
namespace fs = std::filesystem;

namespace {

/// A folder that looks like /sys, gone at the end.
class FakeSys {
 public:
  FakeSys() : root_(fs::temp_directory_path() / ("sysfs_test." + std::to_string(getpid()))) {}
  ~FakeSys() { fs::remove_all(root_); }
  FakeSys(const FakeSys&) = delete;
  FakeSys& operator=(const FakeSys&) = delete;

  void write(const std::string& file, const std::string& text) {
    const fs::path path = root_ / "bus/usb/devices" / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void link(const std::string& file, const std::string& target) {
    fs::create_symlink(target, root_ / "bus/usb/devices" / file);
  }
  Sysfs sysfs() const { return Sysfs(root_.string()); }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("sysfs: strings of a device, without the end of the line and of bounded length") {
  FakeSys sys;
  sys.write("1-2.3/serial", "SN42\n");
  sys.write("1-2.3/product", std::string(5000, 'x'));
  CHECK(sys.sysfs().attribute("1-2.3", "serial") == "SN42");
  CHECK(sys.sysfs().attribute("1-2.3", "product").size() == 256);
  CHECK(sys.sysfs().attribute("1-2.3", "manufacturer").empty());
  CHECK(sys.sysfs().attribute("", "serial").empty());
}

TEST_CASE("sysfs: driver, nodes and report descriptor of an interface") {
  FakeSys sys;
  const std::string interface = Sysfs::interface_name("1-2.3", 1, 0);
  CHECK(interface == "1-2.3:1.0");
  const std::string hid = interface + "/0003:0C2E:0907.0001";
  sys.write(hid + "/report_descriptor", std::string("\x05\x8C\x00\x02", 4));
  sys.write(hid + "/input/input5/event3/uevent", "MAJOR=13\nDEVNAME=input/event3\n");
  sys.write(hid + "/hidraw/hidraw0/uevent", "DEVNAME=hidraw0\n");
  sys.link(interface + "/driver", "../../../../bus/usb/drivers/usbhid");
  sys.link(interface + "/subsystem", "..");  // as in the real one: never followed
  CHECK(sys.sysfs().driver(interface) == "usbhid");
  CHECK(sys.sysfs().nodes(interface) ==
        std::vector<std::string>{"/dev/hidraw0", "/dev/input/event3"});
  CHECK(sys.sysfs().report_descriptor(interface) == kiosk::Bytes{0x05, 0x8C, 0x00, 0x02});
}

TEST_CASE("sysfs: what is not there is empty") {
  const FakeSys sys;
  CHECK(sys.sysfs().driver("1-1:1.0").empty());
  CHECK(sys.sysfs().nodes("1-1:1.0").empty());
  CHECK(sys.sysfs().report_descriptor("1-1:1.0").empty());
}
