#pragma once

#include <memory>
#include <string>

#include "kiosk/base/result.h"

namespace kiosk::store {

/// A private copy of a ledger's files that no kiosk has open, gone with this object. SQLite writes
/// where it reads; so the files themselves stay as they are, on a disk that cannot be written to
/// too.
class LedgerCopy {
 public:
  /// Errors: store/no_ledger, store/in_use, store/io.
  static Result<std::unique_ptr<LedgerCopy>> make(const std::string& path);
  ~LedgerCopy();
  LedgerCopy(const LedgerCopy&) = delete;
  LedgerCopy& operator=(const LedgerCopy&) = delete;

  std::string path() const { return folder_ + "/ledger.db"; }

 private:
  explicit LedgerCopy(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace kiosk::store
