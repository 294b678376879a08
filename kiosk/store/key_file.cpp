#include "kiosk/store/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "kiosk/store/new_file.h"

namespace kiosk::store {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string because(const std::string& path) {
  return path + ": " + std::strerror(errno);
}

Result<void> write_zeros(const Descriptor& file, const std::string& path) {
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return io_error(path);
  const std::string zeros(static_cast<std::size_t>(about.st_size), '\0');
  if (pwrite(file.get(), zeros.data(), zeros.size(), 0) != about.st_size) return io_error(path);
  if (fsync(file.get()) != 0) return io_error(path);
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
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
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

Result<Bytes> create_key_file(const std::string& path, const RandomSource& random) {
  if (auto gone = destroy_key_file(path + ".part"); !gone) return pass_on(gone.error());
  const Bytes key = random(Vault::key_bytes);
  if (auto written = write_new_file(path, to_hex(key) + "\n"); !written) {
    if (written.error().code == "exists") return fail("store", "key_exists", path + " exists");
    return pass_on(written.error());
  }
  return key;
}

Result<void> destroy_key_file(const std::string& path) {
  {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT) return {};
    if (file.get() < 0) return io_error(path);
    if (auto written = write_zeros(file, path); !written) return written;
  }
  if (unlink(path.c_str()) != 0) return io_error(path);
  return sync_folder_of(path);
}

std::string next_key_file(const std::string& path) {
  return path + ".new";
}

Result<void> adopt_next_key_file(const std::string& path) {
  const Descriptor old(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (old.get() < 0 && errno != ENOENT) return io_error(path);
  if (std::rename(next_key_file(path).c_str(), path.c_str()) != 0) return io_error(path);
  if (auto synced = sync_folder_of(path); !synced) return synced;
  return old.get() < 0 ? Result<void>() : write_zeros(old, path);
}

}  // namespace kiosk::store
