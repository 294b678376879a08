#pragma once

#include "kiosk/store/sqlite.h"

namespace kiosk::store {

/// Brings the file to the newest schema, one transaction a version, kept in `PRAGMA user_version`.
///
/// Errors: store/newer_version when a newer program wrote it; store/not_a_ledger when it is another
/// program's database; those of Database. Thread: the ledger's.
Result<void> migrate(Database& database);

}  // namespace kiosk::store
