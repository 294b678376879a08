#pragma once

#include <string>
#include <string_view>

namespace kiosk::sync {

/// "http://x/fhir/Patient/7/_history/2" -> "Patient/7"; empty when it is no literal reference.
std::string plain_reference(std::string_view reference);

/// The part of "Type/id" after the slash when the type is `type`, else empty.
std::string id_of(std::string_view reference, std::string_view type);

}  // namespace kiosk::sync
