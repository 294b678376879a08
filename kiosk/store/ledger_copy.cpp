#include "kiosk/store/ledger_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "kiosk/store/ledger_files.h"
#include "kiosk/store/new_file.h"

namespace kiosk::store {

namespace {

namespace fs = std::filesystem;

/// What SQLite locks for reading. Source: sqlite.org/fileformat2.html, 1.4 "The Lock-Byte Page".
constexpr off_t shared_lock_at = 0x40000002;
constexpr off_t shared_lock_bytes = 510;

/// False: somebody has the database open for writing. The lock goes with the descriptor.
bool lock_for_reading(const Descriptor& file) {
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = shared_lock_at;
  lock.l_len = shared_lock_bytes;
  return fcntl(file.get(), F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

/// In memory, where there is room: a copy that is left behind goes with the power.
fs::path place_for(const std::string& path) {
  const fs::path memory = "/dev/shm";
  std::error_code error;
  std::uintmax_t bytes = 0;
  for (const char* suffix : ledger_suffixes) {
    const auto size = fs::file_size(path + suffix, error);
    if (!error) bytes += size;
  }
  const auto space = fs::space(memory, error);
  const bool fits = !error && space.available > 2 * bytes && access(memory.c_str(), W_OK) == 0;
  return fits ? memory : fs::path(fs::temp_directory_path(error));
}

}  // namespace

Result<std::unique_ptr<LedgerCopy>> LedgerCopy::make(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) {
    return fail("store", "no_ledger", "there is no ledger " + path);
  }
  if (file.get() < 0) return io_error(path);
  if (!lock_for_reading(file)) return fail("store", "in_use", "a kiosk has " + path + " open");
  std::error_code error;
  std::string folder = (place_for(path) / "kiosk-ledger-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return io_error(folder);
  std::unique_ptr<LedgerCopy> copy(new LedgerCopy(std::move(folder)));
  for (const char* suffix : ledger_suffixes) {
    if (!fs::exists(path + suffix, error)) continue;
    if (!fs::copy_file(path + suffix, copy->path() + suffix, error)) {
      return fail("store", "io", "copy " + path + suffix + ": " + error.message());
    }
    fs::permissions(copy->path() + suffix, fs::perms::owner_read | fs::perms::owner_write, error);
  }
  return copy;
}

LedgerCopy::~LedgerCopy() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace kiosk::store
