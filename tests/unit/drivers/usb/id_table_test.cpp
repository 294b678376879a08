#include "drivers/usb/id_table.h"

#include <doctest/doctest.h>

using namespace drivers::usb;

namespace {

InterfaceDescription with_endpoints(std::uint16_t vendor, std::uint16_t product,
                                    std::uint8_t class_code) {
  InterfaceDescription description;
  description.vendor = vendor;
  description.product = product;
  description.class_code = class_code;
  description.endpoints = {{0x02, EndpointType::bulk, 64}, {0x81, EndpointType::bulk, 64}};
  return description;
}

}  // namespace

TEST_CASE("the printer class is preferred two-way, and IEEE 1284.4 is not spoken") {
  InterfaceDescription printer = with_endpoints(0x1234, 0x5678, 0x07);
  printer.protocol = 2;
  const int two_way = suitability(DeviceKind::printer, printer);
  printer.protocol = 1;
  const int one_way = suitability(DeviceKind::printer, printer);
  printer.protocol = 3;
  CHECK(suitability(DeviceKind::printer, printer) == 0);
  CHECK(two_way > one_way);
  CHECK(one_way > 0);
}

TEST_CASE("a printer of vendor class is taken by its id, from the table or the site") {
  CHECK(suitability(DeviceKind::printer, with_endpoints(0x0485, 0x7541, 0xFF)) > 0);
  const InterfaceDescription unknown = with_endpoints(0x4321, 0x0001, 0xFF);
  CHECK(suitability(DeviceKind::printer, unknown) == 0);
  const UsbId site{0x4321, 0x0001};
  CHECK(suitability(DeviceKind::printer, unknown, {&site, 1}) > 0);
}

TEST_CASE("a printer that does not speak ESC/POS is left alone") {
  InterfaceDescription star = with_endpoints(0x0519, 0x0003, 0x07);
  star.protocol = 2;
  CHECK(suitability(DeviceKind::printer, star) == 0);
}

TEST_CASE("a reader is taken by its id with endpoints both ways") {
  InterfaceDescription reader = with_endpoints(0x0400, 0xC35A, 0xFF);
  CHECK(suitability(DeviceKind::id_reader, reader) > 0);
  CHECK(suitability(DeviceKind::id_reader, with_endpoints(0x0400, 0xC35B, 0xFF)) == 0);
  reader.endpoints.pop_back();
  CHECK(suitability(DeviceKind::id_reader, reader) == 0);
}

TEST_CASE("a scanner is told by its first collection, so that keyboards keep their driver") {
  InterfaceDescription scanner = with_endpoints(0x0C2E, 0x0907, 0x03);
  scanner.report_descriptor = {0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0xC0};
  CHECK(suitability(DeviceKind::scanner, scanner) > 0);
  scanner.report_descriptor = {0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0};
  CHECK(suitability(DeviceKind::scanner, scanner) == 0);
  scanner.report_descriptor = {};
  CHECK(suitability(DeviceKind::scanner, scanner) == 0);
}

TEST_CASE("the most specific row of the table is found") {
  CHECK(find_known(DeviceKind::scanner, 0x0C2E, 0x0907)->quirk == Quirk::honeywell_trigger);
  CHECK(find_known(DeviceKind::printer, 0x0C2E, 0x0907) == nullptr);
  CHECK(find_known(DeviceKind::printer, 0x04B8, 0x0E15)->product == 0x0E15);
}
