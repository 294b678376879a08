// The emulated printer's side of ESC/POS: takes commands off its buffer and moves the paper.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/emulators/emulated_printer.h"

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr std::uint8_t dle = 0x10;
constexpr std::uint8_t esc = 0x1B;
constexpr std::uint8_t gs = 0x1D;
constexpr int raster_rows_max = 4607;
constexpr std::size_t line_characters = 32;  // 58 mm paper
constexpr int cut_reserve_rows = 1;          // a blade needs a row of paper

}  // namespace

void EmulatedPrinter::advance(Moment now) {
  if (!powered_ || std::exchange(advancing_, true)) return;
  if (is_offline()) free_at_ = std::max(free_at_, Time(now));
  while (powered_ && !is_offline() && free_at_ <= Time(now)) {
    if (feed_left_ > 0) {
      --feed_left_;
      draw({});
      continue;
    }
    if (std::exchange(cut_after_feed_, false)) {
      cut();
      continue;
    }
    starved_ = !run_one();
    if (starved_) break;
  }
  advancing_ = false;
}

/// One command or one raster row; false when more bytes are needed first.
bool EmulatedPrinter::run_one() {
  if (raster_.rows_left > 0) return run_raster_row();
  if (waiting_bytes() == 0) return false;
  switch (at(0)) {
    case 0x00: {
      const kiosk::ByteView all = front(waiting_bytes());
      const auto other = std::find_if(all.begin(), all.end(), [](auto byte) { return byte != 0; });
      pass_over(static_cast<std::size_t>(other - all.begin()));
      return true;
    }
    case dle:
      return run_data_link();
    case esc:
      return run_escape();
    case gs:
      return run_group();
    case '\n':
      print_line();
      pass_over(1);
      return true;
    default:
      break;
  }
  if (at(0) >= ' ') {
    if (can_.unknown_is_text) {
      line_.push_back(at(0));
      if (line_.size() >= line_characters) print_line();
    } else {
      complain(fmt::format("byte {:02X} is no command", at(0)));
    }
  }
  pass_over(1);  // other control characters do nothing
  return true;
}

void EmulatedPrinter::print_line() {
  if (!line_.empty()) complain(fmt::format("printed the text \"{}\"", kiosk::as_text(line_)));
  line_.clear();
}

/// Real-time commands were obeyed when they came in; here they are only passed over.
bool EmulatedPrinter::run_data_link() {
  if (!have(3)) return false;
  if (at(1) == 0x04 || at(1) == 0x05) {
    pass_over(3);
    return true;
  }
  if (at(1) == 0x14 && at(2) == 0x08) {
    if (!have(10)) return false;
    pass_over(10);
    return true;
  }
  if (at(1) >= ' ') complain(fmt::format("unknown command 10 {:02X} {:02X}", at(1), at(2)));
  pass_over(1);
  return true;
}

/// A command that this model lacks: its letters are text to a simple clone.
bool EmulatedPrinter::pass_over_unknown() {
  pass_over(can_.unknown_is_text ? 1 : 3);
  return true;
}

bool EmulatedPrinter::run_escape() {
  if (!have(2)) return false;
  const auto with_arguments = [this](std::size_t size) {
    if (!have(size)) return false;
    take(size);
    return true;
  };
  switch (at(1)) {
    case '@':
      if (current_.rows == 0) current_.bytes.clear();
      line_.clear();
      take(2);
      return true;
    case 0x00:  // the rest of it never came
      pass_over(2);
      return true;
    case '=':
    case 'a':
    case '3':
      return with_arguments(3);
    case '2':
      return with_arguments(2);
    case 'c':
    case '$':
      return with_arguments(4);
    case 'J':
      if (!have(3)) return false;
      print_line();
      feed(at(2));
      take(3);
      return true;
    case 'd':
      if (!have(3)) return false;
      feed_left_ = at(2) * 30;
      take(3);
      return true;
    case 'i':
    case 'm':
      take(2);
      cut();
      return true;
    default:
      complain(fmt::format("unknown command 1B {:02X}", at(1)));
      take(1);
      return true;
  }
}

bool EmulatedPrinter::run_group() {
  if (!have(3)) return false;
  switch (at(1)) {
    case 'v':
      return run_raster_header();
    case 'V':
      return run_cut();
    case '(':
      return run_parenthesis();
    case 'a':
      if (!can_.automatic_status) return pass_over_unknown();
      reports_changes_ = at(2) != 0;
      reported_.reset();
      pass_over(3);
      return true;
    case 'r':
      if (!can_.paper_fence) return pass_over_unknown();
      say({at(2) == 1 ? paper_byte() : std::uint8_t{0}});
      pass_over(3);
      return true;
    case 'e':
      return run_presenter();
    case 0x00:  // the rest of it never came
      pass_over(2);
      return true;
    case 'I': {
      if (!can_.identity) return pass_over_unknown();
      const int n = at(2);
      pass_over(3);
      if (n < 65) {
        const bool type = n == 2 || n == 50;
        say({static_cast<std::uint8_t>(type && can_.cutter ? 0x02 : 0x00)});
        return true;
      }
      kiosk::Bytes answer = {0x5F};
      const std::string_view text = n == 66 ? can_.maker : n == 67 ? can_.model : "1.00";
      kiosk::append(answer, kiosk::as_bytes(text));
      answer.push_back(0);
      say(std::move(answer));
      return true;
    }
    case 'L':
    case 'W':
      if (!have(4)) return false;
      take(4);
      return true;
    default:
      complain(fmt::format("unknown command 1D {:02X}", at(1)));
      take(1);
      return true;
  }
}

