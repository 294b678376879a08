#include "drivers/usb/udev_rules.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/usb/id_table.h"

using namespace drivers::usb;

namespace {

/// The rules without comments and empty lines.
std::vector<std::string> rules() {
  std::vector<std::string> lines;
  std::istringstream text(udev_rules());
  for (std::string line; std::getline(text, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

/// Some rule contains all the parts.
bool has_rule(const std::vector<std::string>& parts) {
  for (const std::string& rule : rules()) {
    bool all = true;
    for (const std::string& part : parts) all = all && rule.find(part) != std::string::npos;
    if (all) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("udev: every device of the table may be opened by the kiosk's group") {
  for (const KnownDevice& device : known_devices()) {
    CAPTURE(device.name);
    std::vector<std::string> parts = {"SUBSYSTEM==\"usb\"",
                                      fmt::format("ATTR{{idVendor}}==\"{:04x}\"", device.vendor),
                                      "GROUP=\"kiosk\", MODE=\"0660\""};
    if (device.product != 0) {
      parts.push_back(fmt::format("ATTR{{idProduct}}==\"{:04x}\"", device.product));
    }
    CHECK(has_rule(parts) == (device.quirk != Quirk::not_escpos));
  }
}

TEST_CASE("udev: printers go by their class, whoever made them") {
  CHECK(has_rule({"ENV{ID_USB_INTERFACES}==\"*:0701??:*\"", "GROUP=\"kiosk\""}));
}

TEST_CASE("udev: scanners in serial and in keyboard mode are the kiosk's alone") {
  const std::string vendor = "ATTRS{idVendor}==\"0c2e\"";
  CHECK(has_rule({"\"tty\"", vendor, "GROUP=\"kiosk\"", "ENV{ID_MM_DEVICE_IGNORE}=\"1\""}));
  CHECK(has_rule({"\"input\"", vendor, "GROUP=\"kiosk\"", "ENV{LIBINPUT_IGNORE_DEVICE}=\"1\""}));
  CHECK(has_rule({"\"hidraw\"", vendor, "GROUP=\"kiosk\""}));
  CHECK_FALSE(has_rule({"\"input\"", "04b8"}));
}

TEST_CASE("udev: every line is a rule as udev reads them, and jumps find their label") {
  const std::string pair = R"rule([A-Z_]+(\{[A-Za-z_]+\})?(==|!=|=|\+=|:=)"[^"]*")rule";
  const std::regex rule(pair + "(, " + pair + ")*");
  for (const std::string& line : rules()) {
    CAPTURE(line);
    CHECK(std::regex_match(line, rule));
  }
  CHECK(rules().front() == R"(ACTION=="remove", GOTO="kiosk_end")");
  CHECK(rules().back() == R"(LABEL="kiosk_end")");
}
