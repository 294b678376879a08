#pragma once

#include <optional>
#include <string>

#include "kiosk/sync/exchange.h"
#include "kiosk/sync/fhir_rows.h"

namespace kiosk::sync {

/// What the end of a write means.
enum class Verdict {
  done,
  conflict,  ///< a precondition failed: read again and decide by meaning
  gone,
  refused,  ///< the server will never take it so: staff
  denied,   ///< 401, 403, 407, redirects: sign-in or configuration, nothing was done
  busy,     ///< 425, 429, 503: not now, nothing was done
  unsent,   ///< nothing reached the server
  unknown   ///< it may have acted or not
};

Verdict judge(const Reply& reply);

/// The server itself says that it is not there; a gateway that has lost its server says so, too.
bool is_gone(const Reply& reply);

/// What was not done within a transaction that was answered 2xx, as by servers that make a batch of
/// it; nothing: all was.
struct FailedEntry {
  std::string words;      ///< as of `server_words`
  std::string codes;      ///< as of `server_codes`
  bool for_good = false;  ///< false: the same may be done the next time
};
std::optional<FailedEntry> failed_entry(const Reading& reading);

/// Why, for the staff's list: status and the server's words, masked (masked_words.h) and shortened.
/// A patient's name may still stand in them: they go to the ledger, which hides it, or to who asks
/// the server by hand, and into no log.
std::string server_words(const Reply& reply);

/// Why, for logs and alerts: status and the issues' codes, of which none can be a patient's.
std::string server_codes(const Reply& reply);

}  // namespace kiosk::sync
