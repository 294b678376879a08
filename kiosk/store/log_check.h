#pragma once

#include <string>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace kiosk::store {

/// Commits that a write-ahead log holds behind a damaged place, where SQLite stops reading; one can
/// be what a power cut left of the last commit, two cannot, because each was synced before the
/// next. Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log. Pure.
int commits_lost_in(ByteView log);

/// A ledger whose database is gone and whose log is left: SQLite would delete the log.
///
/// Errors: store/corrupt.
Result<void> check_is_there(const std::string& path);

/// SQLite passes a damaged log over in silence, and what was committed in it is gone. Nothing is
/// wrong with a log that is absent, empty or cut short by a power cut.
///
/// Errors: store/corrupt, store/io.
Result<void> check_log(const std::string& path);

/// Sums the frames of a damaged log anew, so that SQLite reads past the damage. What is no log is
/// left as it is. Pure.
void mend_log(Bytes& log);

/// The same of a file; for copies. One that cannot be written is left as it is.
void mend_log_file(const std::string& path);

}  // namespace kiosk::store
