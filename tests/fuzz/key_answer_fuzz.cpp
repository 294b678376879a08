#include <cstddef>
#include <cstdint>

#include "kiosk/base/bytes.h"
#include "kiosk/shell/key_fetch.h"

// Any bytes as the answer of vault.key_url. Must neither crash nor hang; a key has 32 bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk::shell;
  const auto keys = parse_key_answer(kiosk::as_text({data, size}));
  if (!keys) return 0;
  if (size < 64 || size > KeyFetch::answer_bytes_max) __builtin_trap();
  if (keys->current.size() != 32 || (keys->next && keys->next->size() != 32)) __builtin_trap();
  return 0;
}
