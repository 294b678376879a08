#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/dice.h"

namespace simulation {

/// The disk of one kiosk, in memory, as SQLite sees it. It remembers what was synced, so that a
/// power cut leaves that and, of the later writes, what the dice let through, torn or whole.
class Disk {
 public:
  struct Change {  ///< a write, or with no bytes a truncation to `offset`
    std::size_t offset = 0;
    std::string bytes;
  };
  struct File {
    std::string content;
    std::string synced;
    std::vector<Change> later;
    bool exists_synced = false;
  };

  explicit Disk(std::string name);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// The name under which SQLite knows these disks.
  static const char* vfs();
  std::string path() const { return name_ + "/ledger"; }

  /// The power goes with the n-th write, sync or truncation from now (from 1).
  void fail_at(int operation) { fail_in_ = operation; }
  bool has_failed() const { return failed_; }
  enum class Space { left, none };
  void set_space(Space space) { space_ = space; }
  /// What the machine finds when it starts again; the connection must have been dropped before.
  void cut_power(Dice& dice);
  /// The process dies, the machine does not: all writes reach the disk in the end.
  void end_process();

  /// For the file functions: SQLITE_OK or the error that this operation meets.
  int meet(int io_error);
  std::map<std::string, File>& files() { return files_; }

 private:
  const std::string name_;
  std::map<std::string, File> files_;
  int fail_in_ = 0;
  bool failed_ = false;
  Space space_ = Space::left;
};

}  // namespace simulation
