// Who a printer says it is.
#include <algorithm>

#include "drivers/printer/device_id.h"
#include "drivers/printer/printer_table.h"
#include "kiosk/base/check.h"

using namespace drivers::printer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const auto id = parse_device_id({data, size});
  if (!id) return 0;
  for (const std::string& name : {id->maker, id->model, id->commands, id->serial}) {
    KIOSK_CHECK(name.size() <= device_name_max);
    KIOSK_CHECK(std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  KIOSK_CHECK(!profile_for({}, {{0x0DD4, 0x0175}, id->model}).name.empty());
  return 0;
}
