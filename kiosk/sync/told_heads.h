#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kiosk/sync/exchange.h"
#include "kiosk/sync/fhir_write.h"

namespace kiosk::sync {

/// Sends a request and waits for its end.
using AskOne = std::function<Reply(const HttpRequest&)>;

/// All that the server was told of this kiosk's trail, page after page.
///
/// Errors: sync/unreachable; sync/refused with the server's codes; sync/too_many pages; those of
/// resolve_link and read_fhir. Thread: any; `ask` is called on it.
Result<std::vector<ToldHead>> told_heads(const SiteProfile& profile, const std::string& kiosk_code,
                                         const AskOne& ask);

}  // namespace kiosk::sync
