// What a printer says: the first byte says in how large pieces the rest arrives.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "drivers/printer/escpos_status.h"
#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"

using namespace drivers::printer;

namespace {

std::vector<PrinterAnswer> decode(kiosk::ByteView bytes, std::size_t piece) {
  AnswerDecoder decoder;
  if (piece % 2 == 0) decoder.await_full_status();
  std::vector<PrinterAnswer> answers;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    while (auto answer = decoder.next()) answers.push_back(*answer);
  }
  return answers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const kiosk::ByteView bytes(data + 1, size - 1);
  const auto answers = decode(bytes, std::size_t{data[0]} + 1);
  for (const PrinterAnswer& answer : answers) {
    std::visit(kiosk::overloaded{
                   [](const RealTimeAnswer& a) {
                     for (int n = 1; n <= 4; ++n) KIOSK_CHECK(!name_of(state_of(a, n)).empty());
                   },
                   [](const AutomaticStatus& a) { KIOSK_CHECK(!name_of(state_of(a)).empty()); },
                   [](const FullStatus& a) { KIOSK_CHECK(!name_of(state_of(a)).empty()); },
                   [](const FenceAnswer& a) { KIOSK_CHECK(!name_of(state_of(a)).empty()); },
                   [](const BlockAnswer& a) { KIOSK_CHECK(!a.bytes.empty()); }},
               answer);
  }
  return 0;
}