bool EmulatedPrinter::run_presenter() {
  if (!can_.presenter) return pass_over_unknown();
  if (at(2) == 3 && !have(4)) return false;
  if (at(2) == 3) held_out_ = !tickets_.empty() && tickets_.back().end == Ticket::End::cut;
  if (at(2) == 2 && std::exchange(held_out_, false)) {
    tickets_.back().end = Ticket::End::withdrawn;
  }
  pass_over(at(2) == 3 ? 4 : 3);
  return true;
}

bool EmulatedPrinter::run_cut() {
  const int form = at(2);
  if (form == 0x00 || form == 0x01 || form == '0' || form == '1') {
    take(3);
    cut();
    return true;
  }
  if (form != 0x41 && form != 0x42) {
    complain(fmt::format("unknown cut {:02X}", form));
    take(3);
    return true;
  }
  if (!have(4)) return false;
  feed(at(3));
  cut_after_feed_ = true;
  take(4);
  return true;
}

bool EmulatedPrinter::run_parenthesis() {
  if (at(2) == 'H' && !can_.process_id && can_.unknown_is_text) return pass_over_unknown();
  if (!have(5)) return false;
  const std::size_t length = at(3) + 256U * at(4);
  if (!have(5 + length)) return false;
  if (at(2) == 'H' && length == 6 && at(5) == 0x30 && at(6) == 0x30) {
    if (can_.process_id) say({0x37, 0x22, at(7), at(8), at(9), at(10), 0x00});
  } else if (at(2) != 'K' && at(2) != 'H' && at(2) != 0x00) {
    complain(fmt::format("unknown command 1D 28 {:02X}", at(2)));
  }
  pass_over(5 + length);
  return true;
}

bool EmulatedPrinter::run_raster_header() {
  if (at(2) == 0x00) {  // the rest of it never came
    pass_over(3);
    return true;
  }
  if (!have(8)) return false;
  const int mode = at(3) % 48;
  Raster raster{at(4) + 256U * at(5), at(6) + 256 * at(7), mode};
  print_line();
  if (raster.row_bytes == 0 || raster.rows_left == 0) {
    pass_over(8);
    return true;
  }
  if (at(2) != '0' || mode > 3 || raster.rows_left > raster_rows_max) {
    complain(fmt::format("a raster of {} rows of {} bytes, mode {}", raster.rows_left,
                         raster.row_bytes, mode));
    take(1);
    return true;
  }
  const int scale = (mode & 1) != 0 ? 2 : 1;
  if (static_cast<int>(raster.row_bytes) * 8 * scale > (can_.width_dots + 7) / 8 * 8) {
    complain(fmt::format("a raster {} bytes wide", raster.row_bytes));
  }
  raster_ = raster;
  take(8);
  return true;
}

bool EmulatedPrinter::run_raster_row() {
  if (!have(raster_.row_bytes)) return false;
  --raster_.rows_left;
  if (raster_.mode == 0) {
    draw(front(raster_.row_bytes));
    take(raster_.row_bytes);
    return true;
  }
  kiosk::Bytes row(front(raster_.row_bytes).begin(), front(raster_.row_bytes).end());
  take(raster_.row_bytes);
  if ((raster_.mode & 1) != 0) {
    kiosk::Bytes wide(row.size() * 2);
    for (std::size_t bit = 0; bit < row.size() * 16; ++bit) {
      const int dot = row[bit / 16] >> (7 - bit / 2 % 8) & 1;
      wide[bit / 8] = static_cast<std::uint8_t>(wide[bit / 8] | dot << (7 - bit % 8));
    }
    row = std::move(wide);
  }
  draw(row);
  if ((raster_.mode & 2) != 0) draw(row);
  return true;
}

void EmulatedPrinter::draw(kiosk::ByteView row) {
  const std::size_t row_bytes = (static_cast<std::size_t>(can_.width_dots) + 7) / 8;
  const std::size_t start = current_.bits.size();
  current_.bits.resize(start + row_bytes);
  std::copy_n(row.begin(), std::min(row.size(), row_bytes),
              current_.bits.begin() + static_cast<std::ptrdiff_t>(start));
  ++current_.rows;
  --rows_left_;
  free_at_ += std::chrono::microseconds(1'000'000 / can_.rows_per_second);
  if (row_trigger_.left > 0 && --row_trigger_.left == 0) std::exchange(row_trigger_.what, {})();
}

void EmulatedPrinter::feed(int units) {
  feed_rest_units_ += units;
  feed_left_ = feed_rest_units_ / can_.motion_units_per_dot;
  feed_rest_units_ %= can_.motion_units_per_dot;
}

void EmulatedPrinter::cut() {
  if (!can_.cutter) return complain("a cut, but it has no cutter");
  if (current_.rows < cut_reserve_rows) return;
  Ticket ticket = uncut();
  ticket.end = Ticket::End::cut;
  tickets_.push_back(std::move(ticket));
  current_ = {};
  if (tell_) tell_(tickets_.back());
}

void EmulatedPrinter::take(std::size_t bytes) {
  kiosk::append(current_.bytes, front(std::min(bytes, waiting_bytes())));
  pass_over(bytes);
}

void EmulatedPrinter::pass_over(std::size_t bytes) {
  taken_ += std::min(bytes, waiting_bytes());  // a trigger may have emptied it
  if (waiting_bytes() > 0 && taken_ < can_.buffer_bytes) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
}

}  // namespace emulators
