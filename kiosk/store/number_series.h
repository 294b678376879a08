#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::store {

/// One kiosk's own ticket numbers are `K1-017`: the kiosk's code, the letters of the ledger's
/// incarnation, and a counter that starts anew each service day. The first ledger of a kiosk is
/// incarnation 1 and bears no letter; the ledger that replaces it is 2 and bears B, then C ... Z,
/// AA.
struct SeriesNumber {
  int incarnation = 1;
  std::int64_t counter = 0;

  bool operator==(const SeriesNumber&) const = default;
};

/// Letters and digits, at most 8, the last one a digit: else `K1B` would be a code and an
/// incarnation.
bool valid_kiosk_code(std::string_view code);

std::string series_number(std::string_view kiosk_code, const SeriesNumber& number);

/// Reads a number back; nothing when it is not one of this kiosk code's.
std::optional<SeriesNumber> parse_series_number(std::string_view kiosk_code, std::string_view text);

}  // namespace kiosk::store
