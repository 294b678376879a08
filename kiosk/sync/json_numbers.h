#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace kiosk::sync {

/// A resource to be changed, and its text again: all numbers are written as they were read, "1.10"
/// as well as those that no double holds (FHIR R4, 2.24.0.1 "decimal"). In between, those are texts
/// with a mark that FHIR forbids in a text. Throws nlohmann::json::exception for what is no JSON.
/// Thread: any.
nlohmann::json json_of(std::string_view text);
std::string text_of(const nlohmann::json& value);

/// The text with 0 for each number that 64 bits may not hold, which a reader may refuse with all
/// around it: for whoever reads none of these. Thread: any; pure.
std::string with_plain_numbers(std::string_view text);

}  // namespace kiosk::sync
