// Any text where the server's links, dates, references and words stand: what is taken must be what
// the rest of the program counts on.
#include "kiosk/base/bytes.h"
#include "kiosk/domain/masked_words.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/url.h"

namespace {

void must(bool holds) {
  if (!holds) __builtin_trap();
}

void links(std::string_view text) {
  using namespace kiosk::sync;
  constexpr std::string_view base = "https://hospital.example:8443/fhir/R4";
  if (const auto link = resolve_link(base, std::string(text))) {
    const auto to = origin_of(*link);
    must(to && *to == *origin_of(base));
    for (const char c : *link) must(static_cast<unsigned char>(c) > ' ');
  }
  if (const auto origin = origin_of(text)) {
    must(origin->scheme == "http" || origin->scheme == "https");
    must(!origin->host.empty() && origin->port > 0 && origin->port < 65'536);
    const bool allowed = check_allowed(text).has_value();
    must(allowed == (origin->scheme == "https" || is_loopback(*origin)));
  }
}

void times(std::string_view text) {
  using namespace kiosk::sync;
  if (const auto instant = parse_instant(text)) {
    const auto again = parse_instant(format_utc(*instant));
    // An offset may lead out of the years of four digits.
    must(format_utc(*instant).size() != 24 || (again && *again == *instant));
  }
  if (const auto date = parse_http_date(text)) must(parse_instant(format_utc(*date)) == *date);
}

void references(std::string_view text) {
  using namespace kiosk::sync;
  const auto plain = plain_reference(text);
  if (plain.empty()) return;
  must(plain_reference(plain) == plain);
  const auto slash = plain.find('/');
  must(slash > 0 && slash + 1 < plain.size() && plain.find('/', slash + 1) == std::string::npos);
  must(id_of(plain, plain.substr(0, slash)) == plain.substr(slash + 1));
}

void words(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : kiosk::domain::masked_words(text)) {
    const auto byte = static_cast<unsigned char>(c);
    must(byte >= 0x20 && byte < 0x80);
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    must(digits <= 5);
  }
  kiosk::domain::Person person;
  person.name = text.substr(0, text.size() / 2);
  person.birth_date = kiosk::domain::Date{1985, 6, 7};
  person.phones = {"13905550000"};
  (void)kiosk::domain::without_person(text, person);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = kiosk::as_text({data, size});
  links(text);
  times(text);
  references(text);
  words(text);
  return 0;
}
