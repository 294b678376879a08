#include <cstddef>
#include <cstdint>

#include "kiosk/base/bytes.h"
#include "kiosk/sync/assemble.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_write.h"
#include "kiosk/sync/json_text.h"

// Any bytes as an answer of the server: mended, read, then made into people and visits. Must
// neither crash nor hang, and what it gives must be usable.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk::sync;
  std::string text(kiosk::as_text({data, size}));
  (void)mend(text);
  if (std::string again = text; mend(again) != JsonText::sound || again != text) __builtin_trap();
  if (const auto heads = audit_heads_in(text, "K1"))
    for (const auto& head : *heads)
      if (head.hash.size() > size) __builtin_trap();
  const auto reading = read_fhir(text);
  if (!reading) {
    for (const char* words : {"UTF-8", "unescaped"})
      if (reading.error().what.find(words) != std::string::npos) __builtin_trap();
    return 0;
  }
  static const SiteProfile profile = [] {
    SiteProfile made;
    made.queue_number.identifier_system = "urn:kiosk:queue-number";
    made.marks.tag_system = "urn:kiosk:desk-first";
    return made;
  }();
  Directory directory;
  directory.add(reading->directory);
  const auto told = page(*reading, profile, directory);
  for (const auto& visit : told.visits)
    if (visit.appointment.id.empty() || visit.appointment.end < visit.appointment.start ||
        visit.round < 1)
      __builtin_trap();
  for (const auto& person : told.people)
    for (const auto& phone : person.phones)
      for (const char c : phone)
        if (c < '0' || c > '9') __builtin_trap();
  (void)unresolved(reading->appointments, {}, directory);
  return 0;
}
