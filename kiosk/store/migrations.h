#pragma once

#include "kiosk/store/sqlite.h"

namespace kiosk::store {

/// Brings the file to the newest schema, one transaction a version, kept in `PRAGMA user_version`.
/// Gives the version that it found, 0 for a new file.
///
/// Errors: store/newer_version when a newer program wrote it; store/not_a_ledger when it is another
/// program's database; those of Database. Thread: the ledger's.
Result<std::int64_t> migrate(Database& database);

/// The version of the file's schema, 0 for a new file. Errors: those of migrate.
Result<std::int64_t> schema_version(Database& database);

/// For reading alone: the file has the newest schema already.
///
/// Errors: those of migrate, and store/older_version.
Result<void> check_schema(Database& database);

}  // namespace kiosk::store
