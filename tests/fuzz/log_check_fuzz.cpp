// A write-ahead log as a damaged disk may give it back.
#include "kiosk/store/log_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk;
  (void)store::commits_lost_in(ByteView(data, size));
  Bytes log(data, data + size);
  store::mend_log(log);
  (void)store::commits_lost_in(log);
  return 0;
}
