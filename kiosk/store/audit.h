#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/audit.h"
#include "kiosk/store/sqlite.h"
#include "kiosk/store/vault.h"

namespace kiosk::store {

// The audit trail is a chain. A row's keyed hash covers its number, instant, trust, the hash before
// it and a commitment to its payload, but neither payload nor salt: what it tells can be erased and
// the chain still holds. The payload itself holds but a commitment to whom it tells of, which is
// erased first, with the day. All of it is sealed. So is the head, in the ledger's own row: the
// newest row, the last one that was removed because of its age, and until when either was erased;
// what is missing beyond that was taken away. A head that does not fit is never sealed anew, so
// that it stays found.

/// A row as it is read. Without a note when its payload was erased, with one that tells of nobody
/// when that was.
struct AuditRow {
  std::int64_t seq = 0;
  Now now;
  Bytes previous_hash;
  Bytes commitment;
  Bytes row_hash;
  std::optional<domain::AuditNote> note;

  bool operator==(const AuditRow&) const = default;
};

/// What does not hold, in words, and at which row.
struct AuditFault {
  std::int64_t seq = 0;
  std::string what;

  bool operator==(const AuditFault&) const = default;
};

/// A piece of the trail, read and proven.
struct AuditPage {
  std::vector<AuditRow> rows;
  std::vector<AuditFault> faults;  ///< of these rows, oldest first; at the end also of the head
  bool at_end = false;
  int incarnation = 1;  ///< of the ledger
};

inline constexpr int audit_page_rows = 500;

/// Adds a row within the transaction and gives its number; an error shows in the transaction.
std::int64_t append_audit(Transaction& transaction, const Vault& vault, const Now& now,
                          const domain::AuditNote& note);

/// Seals the head of a chain that was written before heads were sealed.
void seal_audit(Transaction& transaction, const Vault& vault);

/// What is erased of rows before these instants, and of those that a clock wrote that was ahead.
struct AuditErase {
  Instant personal_until;   ///< of whom they tell
  Instant personal_from;    ///< also from then on, which is yet to come
  Instant told_until;       ///< and what they tell
  bool look_again = false;  ///< also where that was done: a check-in has gone meanwhile
};

/// Removes that, but of check-ins that are still recorded, and says so in a row.
void erase_audit(Transaction& transaction, const Vault& vault, const Now& now,
                 const AuditErase& erase);

/// Removes the oldest rows, all before `until` and up to `seq_max` at most, and says so in a row.
/// The chain then begins at the last one removed, whose hash is sealed.
void prune_audit(Transaction& transaction, const Vault& vault, const Now& now, Instant until,
                 std::int64_t seq_max);

/// The next audit_page_rows rows after the row `after`, which was read before; 0: from the first.
Result<AuditPage> read_audit(Database& database, const Vault& vault, std::int64_t after);

/// The first thing that does not hold in the whole trail; nothing when all does.
Result<std::optional<AuditFault>> first_audit_fault(Database& database, const Vault& vault);

}  // namespace kiosk::store
