#include "tests/simulation/disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "kiosk/base/check.h"
#include "kiosk/store/ledger_files.h"
#include "kiosk/store/log_check.h"
#include "kiosk/store/sqlite.h"

namespace simulation {

using kiosk::store::Database;

namespace {

/// Bytes that a disk writes whole: of old and of new disks.
constexpr std::array<std::size_t, 2> sector_sizes{512, 4096};

void put(std::string& content, std::size_t offset, std::string_view bytes) {
  if (offset == content.size()) {
    content.append(bytes);
    return;
  }
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::memcpy(content.data() + offset, bytes.data(), bytes.size());
}

void undo(std::string& content, const Disk::Change& change) {
  content.resize(change.size_before);
  if (!change.before.empty()) put(content, change.offset, change.before);
}

/// A write that was synced stands upon an older one that never will be: what is left when that one
/// is undone is this one's.
void stand_on(Disk::Change& doomed, const Disk::Change& synced) {
  const std::size_t end = synced.offset + synced.count;
  // A cut that is undone brings back what it had cut off.
  const std::size_t doomed_end = doomed.offset + std::max(doomed.count, doomed.before.size());
  if (synced.count == 0) {
    doomed.size_before = std::min(doomed.size_before, synced.offset);
    return;
  }
  doomed.size_before = std::max(doomed.size_before, end);
  if (doomed.offset < doomed.size_before) {  // what lay beyond the file's end is a hole in it now
    const std::size_t held = std::min(doomed_end, doomed.size_before) - doomed.offset;
    doomed.before.resize(std::max(doomed.before.size(), held));
  }
  const std::size_t from = std::max(doomed.offset, synced.offset);
  const std::size_t until = std::min(doomed_end, end);
  if (from >= until) return;
  put(doomed.before, from - doomed.offset,
      std::string_view(synced.after).substr(from - synced.offset, until - from));
}

/// Some sectors of a write reach the disk, others do not.
void apply_torn(std::string& content, const Disk::Change& change, std::size_t sector, Dice& dice) {
  const std::size_t end = change.offset + change.count;
  const std::string_view after = change.after;
  for (std::size_t at = change.offset; at < end;) {
    const std::size_t next = std::min(end, (at / sector + 1) * sector);
    if (dice.percent(50)) {
      put(content, at, after.substr(at - change.offset, next - at));
    }
    at = next;
  }
}

}  // namespace

Disk::Fate Disk::fate_of(Operation operation) {
  if (powerless_ || dead_) return Fate::error;
  if (power_goes_in_ > 0 && --power_goes_in_ == 0) {
    powerless_ = true;
    return dice_.percent(50) ? Fate::done_and_error : Fate::error;
  }
  if (errs_in_ > 0 && --errs_in_ == 0) {
    if (--errs_left_ > 0) errs_in_ = 1;
    const bool sync = operation == Operation::sync;
    return sync && dice_.percent(50) ? Fate::done_and_error : Fate::error;
  }
  const bool full = space_ == Space::none && operation == Operation::write;
  return full ? Fate::full : Fate::done;
}

int Disk::write(File& file, std::size_t offset, std::string_view bytes, int error) {
  const Fate fate = fate_of(Operation::write);
  if (fate == Fate::full) return SQLITE_FULL;
  if (fate == Fate::error) return error;
  Change change{offset, bytes.size(), {}, {}, file.content.size(), false};
  const std::string_view there =
      std::string_view(file.content).substr(std::min(offset, file.content.size()), bytes.size());
  const bool above_doomed = !file.later.empty() && file.later.front().doomed;
  if (above_doomed) change.after = bytes;
  if (there != bytes) {
    change.before = there;
    put(file.content, offset, bytes);
  }
  file.later.push_back(std::move(change));
  return fate == Fate::done ? SQLITE_OK : error;
}

int Disk::truncate(File& file, std::size_t size, int error) {
  const Fate fate = fate_of(Operation::truncate);
  if (fate == Fate::error) return error;
  Change change{size, 0, {}, {}, file.content.size(), false};
  if (size < file.content.size()) change.before = file.content.substr(size);
  file.content.resize(size);
  file.later.push_back(std::move(change));
  return fate == Fate::done ? SQLITE_OK : error;
}

/// From here on what stood below each of these changes may become another's.
void Disk::doom(File& file) {
  std::string content = file.content;
  for (auto one = file.later.rbegin(); one != file.later.rend(); ++one) {
    const bool just_the_same = one->before.empty() && one->offset < one->size_before;
    if (just_the_same && !one->doomed) one->before = content.substr(one->offset, one->count);
    one->doomed = true;
    undo(content, *one);
  }
}

int Disk::sync(File& file, int error) {
  const Fate fate = fate_of(Operation::sync);
  if (fate == Fate::error) {
    // The kernel takes what it could not write for written, and does not try it again.
    if (!powerless_ && !dead_ && dice_.percent(50)) doom(file);
    return error;
  }
  const auto first_good = std::find_if(file.later.begin(), file.later.end(),
                                       [](const Change& one) { return !one.doomed; });
  for (auto good = first_good; good != file.later.end(); ++good) {
    std::for_each(file.later.begin(), first_good, [&](Change& below) { stand_on(below, *good); });
  }
  file.later.erase(first_good, file.later.end());
  file.exists_synced = true;
  return fate == Fate::done ? SQLITE_OK : error;
}

int Disk::remove(const std::string& path, int error) {
  const Fate fate = fate_of(Operation::remove);
  if (fate == Fate::error) return error;
  files_.erase(path);
  return fate == Fate::done ? SQLITE_OK : error;
}

void Disk::cut_power() {
  const std::size_t sector = sector_sizes[dice_.below(sector_sizes.size())];
  for (auto entry = files_.begin(); entry != files_.end();) {
    File& file = entry->second;
    for (auto one = file.later.rbegin(); one != file.later.rend(); ++one) {
      if (!one->doomed && one->count > 0) one->after = file.content.substr(one->offset, one->count);
      undo(file.content, *one);
    }
    for (const Change& one : file.later) {
      const auto luck = dice_.below(3);
      if (one.doomed || luck == 0) continue;
      if (luck == 1) {
        apply_torn(file.content, one, sector, dice_);
      } else if (one.count == 0) {
        file.content.resize(one.offset);
      } else {
        put(file.content, one.offset, one.after);
      }
    }
    file.later.clear();
    const bool stays = file.exists_synced || !file.content.empty();
    entry = stays ? std::next(entry) : files_.erase(entry);
  }
  end_process();
  // What a power cut leaves must not look like damage.
  const auto log = files_.find(path() + "-wal");
  if (log != files_.end()) {
    KIOSK_CHECK(kiosk::store::commits_lost_in(kiosk::as_bytes(log->second.content)) < 2);
  }
}

void Disk::wipe() {
  files_.clear();
  incarnation_ = 1;
}

void Disk::damage(Spoilt what) {
  constexpr std::size_t header = 100, page = 4096, three_pages = 3 * page;
  if (what == Spoilt::page) {
    if (auto ledger = Database::open({path(), vfs()}))
      static_cast<void>(ledger->count("PRAGMA wal_checkpoint(TRUNCATE)"));
    File& file = files_[path()];
    for (auto& [name, one] : files_) one.later.clear();
    const auto pages = file.content.size() / page;
    if (pages < 2) return;
    const auto at = (1 + dice_.below(pages - 1)) * page;
    std::fill_n(file.content.begin() + std::ptrdiff_t(at), header, '\xff');
    return;
  }
  files_.erase(path() + "-wal");
  File& file = files_[path()];
  file.later.clear();
  if (file.content.size() > three_pages && dice_.percent(50)) {
    file.content.resize(three_pages);
  } else {
    file.content.resize(std::max(file.content.size(), header));
    std::fill_n(file.content.begin(), header, 'x');
  }
}

std::set<std::string> Disk::left() {
  std::map<std::int64_t, std::string> nonces;
  auto ledger = Database::open({path(), vfs()});
  if (!ledger) return {};
  for (const char* order : {"ASC", "DESC"}) {
    const std::string rows = "SELECT id, nonce FROM outbox WHERE state <> 1 ORDER BY id ";
    static_cast<void>(ledger->select(rows + order, [&](const kiosk::store::Row& row) {
      return nonces.emplace(row.integer(0), row.text(1)).second;
    }));
  }
  std::set<std::string> found;
  for (const auto& [id, nonce] : nonces) {
    const auto record = ledger->count("SELECT length(record) FROM check_in WHERE id = ?1", id);
    if (record.value_or(0) > 0) found.insert(nonce);
  }
  ledger->disconnect(Database::Close::leave_files_alone);
  return found;
}

kiosk::store::AsidePlace Disk::aside() {
  return {[this](const std::string& file, int successor, kiosk::Instant now) {
            const std::string name = kiosk::store::aside_name(file, successor, now);
            for (const char* suffix : {"", "-wal"}) {
              auto one = files_.extract(file + suffix);
              if (one.empty()) continue;
              one.key() = name + suffix;
              files_.insert(std::move(one));
            }
            incarnation_ = successor;
            return kiosk::Result<std::string>(name);
          },
          [this](const std::string&) { return incarnation_; },
          [this](const std::string& file) {
            std::vector<std::string> found;
            for (const auto& [name, one] : files_) {
              const bool aside = name.starts_with(kiosk::store::aside_stem(file));
              if (aside && !name.ends_with("-wal") && !one.content.empty()) found.push_back(name);
            }
            return found;
          },
          [this](const std::string& file) {
            files_.erase(file + "-wal");
            files_.erase(file);
            return kiosk::Result<void>();
          }};
}

void Disk::end_process() {
  power_goes_in_ = 0;
  errs_in_ = 0;
  powerless_ = false;
  dead_ = false;
}

}  // namespace simulation
