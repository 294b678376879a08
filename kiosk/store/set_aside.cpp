#include "kiosk/store/set_aside.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "kiosk/store/ledger_files.h"
#include "kiosk/store/new_file.h"

namespace kiosk::store {

namespace {

namespace fs = std::filesystem;

constexpr int same_second_max = 100;

std::string free_name(const std::string& path, int successor, Instant now) {
  std::string name = fmt::format("{}{}-{:%Y%m%dT%H%M%SZ}", aside_stem(path), successor,
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
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

}  // namespace kiosk::store
