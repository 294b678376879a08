#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "kiosk/shell/config_reading.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t path_bytes_max = 1024;

bool is_secret(FileRule rule) {
  return rule == FileRule::secret || rule == FileRule::secret_made;
}

bool is_made(FileRule rule) {
  return rule == FileRule::made || rule == FileRule::secret_made;
}

}  // namespace

bool looks_like_a_secret(const std::string& text) {
  if (text.find("-----BEGIN") != std::string::npos || text.starts_with("eyJ")) return true;
  if (text.starts_with("Bearer ") || text.starts_with("Basic ")) return true;
  // Keys and tokens are long runs of letters and digits; a path has slashes and dots.
  const bool run = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+' || c == '=';
  });
  const bool digit =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return run && digit && text.size() >= 20;
}

CheckedPath check_path(const std::string& given, FileRule rule,
                       const std::filesystem::path& folder) {
  CheckedPath checked;
  if (is_secret(rule) && looks_like_a_secret(given)) {
    checked.complaints.push_back(
        {"this looks like the secret itself",
         "the path of a file that holds it, closed to group and others (mode 0600)"});
    return checked;
  }
  if (given.size() > path_bytes_max || given.find('\0') != std::string::npos) {
    checked.complaints.push_back({"this cannot be a path", "at most 1024 bytes, no NUL"});
    return checked;
  }
  checked.path = (folder / given).lexically_normal().string();
  struct stat status {};
  if (stat(checked.path.c_str(), &status) != 0) {
    if (is_made(rule) && errno == ENOENT) return checked;
    checked.complaints.push_back(
        {fmt::format("cannot find {}: {}", checked.path, std::generic_category().message(errno))});
    return checked;
  }
  const bool folder_there = S_ISDIR(status.st_mode);
  if (rule == FileRule::folder && !folder_there) {
    checked.complaints.push_back({fmt::format("{} is not a folder", checked.path)});
  } else if ((rule == FileRule::readable || is_secret(rule)) && !S_ISREG(status.st_mode)) {
    checked.complaints.push_back({fmt::format("{} is not a file", checked.path)});
  } else if (access(checked.path.c_str(), R_OK) != 0) {
    checked.complaints.push_back({fmt::format("{} cannot be read: {}", checked.path,
                                              std::generic_category().message(errno))});
  }
  if (is_secret(rule) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    checked.complaints.push_back({fmt::format("{} is open to group or others (mode {:04o})",
                                              checked.path, status.st_mode & 07777U),
                                  "a file that only its owner may read (chmod 0600)"});
  }
  return checked;
}

}  // namespace kiosk::shell
