#pragma once

#include <string>
#include <string_view>

namespace kiosk::sync {

/// For a resource that is changed and written back: its JSON with each number as a text that no
/// 64 bits may hold or no double writes as it was read, "1.10" (FHIR R4, 2.24.0.1 "decimal"). The
/// texts bear a mark that FHIR forbids in one. Thread: any; pure.
std::string with_numbers_as_texts(std::string_view json);
/// Undoes it in what a JSON library wrote, with escapes for control characters. Thread: any; pure.
std::string with_texts_as_numbers(std::string_view json);

/// The JSON with 0 for each number that 64 bits may not hold, which a reader may refuse with all
/// around it: for whoever reads none of these. Thread: any; pure.
std::string with_plain_numbers(std::string_view json);

}  // namespace kiosk::sync
