#include "kiosk/store/log_check.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>
#include <system_error>

namespace kiosk::store {
namespace {

// The file format's section 4.1.
constexpr std::size_t header_bytes = 32, frame_header_bytes = 24, summed_bytes = 8;
constexpr std::uint32_t magic = 0x377f0682, version = 3'007'000;
constexpr std::size_t log_bytes_max = 256U << 20;  ///< far above journal_size_limit

using Sums = std::array<std::uint32_t, 2>;

std::uint32_t word(ByteView bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

std::uint32_t reversed(std::uint32_t word) {
  return word >> 24 | (word >> 8 & 0xff00) | (word << 8 & 0xff0000) | word << 24;
}

Sums summed(Sums sums, ByteView bytes, bool big_endian) {
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    const auto first = word(bytes, at), second = word(bytes, at + 4);
    sums[0] += (big_endian ? first : reversed(first)) + sums[1];
    sums[1] += (big_endian ? second : reversed(second)) + sums[0];
  }
  return sums;
}

/// What a frame's header holds behind its salts, by what the frame before holds.
Sums summed_frame(Sums sums, ByteView frame, bool big_endian) {
  sums = summed(sums, frame.first(summed_bytes), big_endian);
  return summed(sums, frame.subspan(frame_header_bytes), big_endian);
}

bool is_power_of_two(std::uint32_t number) {
  return number != 0 && (number & (number - 1)) == 0;
}

/// What every log of SQLite begins with, and a torn write does not change.
bool has_header(ByteView log) {
  const auto page = word(log, 8);
  return (word(log, 0) & ~1U) == magic && word(log, 4) == version && is_power_of_two(page) &&
         page >= 512 && page <= 65'536;
}

/// The beginning of a log, as far as one can be long; nothing when it cannot be read.
std::optional<Bytes> read_log(std::istream& file) {
  if (!file.seekg(0, std::ios::end)) return std::nullopt;
  Bytes log(std::min(static_cast<std::size_t>(file.tellg()), log_bytes_max));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(log.data()), std::streamsize(log.size())))
    return std::nullopt;
  return log;
}

}  // namespace

int commits_lost_in(ByteView log) {
  if (log.size() < header_bytes || !has_header(log)) return 0;
  const bool big_endian = (word(log, 0) & 1) != 0;
  const std::size_t frame = frame_header_bytes + word(log, 8);
  Sums sums{word(log, 24), word(log, 28)};
  if (summed({}, log.first(24), big_endian) != sums) return 0;  // torn when the log was begun anew
  bool damaged = false;
  int lost = 0;
  for (std::size_t at = header_bytes; at + frame <= log.size(); at += frame) {
    const bool of_this = std::ranges::equal(log.subspan(at + 8, 8), log.subspan(16, 8));
    sums = summed_frame(sums, log.subspan(at, frame), big_endian);
    const Sums told{word(log, at + 16), word(log, at + 20)};
    if (sums != told || !of_this) {  // damaged, or what an older log left
      damaged = true;
      lost = of_this && word(log, at + 4) != 0 ? 1 : 0;  // the end of a commit, itself damaged
    } else if (damaged && word(log, at + 4) != 0 && ++lost >= 2) {
      return lost;
    }
    sums = told;
  }
  return lost;
}

Result<void> check_is_there(const std::string& path) {
  std::error_code none;
  const auto log = std::filesystem::file_size(path + "-wal", none);
  if (none || log == 0) return {};
  const auto database = std::filesystem::file_size(path, none);
  if (!none && database > 0) return {};
  return fail("store", "corrupt", path + " is gone, and its log is left");
}

void mend_log(Bytes& log) {
  if (log.size() < header_bytes || !has_header(log)) return;
  const ByteView read(log);
  const std::size_t frame = frame_header_bytes + word(read, 8);
  Sums sums{word(read, 24), word(read, 28)};
  for (std::size_t at = header_bytes; at + frame <= log.size(); at += frame) {
    const auto of_this = [&](std::size_t one) {
      return std::ranges::equal(read.subspan(one + 8, 8), read.subspan(16, 8));
    };
    if (!of_this(at) && (at + 2 * frame > log.size() || !of_this(at + frame))) break;
    std::copy_n(log.begin() + 16, 8, log.begin() + std::ptrdiff_t(at + 8));
    sums = summed_frame(sums, read.subspan(at, frame), (word(read, 0) & 1) != 0);
    for (std::size_t i = 0; i < 8; ++i)
      log[at + 16 + i] = static_cast<std::uint8_t>(sums[i / 4] >> (24 - 8 * (i % 4)));
  }
}

void mend_log_file(const std::string& path) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  auto log = read_log(file);
  if (!log) return;
  mend_log(*log);
  file.seekp(0);
  file.write(reinterpret_cast<const char*>(log->data()), std::streamsize(log->size()));
}

Result<void> check_log(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  const auto read = read_log(file);
  if (!read) return fail("store", "io", path + " cannot be read");
  const Bytes& log = *read;
  const std::size_t size = log.size();
  const bool zeros =
      std::all_of(log.begin(), log.begin() + std::ptrdiff_t(std::min(size, header_bytes)),
                  [](std::uint8_t byte) { return byte == 0; });
  if (size >= header_bytes && !zeros && !has_header(log))
    return fail("store", "corrupt", path + " is no write-ahead log");
  if (commits_lost_in(log) >= 2)
    return fail("store", "corrupt",
                path + " is damaged, and what was committed after that is cut off");
  return {};
}

}  // namespace kiosk::store
