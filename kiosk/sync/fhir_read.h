#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/sync/fhir_reference.h"
#include "kiosk/sync/fhir_rows.h"

namespace kiosk::sync {

inline constexpr std::size_t answer_bytes_max = 32 * 1024 * 1024;
inline constexpr std::size_t entries_max = 5'000;

/// Reads one answer of the server: a Bundle with its entries, or a single resource as if it stood
/// alone in one. Unknown resources and fields are passed over; an entry without id, status or start
/// where they are needed is skipped and counted.
///
/// `names`: what the server is known to be called, where the answer may refer to it; what the
/// answer shows itself is in `Reading::shown_as`.
///
/// Errors, with the path in what: fhir/too_large; fhir/malformed; fhir/unusable, a resource that
/// lacks what it must have. Thread: any; pure.
Result<Reading> read_fhir(std::string_view json, const ServerNames& names = ServerNames());

/// The members of an object that is none of FHIR's: texts, whole numbers and lists of texts, each
/// as a list; what is of another kind is passed over. Errors: fhir/too_large, fhir/malformed. Pure.
Result<std::map<std::string, std::vector<std::string>>> read_members(std::string_view json);

}  // namespace kiosk::sync
