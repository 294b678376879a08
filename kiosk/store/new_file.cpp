#include "kiosk/store/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace kiosk::store {

namespace {

/// Some file systems, NFS for one, cannot refuse to take a place; then it is looked first.
int rename_to_new(const std::string& from, const std::string& to) {
  const int renamed = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (renamed == 0 || errno != EINVAL) return renamed;
  if (access(to.c_str(), F_OK) != 0) return std::rename(from.c_str(), to.c_str());
  errno = EEXIST;
  return -1;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

tl::unexpected<Error> io_error(const std::string& path) {
  return fail("store", "io", path + ": " + std::strerror(errno));
}

Result<void> sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string name = parent.empty() ? "." : parent.string();
  const Descriptor folder(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return io_error(name);
  return {};
}

Result<void> write_new_file(const std::string& path, std::string_view text) {
  if (access(path.c_str(), F_OK) == 0) return fail("store", "exists", path + " exists");
  const std::string part = path + ".part";
  if (unlink(part.c_str()) != 0 && errno != ENOENT) return io_error(part);
  {
    const Descriptor file(open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return io_error(part);
    for (std::string_view left = text; !left.empty();) {
      const ssize_t written = write(file.get(), left.data(), left.size());
      if (written < 0) return io_error(part);
      left.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file.get()) != 0) return io_error(part);
  }
  if (rename_to_new(part, path) != 0) {
    const bool exists = errno == EEXIST;
    auto error = io_error(path);
    unlink(part.c_str());
    return exists ? fail("store", "exists", path + " exists") : error;
  }
  return sync_folder_of(path);
}

}  // namespace kiosk::store
