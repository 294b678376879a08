// The disks as SQLite reaches them.
#include <sqlite3.h>

#include <algorithm>
#include <cstring>

#include "kiosk/base/check.h"
#include "tests/simulation/disk.h"

namespace simulation {
namespace {

constexpr int sector_bytes = 4096;

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
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const std::string_view bytes(static_cast<const char*>(from), std::size_t(size));
  return of(f).disk->write(*of(f).file, std::size_t(at), bytes, SQLITE_IOERR_WRITE);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  return of(f).disk->truncate(*of(f).file, std::size_t(size), SQLITE_IOERR_TRUNCATE);
}
int sync_file(sqlite3_file* f, int) {
  return of(f).disk->sync(*of(f).file, SQLITE_IOERR_FSYNC);
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
  return sector_bytes;
}
/// What stands beside a write keeps its bytes, as on the disks that SQLite counts with on Linux.
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
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
  const bool there = handle.disk->files().contains(path);
  if (!there && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  handle.file = &handle.disk->open(path);
  handle.base.pMethods = &methods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int) {
  Disk& disk = disk_of(path);
  if (!disk.files().contains(path)) return SQLITE_IOERR_DELETE_NOENT;
  return disk.remove(path, SQLITE_IOERR_DELETE);
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

Disk::Disk(std::string name, const std::string& image, Dice dice)
    : name_(std::move(name)), dice_(dice) {
  if (!image.empty()) files_[path()] = {image, {}, true};
  disks()[name_] = this;
}

Disk::~Disk() {
  disks().erase(name_);
}

const char* Disk::vfs() {
  static sqlite3_vfs* const made = [] {
    static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.pNext = nullptr;
    vfs.zName = "simulated";
    vfs.szOsFile = int(sizeof(Handle));
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    sqlite3_vfs_register(&vfs, 0);
    return &vfs;
  }();
  return made->zName;
}

}  // namespace simulation
