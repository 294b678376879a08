#include "drivers/usb/list.h"

#include <doctest/doctest.h>

using namespace drivers::usb;

namespace {

const std::vector<DeviceChoice> any_device = {
    {DeviceKind::printer}, {DeviceKind::id_reader}, {DeviceKind::scanner}};

SeenInterface seen_printer(const std::string& port, const std::string& serial = "") {
  SeenInterface seen;
  seen.interface.vendor = 0x04B8;
  seen.interface.product = 0x0E15;
  seen.interface.class_code = 0x07;
  seen.interface.subclass = 1;
  seen.interface.protocol = 2;
  seen.interface.endpoints = {{0x02, EndpointType::bulk, 64}, {0x81, EndpointType::bulk, 64}};
  seen.port = port;
  seen.serial = serial;
  seen.node = "/dev/bus/usb/001/004";
  seen.kernel_driver = "usblp";
  return seen;
}

SeenInterface seen_scanner(std::uint8_t class_code, std::vector<std::string> nodes) {
  SeenInterface seen;
  seen.interface.vendor = 0x0C2E;
  seen.interface.product = 0x0907;
  seen.interface.class_code = class_code;
  seen.port = "1-3";
  seen.kernel_nodes = std::move(nodes);
  return seen;
}

ListedInterface judge_alone(const SeenInterface& seen) {
  return judge({seen}, any_device).at(0);
}

bool says(const ListedInterface& listed, const char* part) {
  return listed.why.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("list: a printer is named, and taken from the kernel's driver") {
  const ListedInterface listed = judge_alone(seen_printer("1-1"));
  CHECK(listed.role == Role::printer);
  CHECK(listed.standing == Standing::usable);
  CHECK(listed.model == "Epson TM-T20II");
  CHECK(says(listed, "usblp"));
}

TEST_CASE("list: without permission it says what to do about it") {
  SeenInterface seen = seen_printer("1-1");
  seen.access = Access::denied;
  const ListedInterface listed = judge_alone(seen);
  CHECK(listed.standing == Standing::denied);
  CHECK(says(listed, "--udev-rules"));
  CHECK(says(listed, "/dev/bus/usb/001/004"));
}

TEST_CASE("list: what a program holds is in use") {
  SeenInterface seen = seen_printer("1-1");
  seen.kernel_driver = "usbfs";
  CHECK(judge_alone(seen).standing == Standing::in_use);
  // A scanner then shows no report descriptor; its vendor tells.
  SeenInterface scanner = seen_scanner(0x03, {});
  scanner.kernel_driver = "usbfs";
  CHECK(judge_alone(scanner).role == Role::scanner);
  CHECK(judge_alone(scanner).standing == Standing::in_use);
}

TEST_CASE("list: of two alike printers the first is taken, or the one that was asked for") {
  const std::vector<SeenInterface> two = {seen_printer("1-1", "A1"), seen_printer("1-2.3", "B2")};
  const auto by_default = judge(two, any_device);
  CHECK(by_default[0].standing == Standing::usable);
  CHECK(by_default[1].standing == Standing::passed_by);
  const std::vector<DeviceChoice> second = {{DeviceKind::printer, {}, {}, "B2"}};
  const auto by_serial = judge(two, second);
  CHECK(by_serial[0].standing == Standing::passed_by);
  CHECK(says(by_serial[0], "serial number B2"));
  CHECK(by_serial[1].standing == Standing::usable);
  const std::vector<DeviceChoice> port = {{DeviceKind::printer, {}, "1-1", {}}};
  CHECK(judge(two, port)[0].standing == Standing::usable);
  CHECK(says(judge(two, port)[1], "port 1-1"));
}

TEST_CASE("list: a printer of another language, and one that cannot be sent to, say why") {
  SeenInterface star = seen_printer("1-1");
  star.interface.vendor = 0x0519;
  star.interface.product = 0x0003;
  CHECK(judge_alone(star).standing == Standing::unusable);
  CHECK(says(judge_alone(star), "ESC/POS"));
  SeenInterface mute = seen_printer("1-1");
  mute.interface.endpoints.clear();
  CHECK(judge_alone(mute).standing == Standing::unusable);
}

TEST_CASE("list: an ID reader in another mode is known, but cannot be used") {
  SeenInterface seen;
  seen.interface.vendor = 0x0400;
  seen.interface.product = 0xC35A;
  seen.interface.class_code = 0xFF;
  seen.interface.endpoints = {{0x81, EndpointType::bulk, 64}};
  CHECK(judge_alone(seen).role == Role::id_reader);
  CHECK(judge_alone(seen).standing == Standing::unusable);
  seen.interface.endpoints.push_back({0x02, EndpointType::bulk, 64});
  CHECK(judge_alone(seen).standing == Standing::usable);
}

TEST_CASE("list: a scanner is told by its mode: HID POS, serial, keyboard") {
  SeenInterface pos = seen_scanner(0x03, {"/dev/hidraw0"});
  pos.interface.endpoints = {{0x81, EndpointType::interrupt, 64}};
  pos.interface.report_descriptor = {0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0xC0};
  CHECK(judge_alone(pos).role == Role::scanner);
  CHECK(judge_alone(pos).standing == Standing::usable);
  SeenInterface serial = seen_scanner(0x02, {"/dev/ttyACM0"});
  serial.interface.subclass = 2;
  CHECK(judge_alone(serial).role == Role::serial_scanner);
  CHECK(says(judge_alone(serial), "/dev/ttyACM0"));
  SeenInterface keyboard = seen_scanner(0x03, {"/dev/hidraw1", "/dev/input/event5"});
  keyboard.interface.protocol = 1;
  keyboard.interface.report_descriptor = {0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0};
  CHECK(judge_alone(keyboard).role == Role::keyboard_scanner);
  CHECK(says(judge_alone(keyboard), "/dev/input/event5"));
  keyboard.kernel_nodes.clear();
  CHECK(judge_alone(keyboard).standing == Standing::unusable);
}

TEST_CASE("list: a touch screen is left alone, a camera and a smart-card reader are known") {
  SeenInterface touch;
  touch.interface.vendor = 0x0EEF;
  touch.interface.class_code = 0x03;
  touch.interface.endpoints = {{0x81, EndpointType::interrupt, 64}};
  touch.interface.report_descriptor = {0x05, 0x0D, 0x09, 0x04, 0xA1, 0x01, 0xC0};
  CHECK(judge_alone(touch).role == Role::none);
  CHECK(judge_alone(touch).standing == Standing::not_ours);
  SeenInterface camera;
  camera.interface.class_code = 0x0E;
  camera.interface.subclass = 1;
  camera.kernel_nodes = {"/dev/video0"};
  CHECK(judge_alone(camera).role == Role::camera);
  SeenInterface cards;
  cards.interface.class_code = 0x0B;
  CHECK(judge_alone(cards).role == Role::smart_card_reader);
}

TEST_CASE("list: an id that a site adds counts like one of the table") {
  SeenInterface seen = seen_printer("1-1");
  seen.interface.vendor = 0x4321;
  seen.interface.product = 0x0001;
  seen.interface.class_code = 0xFF;
  CHECK(judge_alone(seen).role == Role::none);
  const std::vector<DeviceChoice> site = {{DeviceKind::printer, {{0x4321, 0x0001}}}};
  CHECK(judge({seen}, site)[0].role == Role::printer);
}
