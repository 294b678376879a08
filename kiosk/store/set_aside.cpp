#include "kiosk/store/set_aside.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <system_error>

#include "kiosk/store/ledger_files.h"
#include "kiosk/store/new_file.h"

namespace kiosk::store {

namespace {

namespace fs = std::filesystem;

constexpr int same_second_max = 100;

std::string free_name(const std::string& path, int successor, Instant now) {
  std::string name = aside_name(path, successor, now);
  if (!fs::exists(name)) return name;
  for (int i = 2; i <= same_second_max; ++i) {
    std::string next = name + "." + std::to_string(i);
    if (!fs::exists(next)) return next;
  }
  return name;
}

}  // namespace

Result<std::string> set_file_aside(const std::string& path, int successor, Instant now) {
  const std::string aside = free_name(path, successor, now);
  std::error_code error;
  // A log alone has a database that is empty, by which it is found.
  if (!fs::exists(path)) {
    if (auto made = write_new_file(path, ""); !made) return pass_on(made.error());
  }
  // The new names are made and synced first; only then do the old ones go, the database before its
  // log.
  for (const char* suffix : ledger_suffixes) {
    if (!fs::exists(path + suffix)) continue;
    fs::create_hard_link(path + suffix, aside + suffix, error);
    if (error) return kiosk::fail("store", "io", "set the ledger aside: " + error.message());
  }
  if (auto synced = sync_folder_of(path); !synced) return pass_on(synced.error());
  for (const char* suffix : ledger_suffixes) {
    fs::remove(path + suffix, error);
    if (error) return kiosk::fail("store", "io", "set the ledger aside: " + error.message());
  }
  if (auto synced = sync_folder_of(path); !synced) return pass_on(synced.error());
  return aside;
}

int incarnation_after_set_aside(const std::string& path) {
  int incarnation = 1;
  const std::size_t stem = aside_stem(path).size();
  for (const std::string& file : ledgers_aside(path)) {
    int found = 0;
    std::from_chars(file.data() + stem, file.data() + file.size(), found);
    incarnation = std::max(incarnation, found);
  }
  return incarnation;
}

std::string aside_name(const std::string& path, int successor, Instant now) {
  return fmt::format("{}{}-{:%Y%m%dT%H%M%SZ}", aside_stem(path), successor,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::optional<Instant> set_aside_at(const std::string& aside) {
  const auto dash = aside.rfind('-');
  std::istringstream text(dash == std::string::npos ? "" : aside.substr(dash + 1));
  std::tm told{};
  text >> std::get_time(&told, "%Y%m%dT%H%M%SZ");
  if (text.fail()) return std::nullopt;
  return std::chrono::time_point_cast<Milliseconds>(
      std::chrono::system_clock::from_time_t(timegm(&told)));
}

std::vector<std::string> files_set_aside(const std::string& path) {
  auto found = ledgers_aside(path);
  std::erase_if(found, [&](const std::string& file) {
    std::error_code ignored;
    const bool empty =
        std::none_of(ledger_suffixes.begin(), ledger_suffixes.end(), [&](const char* suffix) {
          std::error_code none;
          const auto size = fs::file_size(file + suffix, none);
          return !none && size > 0;
        });
    return empty || fs::equivalent(path, file, ignored);
  });
  std::sort(found.begin(), found.end());
  return found;
}

Result<void> clear_file_aside(const std::string& aside) {
  std::error_code error;
  // The database last: as long as it holds anything, it is looked at again.
  for (auto suffix = ledger_suffixes.rbegin(); suffix != ledger_suffixes.rend(); ++suffix) {
    if (!fs::exists(aside + *suffix, error)) continue;
    if (std::string_view(*suffix).empty()) {
      fs::resize_file(aside, 0, error);
    } else {
      fs::remove(aside + *suffix, error);
    }
    if (error)
      return kiosk::fail("store", "io", "clear " + aside + *suffix + ": " + error.message());
  }
  return sync_folder_of(aside);
}

}  // namespace kiosk::store
