#include <cstddef>
#include <cstdint>

#include "kiosk/base/bytes.h"
#include "kiosk/sync/capabilities.h"

// Any bytes as a server's CapabilityStatement. Must neither crash nor hang, and whatever it says a
// profile is decided and judged by it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk::sync;
  const auto read = read_capabilities(kiosk::as_text({data, size}));
  if (!read) return 0;
  SiteProfile profile;
  profile.arrival_way = ArrivalWay::automatic;
  profile.change_by = ChangeBy::automatic;
  const auto made = decided(profile, *read);
  if (made.arrival_way == ArrivalWay::automatic || made.change_by == ChangeBy::automatic)
    __builtin_trap();
  // What was decided by a statement is not what that statement lacks.
  for (const auto& one : lacking(*read, made))
    if (one == "transactions" && !read->resources.empty()) __builtin_trap();
  return 0;
}
