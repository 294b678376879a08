#include "faulty_vfs.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

namespace kiosk::store::testing {

namespace {

struct Change {  // a write, or with no bytes a truncation to `offset`
  std::size_t offset;
  std::string bytes;
};

struct Remembered {
  bool existed = false;
  std::string synced;
  std::vector<Change> later;
};

struct State {
  Fault fault = Fault::none;
  Lasting lasting = Lasting::once;
  int nth = 0;
  int count = 0;
  bool met = false;
  std::map<std::string, Remembered> files;
};

State& state() {
  static State the_state;
  return the_state;
}

void apply(std::string& content, const Change& change) {
  if (change.bytes.empty()) {
    content.resize(change.offset);
    return;
  }
  if (content.size() < change.offset + change.bytes.size()) {
    content.resize(change.offset + change.bytes.size());
  }
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

// The result code that this operation meets, or SQLITE_OK.
int meet(int io_error) {
  State& s = state();
  ++s.count;
  if (s.fault == Fault::none || s.count < s.nth) return SQLITE_OK;
  if (s.count > s.nth && s.lasting == Lasting::once) return SQLITE_OK;
  s.met = true;
  if (s.fault == Fault::exit_process) _exit(9);
  return s.fault == Fault::disk_full ? SQLITE_FULL : io_error;
}

struct File {
  sqlite3_file base;
  Remembered* memory;  // of database and log files only
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* shim(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return shim(file)->real();
}

int close_file(sqlite3_file* f) {
  return real(f)->pMethods->xClose(real(f));
}
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 offset) {
  return real(f)->pMethods->xRead(real(f), to, size, offset);
}
int write_to(sqlite3_file* f, const void* from, int size, sqlite3_int64 offset) {
  if (const int met = meet(SQLITE_IOERR_WRITE)) return met;
  if (shim(f)->memory) {
    shim(f)->memory->later.push_back(
        {static_cast<std::size_t>(offset),
         std::string(static_cast<const char*>(from), static_cast<std::size_t>(size))});
  }
  return real(f)->pMethods->xWrite(real(f), from, size, offset);
}
int truncate_to(sqlite3_file* f, sqlite3_int64 size) {
  if (const int met = meet(SQLITE_IOERR_TRUNCATE)) return met;
  if (shim(f)->memory) shim(f)->memory->later.push_back({static_cast<std::size_t>(size), {}});
  return real(f)->pMethods->xTruncate(real(f), size);
}
// The disk need not be waited for: what is synced is remembered here.
int sync(sqlite3_file* f, int) {
  if (const int met = meet(SQLITE_IOERR_FSYNC)) return met;
  if (Remembered* memory = shim(f)->memory) {
    for (const Change& change : memory->later) apply(memory->synced, change);
    memory->later.clear();
    memory->existed = true;
  }
  return SQLITE_OK;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}
int check_lock(sqlite3_file* f, int* held) {
  return real(f)->pMethods->xCheckReservedLock(real(f), held);
}
int control(sqlite3_file* f, int op, void* argument) {
  return real(f)->pMethods->xFileControl(real(f), op, argument);
}
int sector_size(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int characteristics(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

const sqlite3_io_methods methods = {
    1,       close_file, read_file, write_to,    truncate_to,     sync,    file_size, lock,
    unlock,  check_lock, control,   sector_size, characteristics, nullptr, nullptr,   nullptr,
    nullptr, nullptr,    nullptr};

sqlite3_vfs* below() {
  return sqlite3_vfs_find("unix");
}

std::string content_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int open_file(sqlite3_vfs*, sqlite3_filename path, sqlite3_file* f, int flags, int* out) {
  File* file = shim(f);
  file->base.pMethods = nullptr;
  file->memory = nullptr;
  if (path) {
    const auto [entry, is_new] = state().files.try_emplace(path);
    if (is_new && std::filesystem::exists(path)) {
      entry->second = {true, content_of(path), {}};
    }
    file->memory = &entry->second;
  }
  const int opened = below()->xOpen(below(), path, file->real(), flags, out);
  if (opened == SQLITE_OK) file->base.pMethods = &methods;
  return opened;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_folder) {
  if (const int met = meet(SQLITE_IOERR_DELETE)) return met;
  if (const auto known = state().files.find(path); known != state().files.end()) {
    known->second = {};
  }
  return below()->xDelete(below(), path, sync_folder);
}

}  // namespace

const char* faulty_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *below();
    made.pNext = nullptr;
    made.zName = "faulty";
    made.szOsFile = static_cast<int>(sizeof(File)) + below()->szOsFile;
    made.xOpen = open_file;
    made.xDelete = delete_file;
    return made;
  }();
  sqlite3_vfs_register(&vfs, 0);
  return vfs.zName;
}

void plan_fault(Fault fault, int nth, Lasting lasting) {
  State& s = state();
  s.fault = fault;
  s.nth = nth;
  s.lasting = lasting;
  s.count = 0;
  s.met = false;
}

bool fault_met() {
  return state().met;
}
int operations() {
  return state().count;
}
void forget_files() {
  state().files.clear();
}

void cut_power(std::uint64_t dice) {
  for (auto& [path, memory] : state().files) {
    std::string content = memory.synced;
    for (const Change& change : memory.later) {
      dice = dice * 6364136223846793005U + 1442695040888963407U;
      if (dice >> 63) apply(content, change);
    }
    if (memory.existed || !content.empty()) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    } else {
      std::filesystem::remove(path);
    }
  }
  forget_files();
}

}  // namespace kiosk::store::testing
