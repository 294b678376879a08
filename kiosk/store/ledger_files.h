#pragma once

#include <array>
#include <string>
#include <vector>

namespace kiosk::store {

/// What a ledger consists of: the database, its write-ahead log, and a rollback journal if it was
/// ever opened without one (SQLite, "Temporary Files Used By SQLite", section 2).
inline constexpr std::array ledger_suffixes = {"", "-wal", "-journal"};

/// A ledger at `path` that is set aside has this and its successor's incarnation in its name.
std::string aside_stem(const std::string& path);

/// The ledgers that were set aside from `path`, each by its database, beginning with aside_stem; in
/// no order. An unreadable folder has none.
std::vector<std::string> ledgers_aside(const std::string& path);

}  // namespace kiosk::store
