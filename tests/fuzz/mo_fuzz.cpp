#include <cstddef>
#include <cstdint>

#include "screens/ui/catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto catalogue = screens::ui::Catalogue::parse({data, size});
  if (!catalogue) return 0;
  for (const auto& [id, forms] : catalogue->messages()) {
    catalogue->tr(id, {{"time", "{time}"}});
    catalogue->tr_n(id, forms.front(), static_cast<long>(size), {{"n", "}"}});
  }
  return 0;
}
