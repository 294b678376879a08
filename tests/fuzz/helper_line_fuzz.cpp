// Lines of a vendor's program, and the same as a stream to the engine.
#include <cstdint>

#include "drivers/id_card/helper_reader.h"

using namespace drivers::id_card;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const kiosk::ByteView bytes(data, size);
  static_cast<void>(parse_helper_line(kiosk::as_text(bytes)).has_value());
  HelperReader reader;
  const std::vector<CardWanted> wanted = {CardWanted::yes};
  drivers::usb::Opened opened;
  opened.interface.endpoints = {{0x81}, {0x01}};
  std::vector<drivers::usb::Input> inputs = {opened};
  static_cast<void>(reader.step({}, inputs, wanted));
  const std::string_view ready = "{\"event\":\"ready\",\"version\":1}\n";
  kiosk::Bytes all(ready.begin(), ready.end());
  kiosk::append(all, bytes);
  inputs = {drivers::usb::Received{0x81, all}};
  static_cast<void>(reader.step({}, inputs, {}));
  return 0;
}
