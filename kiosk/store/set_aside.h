#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace kiosk::store {

/// Puts a ledger file that failed its check aside, with its log: `ledger.db.aside-2-<UTC time>`,
/// where 2 is the incarnation that its successor will have. Nothing is deleted; a power cut on the
/// way leaves at worst a second name of the same file. Gives the new path.
///
/// Errors: store/io. Thread: the ledger's.
Result<std::string> set_file_aside(const std::string& path, int successor, Instant now);

/// The incarnation that a new ledger at `path` has at least, by the files that were set aside
/// there; 1 when there is none.
int incarnation_after_set_aside(const std::string& path);

/// How it is called there.
std::string aside_name(const std::string& path, int successor, Instant now);
/// When it was set aside, as its name tells; nothing where it does not.
std::optional<Instant> set_aside_at(const std::string& aside);

/// Those that hold anything, sorted; without a second name of the ledger itself, which a power cut
/// may leave.
std::vector<std::string> files_set_aside(const std::string& path);

/// Leaves an empty file: its name still tells which letters were used.
///
/// Errors: store/io.
Result<void> clear_file_aside(const std::string& aside);

/// Where broken ledgers go; a database that is no file of the system's has its own place.
struct AsidePlace {
  std::function<Result<std::string>(const std::string&, int, Instant)> put = set_file_aside;
  std::function<int(const std::string&)> incarnation_after = incarnation_after_set_aside;
  std::function<std::vector<std::string>(const std::string&)> files = files_set_aside;
  std::function<Result<void>(const std::string&)> clear = clear_file_aside;
};

}  // namespace kiosk::store
