#include "drivers/printer/device_id.h"

#include <doctest/doctest.h>

#include <string>

#include "drivers/printer/printer_table.h"

using namespace drivers::printer;

namespace {

enum class Length { high_first, low_first, none };

kiosk::Bytes answer(const std::string& text, Length length = Length::high_first) {
  const auto size = text.size() + 2;
  const auto high = static_cast<std::uint8_t>(size >> 8);
  const auto low = static_cast<std::uint8_t>(size & 0xFF);
  kiosk::Bytes bytes;
  if (length == Length::high_first) bytes = {high, low};
  if (length == Length::low_first) bytes = {low, high};
  kiosk::append(bytes, kiosk::as_bytes(text));
  return bytes;
}

const DeviceId sample = {"TESTCO", "TP-80", "ESC/POS", "A17"};

}  // namespace

TEST_CASE("device id: short and long keys, any case, spaces around") {
  CHECK(parse_device_id(answer("MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;CLS:PRINTER;SN:A17;")) == sample);
  CHECK(parse_device_id(answer("manufacturer: TESTCO; Model:TP-80 ;COMMAND SET:ESC/POS;"
                               "SERN:A17")) == sample);
}

TEST_CASE("device id: the length may be turned round, missing or wrong") {
  const std::string text = "MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;SN:A17;";
  CHECK(parse_device_id(answer(text, Length::low_first)) == sample);
  CHECK(parse_device_id(answer(text, Length::none)) == sample);
  kiosk::Bytes wrong = answer(text);
  wrong[0] = 0x7F;
  CHECK(parse_device_id(wrong) == sample);
}

TEST_CASE("device id: an answer without a known key is none") {
  for (const char* text : {"", ";;;", "MFG", "MFG:;MDL: ;", ":::", "DES:something;"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_device_id(answer(text)).has_value());
  }
  CHECK_FALSE(parse_device_id({}).has_value());
  CHECK_FALSE(parse_device_id(kiosk::Bytes{0x00}).has_value());
}

TEST_CASE("device id: names are fit for a log, and not endless") {
  const auto id =
      parse_device_id(answer("MFG:A\x01\xFF"
                             "B\n;MDL:" +
                             std::string(500, 'x') + ";"));
  REQUIRE(id.has_value());
  CHECK(id->maker == "AB");
  CHECK(id->model == std::string(device_name_max, 'x'));
}

TEST_CASE("printer table: a model is known by its name, else by its ids, else not") {
  const auto name = [](UsbIds ids, const std::string& model) -> std::string {
    const KnownPrinter* known = find_printer(ids, {"", model, "", ""});
    return known == nullptr ? "" : std::string(known->name);
  };
  CHECK(name({0x04B8, 0x0202}, "TM-T88V") == "epson-tm-t88");
  CHECK(name({0x04B8, 0x0E15}, "") == "epson-tm-t20");
  CHECK(name({0x0416, 0x5011}, "pos-58 v2") == "clone-58");
  CHECK(name({0x0416, 0x5011}, "") == "");  // clones of every kind share these
  CHECK(name({0x0DD4, 0x0175}, "KPM216H") == "custom-kpm");
  CHECK(name({0x0416, 0x5011}, "KPM216H") == "");  // GS e means something else elsewhere
}

TEST_CASE("printer table: the more cautious of the site's and the model's word holds") {
  Profile site;
  site.width_dots = 384;
  site.paper_fence = Feature::absent;
  Profile model;
  model.process_id = Feature::absent;
  model.write_bytes_max = 512;
  model.presenter = {3, 10, 2};
  const Profile both = without_lacks(site, model);
  CHECK(both.width_dots == 384);
  CHECK(both.process_id == Feature::absent);
  CHECK(both.paper_fence == Feature::absent);
  CHECK(both.real_time_status == Feature::present);
  CHECK(both.write_bytes_max == 512);
  CHECK(both.presenter.withdraw == 2);
}

TEST_CASE("printer table: only the default follows the model; names are texts that end") {
  for (const KnownPrinter& known : known_printers()) {
    CAPTURE(known.name);
    CHECK((known.profile.by_model == Feature::present) == (known.name == "auto"));
    CHECK(std::string(known.name.data()) == known.name);
  }
  CHECK(known_printers().front().profile == Profile{});
}
