#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/store/set_aside.h"
#include "tests/simulation/dice.h"

namespace simulation {

/// The disk of one kiosk, in memory, as SQLite sees it (its WAL needs no shared memory under the
/// exclusive lock that the ledger takes). Of each write that has not been synced it keeps what was
/// there before, so that a power cut leaves what was synced and, of the later writes, the sectors
/// that the dice let through.
class Disk {
 public:
  /// A write or, of no bytes, a truncation to `offset`. What it wrote stands in the file once all
  /// later changes are undone, and is kept beside it only above changes that are doomed.
  struct Change {
    std::size_t offset = 0;
    std::size_t count = 0;
    std::string after;
    std::string before;  ///< what stood from `offset` on; empty where it was just the same
    std::size_t size_before = 0;
    bool doomed = false;  ///< its sync has failed: seen until the power goes, never on the disk
  };
  struct File {
    std::string content;
    std::vector<Change> later;  ///< not synced, oldest first, so those that are doomed first
    bool exists_synced = false;
  };
  enum class Operation { write, truncate, sync, remove };

  /// `image` is the ledger's file of the start; empty: there is none.
  Disk(std::string name, const std::string& image, Dice dice);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// The name under which SQLite knows these disks.
  static const char* vfs();
  std::string path() const { return name_ + "/ledger"; }
  const std::map<std::string, File>& files() const { return files_; }

  /// The power goes with the n-th operation from now (from 1; 0: it stays).
  void fail_at(int operation) { power_goes_in_ = operation; }
  /// The n-th operation from now fails, and as many after it as make up `times`. A sync that fails
  /// may have been done, or never will be.
  void err_at(int operation, int times = 1) {
    errs_in_ = operation;
    errs_left_ = times;
  }
  enum class Space { left, none };
  void set_space(Space space) { space_ = space; }

  /// True once the power has gone; from then on nothing is done.
  bool has_failed() const { return powerless_; }
  /// The process dies: nothing it would still write as it ends is written.
  void die() { dead_ = true; }
  /// What the machine finds when it starts again; the connection must have been dropped before.
  void cut_power();
  /// The process has died, the machine has not: all that was written is there.
  void end_process();
  /// A new disk.
  void wipe();
  /// The ledger's file cannot be read any more, and its log is gone; or a page of it cannot.
  enum class Spoilt { file, page };
  void damage(Spoilt what);
  /// Nonces of check-ins that the server may lack, where they and their patients' records can be
  /// read.
  std::set<std::string> left();
  /// What the ledger does with a file that it cannot read.
  kiosk::store::AsidePlace aside();

  // For SQLite's file functions (disk_vfs.cpp): SQLITE_OK, SQLITE_FULL, or `error`.
  int write(File& file, std::size_t offset, std::string_view bytes, int error);
  int truncate(File& file, std::size_t size, int error);
  int sync(File& file, int error);
  int remove(const std::string& path, int error);
  File& open(const std::string& path) { return files_[path]; }

 private:
  enum class Fate { done, done_and_error, error, full };
  Fate fate_of(Operation operation);
  static void doom(File& file);

  const std::string name_;
  Dice dice_;
  std::map<std::string, File> files_;
  int power_goes_in_ = 0;
  int errs_in_ = 0;
  int errs_left_ = 0;  ///< operations that fail from then on
  bool powerless_ = false;
  bool dead_ = false;
  Space space_ = Space::left;
  int incarnation_ = 1;  ///< as the files tell that were set aside
};

}  // namespace simulation
