#pragma once

#include <optional>

#include "kiosk/store/sqlite.h"
#include "kiosk/store/vault.h"

namespace kiosk::store {

// The audit log is a chain. A row's keyed hash covers its number, instant, trust, the hash before
// it and a commitment to its payload, but neither payload nor salt: a person's data can be erased
// and the chain still holds. Payload and salt are sealed.

/// Adds a row within the transaction and gives its number; an error shows in the transaction.
std::int64_t append_audit(Transaction& transaction, const Vault& vault, const Now& now,
                          ByteView payload);

/// Removes the payloads before `until` that no check-in still needs.
void erase_audit_payloads(Transaction& transaction, Instant until);

/// The number of the first row that was changed, removed or put in; nothing when the chain holds.
Result<std::optional<std::int64_t>> first_broken_audit_row(Database& database, const Vault& vault);

}  // namespace kiosk::store
