#include "printing/escpos_raster.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace printing {
namespace {

using drivers::printer::Cutter;
using drivers::printer::Profile;
using kiosk::Bytes;

// What a band costs besides its dots, in bytes: 8 of its command, the rest so that a printer is not
// made to start and stop for every few rows.
constexpr std::size_t band_cost = 24;
// A gap shorter than this is not worth a feed of its own.
constexpr int gap_rows_min = 4;
// A blank band is sent too; with no bytes a row its command would be none, and its numbers text.
constexpr std::size_t band_width_min = 1;

void put(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

/// Bytes of a row up to the last black dot.
std::size_t used_bytes(kiosk::ByteView row) {
  std::size_t used = row.size();
  while (used > 0 && row[used - 1] == 0) --used;
  return used;
}

class Encoder {
 public:
  Encoder(const Picture& picture, const Profile& profile) : picture_(picture), profile_(profile) {
    for (int y = 0; y < picture.height_dots; ++y) used_.push_back(used_bytes(picture.row(y)));
  }

  Bytes run() {
    put(out_, {0x1B, 0x40});  // ESC @, initialise (ESC/POS command reference)
    int row = 0;
    for (const Mark& mark : picture_.marks) {
      print_rows(row, mark.row);
      row = mark.row;
      if (mark.command.empty()) {
        cut();
      } else {
        feed();
        kiosk::append(out_, mark.command);
      }
    }
    print_rows(row, picture_.height_dots);
    if (printed_ || picture_.marks.empty()) cut();
    return std::move(out_);
  }

 private:
  void print_rows(int begin, int end);
  void print_bands(int begin, int end);
  void print_band(int begin, int end);
  void feed();
  void cut();

  const Picture& picture_;
  const Profile& profile_;
  std::vector<std::size_t> used_;
  Bytes out_;
  int blank_rows_ = 0;    ///< owed to the paper
  bool printed_ = false;  ///< since the last cut
};

/// ESC J n feeds n vertical motion units, at most 255 (ESC/POS command reference). The unit differs
/// by model: most often a dot, 1/360 inch on some of 180 dpi.
void Encoder::feed() {
  int units = blank_rows_ * profile_.feed_units_per_dot;
  for (; units > 0; units -= std::min(units, 255)) put(out_, {0x1B, 0x4A, std::min(units, 255)});
  blank_rows_ = 0;
}

/// GS V 66 n feeds the paper to the cutter and n units more, and cuts partially; 65 fully
/// (ESC/POS command reference, GS V function B). Without a cutter the same way is fed by ESC J.
void Encoder::cut() {
  const int n = std::min(profile_.feed_before_cut_dots * profile_.feed_units_per_dot, 255);
  switch (profile_.cutter) {
    case Cutter::none:
      blank_rows_ = profile_.feed_before_cut_dots;
      feed();
      break;
    case Cutter::full:
      put(out_, {0x1D, 0x56, 65, n});
      break;
    case Cutter::partial:
      put(out_, {0x1D, 0x56, 66, n});
      break;
  }
  blank_rows_ = 0;
  printed_ = false;
}

/// GS v 0: 1D 76 30 m xL xH yL yH, m 0 normal size, x bytes a row, y rows (ESC/POS command
/// reference).
void Encoder::print_band(int begin, int end) {
  feed();
  const std::size_t bytes =
      std::max(band_width_min, *std::max_element(used_.begin() + begin, used_.begin() + end));
  const int x = static_cast<int>(bytes);
  const int y = end - begin;
  put(out_, {0x1D, 0x76, 0x30, 0, x, x >> 8, y, y >> 8});
  for (int row = begin; row < end; ++row) {
    kiosk::append(out_, picture_.row(row).first(bytes));
  }
  printed_ = true;
}

/// Parts rows that follow each other without a gap into the bands that cost the fewest bytes.
void Encoder::print_bands(int begin, int end) {
  const auto count = static_cast<std::size_t>(end - begin);
  const auto rows_max = static_cast<std::size_t>(std::max(1, profile_.band_rows));
  std::vector<std::size_t> cost(count + 1, std::numeric_limits<std::size_t>::max());
  std::vector<std::size_t> start(count + 1);  // of the last band, for the first n rows
  cost[0] = 0;
  for (std::size_t n = 1; n <= count; ++n) {
    std::size_t widest = band_width_min;
    for (std::size_t rows = 1; rows <= std::min(n, rows_max); ++rows) {
      widest = std::max(widest, used_[static_cast<std::size_t>(begin) + n - rows]);
      const std::size_t sum = cost[n - rows] + band_cost + widest * rows;
      if (sum >= cost[n]) continue;
      cost[n] = sum;
      start[n] = n - rows;
    }
  }
  std::vector<std::size_t> ends;
  for (std::size_t n = count; n > 0; n = start[n]) ends.push_back(n);
  for (auto last = ends.rbegin(); last != ends.rend(); ++last) {
    print_band(begin + static_cast<int>(start[*last]), begin + static_cast<int>(*last));
  }
}

void Encoder::print_rows(int begin, int end) {
  const auto blank = [this](int row) { return used_[static_cast<std::size_t>(row)] == 0; };
  int row = begin;
  while (row < end) {
    if (blank(row)) {
      ++blank_rows_;
      ++row;
      continue;
    }
    const int inked = row;
    int gap = 0;
    for (; row < end && gap < gap_rows_min; ++row) gap = blank(row) ? gap + 1 : 0;
    print_bands(inked, row - gap);
    blank_rows_ += gap;
  }
}

}  // namespace

kiosk::Result<Bytes> encode(const Picture& picture, const Profile& profile) {
  if (picture.width_dots > profile.width_dots) {
    return kiosk::fail("printer", "too_wide",
                       "a picture of " + std::to_string(picture.width_dots) +
                           " dots does not fit " + std::to_string(profile.width_dots));
  }
  return Encoder(picture, profile).run();
}

}  // namespace printing
