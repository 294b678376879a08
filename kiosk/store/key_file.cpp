#include "kiosk/store/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace kiosk::store {

namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string because(const std::string& path) {
  return path + ": " + std::strerror(errno);
}

tl::unexpected<Error> io(const std::string& path) {
  return fail("store", "io", because(path));
}

Result<void> sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string name = parent.empty() ? "." : parent.string();
  const File folder(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return io(name);
  return {};
}

Result<void> write_zeros(const File& file, const std::string& path) {
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return io(path);
  const std::string zeros(static_cast<std::size_t>(about.st_size), '\0');
  if (pwrite(file.get(), zeros.data(), zeros.size(), 0) != about.st_size) return io(path);
  if (fsync(file.get()) != 0) return io(path);
  return {};
}

}  // namespace

std::optional<Bytes> key_from_hex(std::string_view digits) {
  if (digits.size() != 2 * Vault::key_bytes) return std::nullopt;
  Bytes key;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]);
    const int low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return key;
}

Result<Bytes> read_key_file(const std::string& path, KeyFileAccess access) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail("store", "key_missing", because(path));
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return fail("store", "key_missing", because(path));
  if (!S_ISREG(about.st_mode)) return fail("store", "bad_key", path + " is not a file");
  if (access == KeyFileAccess::owner_only && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail("store", "key_permissions",
                path + " may be used by others than its owner; chmod 600 it");
  }
  Bytes bytes(2 * Vault::key_bytes + 3);
  const ssize_t got = read(file.get(), bytes.data(), bytes.size());
  if (got < 0) return fail("store", "key_missing", because(path));
  bytes.resize(static_cast<std::size_t>(got));
  if (bytes.size() == Vault::key_bytes) return bytes;
  while (bytes.size() > 2 * Vault::key_bytes && (bytes.back() == '\n' || bytes.back() == '\r')) {
    bytes.pop_back();
  }
  if (auto key = key_from_hex(as_text(bytes))) return std::move(*key);
  return fail("store", "bad_key", path + " holds neither 32 bytes nor 64 hexadecimal digits");
}

// Written under another name and then linked, so that the name never stands for half a key.
Result<Bytes> create_key_file(const std::string& path, const RandomSource& random) {
  if (access(path.c_str(), F_OK) == 0) {
    return fail("store", "key_exists", path + " exists");
  }
  const std::string part = path + ".part";
  if (auto gone = destroy_key_file(part); !gone) return pass_on(gone.error());
  const Bytes key = random(Vault::key_bytes);
  {
    const File file(open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const std::string text = to_hex(key) + "\n";
    if (file.get() < 0 ||
        write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        fsync(file.get()) != 0) {
      return io(part);
    }
  }
  if (link(part.c_str(), path.c_str()) != 0) return io(path);
  if (unlink(part.c_str()) != 0) return io(part);
  if (auto synced = sync_folder_of(path); !synced) return pass_on(synced.error());
  return key;
}

Result<void> destroy_key_file(const std::string& path) {
  {
    const File file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT) return {};
    if (file.get() < 0) return io(path);
    if (auto written = write_zeros(file, path); !written) return written;
  }
  if (unlink(path.c_str()) != 0) return io(path);
  return sync_folder_of(path);
}

std::string next_key_file(const std::string& path) {
  return path + ".new";
}

Result<void> adopt_next_key_file(const std::string& path) {
  const File old(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (old.get() < 0 && errno != ENOENT) return io(path);
  if (std::rename(next_key_file(path).c_str(), path.c_str()) != 0) return io(path);
  if (auto synced = sync_folder_of(path); !synced) return synced;
  return old.get() < 0 ? Result<void>() : write_zeros(old, path);
}

}  // namespace kiosk::store
