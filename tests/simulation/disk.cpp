#include "tests/simulation/disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

#include "kiosk/base/check.h"

namespace simulation {
namespace {

constexpr std::size_t sector_bytes = 512;

std::map<std::string, Disk*>& disks() {
  static std::map<std::string, Disk*> all;
  return all;
}

Disk& disk_of(const std::string& path) {
  const auto found = disks().find(path.substr(0, path.rfind('/')));
  KIOSK_CHECK(found != disks().end());
  return *found->second;
}

struct Handle {
  sqlite3_file base;
  Disk* disk;
  Disk::File* file;
};

Handle& of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}

void lay_on(std::string& content, const Disk::Change& change) {
  if (change.bytes.empty()) {
    content.resize(change.offset);
    return;
  }
  content.resize(std::max(content.size(), change.offset + change.bytes.size()));
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

int close_file(sqlite3_file*) {
  return SQLITE_OK;
}
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  const std::string& content = of(f).file->content;
  const auto offset = std::min(content.size(), std::size_t(at));
  const auto there = std::min(content.size() - offset, std::size_t(size));
  std::memcpy(to, content.data() + offset, there);
  if (there == std::size_t(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, std::size_t(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}
int put(sqlite3_file* f, Disk::Change change, int error) {
  if (const int met = of(f).disk->meet(error)) return met;
  lay_on(of(f).file->content, change);
  of(f).file->later.push_back(std::move(change));
  return SQLITE_OK;
}
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  return put(f, {std::size_t(at), {static_cast<const char*>(from), std::size_t(size)}},
             SQLITE_IOERR_WRITE);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  return put(f, {std::size_t(size), {}}, SQLITE_IOERR_TRUNCATE);
}
int sync_file(sqlite3_file* f, int) {
  if (const int met = of(f).disk->meet(SQLITE_IOERR_FSYNC)) return met;
  Disk::File& file = *of(f).file;
  for (const Disk::Change& one : file.later) lay_on(file.synced, one);
  file.later.clear();
  file.exists_synced = true;
  return SQLITE_OK;
}
int size_of(sqlite3_file* f, sqlite3_int64* size) {
  *size = sqlite3_int64(of(f).file->content.size());
  return SQLITE_OK;
}
int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int no_lock_held(sqlite3_file*, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector(sqlite3_file*) {
  return int(sector_bytes);
}
int characteristics(sqlite3_file*) {
  return 0;
}

const sqlite3_io_methods methods = {
    1,       close_file, read_file,    write_file, truncate_file, sync_file,       size_of,
    lock,    lock,       no_lock_held, control,    sector,        characteristics, nullptr,
    nullptr, nullptr,    nullptr,      nullptr,    nullptr};

int open_file(sqlite3_vfs*, sqlite3_filename path, sqlite3_file* f, int flags, int* out) {
  Handle& handle = of(f);
  handle.base.pMethods = nullptr;
  if (path == nullptr) return SQLITE_CANTOPEN;  // temp_store is memory
  handle.disk = &disk_of(path);
  auto& files = handle.disk->files();
  if (!files.contains(path) && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  handle.file = &files[path];
  handle.base.pMethods = &methods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int) {
  Disk& disk = disk_of(path);
  if (const int met = disk.meet(SQLITE_IOERR_DELETE)) return met;
  return disk.files().erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int access_file(sqlite3_vfs*, const char* path, int, int* out) {
  *out = disk_of(path).files().contains(path) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

}  // namespace

Disk::Disk(std::string name) : name_(std::move(name)) {
  disks()[name_] = this;
}

Disk::~Disk() {
  disks().erase(name_);
}

const char* Disk::vfs() {
  static sqlite3_vfs made = [] {
    sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.pNext = nullptr;
    vfs.zName = "simulated";
    vfs.szOsFile = int(sizeof(Handle));
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    return vfs;
  }();
  sqlite3_vfs_register(&made, 0);
  return made.zName;
}

int Disk::meet(int io_error) {
  if (failed_) return io_error;
  if (fail_in_ > 0 && --fail_in_ == 0) failed_ = true;
  if (failed_) return io_error;
  return space_ == Space::none && io_error == SQLITE_IOERR_WRITE ? SQLITE_FULL : SQLITE_OK;
}

void Disk::cut_power(Dice& dice) {
  for (auto file = files_.begin(); file != files_.end();) {
    File& one = file->second;
    for (Change& change : one.later) {
      const auto luck = dice.below(3);
      if (luck == 0) continue;
      if (luck == 1 && change.bytes.size() > sector_bytes) {
        change.bytes.resize(sector_bytes * (1 + dice.below(change.bytes.size() / sector_bytes)));
      }
      lay_on(one.synced, change);
    }
    one.later.clear();
    one.content = one.synced;
    file = one.exists_synced || !one.content.empty() ? std::next(file) : files_.erase(file);
  }
  end_process();
}

void Disk::end_process() {
  fail_in_ = 0;
  failed_ = false;
}

}  // namespace simulation
