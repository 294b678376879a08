#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <unistd.h>

#include "kiosk/base/bytes.h"
#include "kiosk/sync/signed_order.h"

namespace {

// The private half was never written down.
constexpr const char* public_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEVnjkzQEBjH1gpzhMs9BfcUtvOl6Of1ED\n"
    "fabhQeTQP2TDY4Nr3DduoabFC6jNhbmoAA+gV5Cij87x+NykrucCqWddjqdk1lNp\n"
    "rjT8f9HWXBsxoQI2sCwsPjRvIS1AUf47\n"
    "-----END PUBLIC KEY-----\n";

const kiosk::sync::OrderKey& key() {
  static const kiosk::sync::OrderKey loaded = [] {
    const std::string path = "/tmp/kiosk-order-fuzz-" + std::to_string(getpid());
    std::FILE* file = std::fopen(path.c_str(), "w");
    std::fputs(public_key, file);
    std::fclose(file);
    auto made = kiosk::sync::OrderKey::load(path);
    std::remove(path.c_str());
    if (!made) __builtin_trap();
    return *made;
  }();
  return loaded;
}

}  // namespace

// Any bytes as an order to withdraw the kiosk. Nobody can have signed them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (key().check(kiosk::as_text({data, size}), "K1")) __builtin_trap();
  return 0;
}
