#include "kiosk/store/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
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

int digit(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Bytes> from_hex(ByteView text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::string because(const std::string& path) {
  return path + ": " + std::strerror(errno);
}

}  // namespace

Result<Bytes> read_key_file(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail("store", "key_missing", because(path));
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return fail("store", "key_missing", because(path));
  if (!S_ISREG(about.st_mode)) return fail("store", "bad_key", path + " is not a file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
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
  if (bytes.size() == 2 * Vault::key_bytes) {
    if (auto key = from_hex(bytes)) return std::move(*key);
  }
  return fail("store", "bad_key", path + " holds neither 32 bytes nor 64 hexadecimal digits");
}

Result<Bytes> create_key_file(const std::string& path, const RandomSource& random) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return errno == EEXIST ? fail("store", "key_exists", because(path))
                           : fail("store", "io", because(path));
  }
  const Bytes key = random(Vault::key_bytes);
  const std::string text = to_hex(key) + "\n";
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(file.get()) != 0) {
    return fail("store", "io", because(path));
  }
  return key;
}

}  // namespace kiosk::store
