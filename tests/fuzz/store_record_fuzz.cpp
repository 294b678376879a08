// Records as a damaged or foreign file may hold them: the reader takes exactly what it would write.
#include "kiosk/base/check.h"
#include "kiosk/store/number_series.h"
#include "kiosk/store/records.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk;
  const ByteView bytes(data, size);
  const auto same = [&](const Bytes& written) {
    return written.size() == size && std::equal(written.begin(), written.end(), data);
  };
  if (auto person = store::decode_person(bytes)) KIOSK_CHECK(same(store::encode(*person)));
  if (auto visit = store::decode_visit(bytes)) KIOSK_CHECK(same(store::encode(*visit)));
  if (auto check_in = store::decode_check_in(bytes)) {
    const Bytes written = store::encode(*check_in);
    const auto again = store::decode_check_in(written);
    KIOSK_CHECK(again && *again == *check_in);
    KIOSK_CHECK(same(written) || written[0] != data[0]);  // what an earlier version wrote
  }
  (void)store::decode_texts(bytes);
  const std::string_view text = as_text(bytes);
  if (auto number = store::parse_series_number("K1", text)) {
    KIOSK_CHECK(store::series_number("K1", *number) == text);
  }
  return 0;
}
