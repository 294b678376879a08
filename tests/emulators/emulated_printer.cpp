#include "tests/emulators/emulated_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr std::uint8_t out_endpoint = 0x02;
constexpr std::uint8_t in_endpoint = 0x81;
constexpr std::size_t protocol_errors_max = 100;
constexpr std::array<std::uint8_t, 10> clear_command = {0x10, 0x14, 0x08, 0x01, 0x03,
                                                        0x14, 0x01, 0x06, 0x02, 0x08};
constexpr std::uint8_t full_status = 0x14;

}  // namespace

PrinterAbilities clone_58() {
  PrinterAbilities can;
  can.width_dots = 384;
  can.cutter = can.process_id = can.automatic_status = can.identity = false;
  can.clear_buffers = false;
  can.unknown_is_text = true;
  can.device_id = "MFG:Zjiang;MDL:POS-58;CMD:ESC/POS;CLS:PRINTER;";
  return can;
}

PrinterAbilities epson_tm_t88() {
  PrinterAbilities can;
  can.width_dots = 512;
  can.motion_units_per_dot = 2;
  can.vendor = 0x04B8;
  can.product = 0x0202;
  can.maker = "EPSON";
  can.model = "TM-T88V";
  can.device_id = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;";
  return can;
}

bool Ticket::is_blank() const {
  return std::all_of(bits.begin(), bits.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool Ticket::dot(int x, int y) const {
  const int row_bytes = (width_dots + 7) / 8;
  const std::uint8_t byte = bits[static_cast<std::size_t>(y * row_bytes + x / 8)];
  return (byte >> (7 - x % 8) & 1) != 0;
}

void EmulatedPrinter::load_paper(int rows) {
  rows_left_ = rows;
  near_end_forced_ = false;
  if (current_.rows > 0) {
    Ticket torn = uncut();
    torn.end = Ticket::End::torn;
    tickets_.push_back(std::move(torn));
    current_ = {};
  }
}

void EmulatedPrinter::set_near_end() {
  near_end_forced_ = true;
}

void EmulatedPrinter::paper_runs_out_after(int rows) {
  rows_left_ = rows;
}

void EmulatedPrinter::put_right() {
  cover_open_ = cutter_jammed_ = hot_ = silent_ = off_line_ = near_end_forced_ = false;
  if (near_end()) load_paper();
}

Ticket EmulatedPrinter::uncut() const {
  Ticket ticket = current_;
  ticket.width_dots = can_.width_dots;
  return ticket;
}

bool EmulatedPrinter::is_offline() const {
  return cover_open_ || paper_out() || cutter_jammed_ || hot_ || off_line_;
}

InterfaceDescription EmulatedPrinter::describe() const {
  InterfaceDescription description;
  description.vendor = can_.vendor;
  description.product = can_.product;
  description.class_code = 0x07;
  description.subclass = 0x01;
  description.protocol = 0x02;
  description.endpoints = {{out_endpoint, EndpointType::bulk, 64},
                           {in_endpoint, EndpointType::bulk, 64}};
  return description;
}

void EmulatedPrinter::detach(Moment now) {  // it has its own power: what it holds, it prints
  if (powered_) advance(now);
  answers_.clear();
}

void EmulatedPrinter::reset(Moment now) {
  advance(now);
  forget_buffer();
  answers_.clear();
}

std::size_t EmulatedPrinter::write(Moment now, std::uint8_t, kiosk::ByteView bytes) {
  advance(now);
  if (!powered_) return 0;
  starved_ = false;
  if (waiting_bytes() == 0) free_at_ = std::max(free_at_, Time(now));
  std::size_t accepted = 0;
  bool triggered = false;
  while (accepted < bytes.size() && waiting_bytes() < can_.buffer_bytes && !triggered) {
    accepted += take_plain(bytes.subspan(accepted));
    if (accepted == bytes.size() || waiting_bytes() >= can_.buffer_bytes) break;
    const std::uint8_t byte = bytes[accepted++];
    buffer_.push_back(byte);
    ++received_;
    hear_real_time(byte);
    if (byte_trigger_.left > 0 && --byte_trigger_.left == 0) {
      triggered = true;
      std::exchange(byte_trigger_.what, {})();
    }
  }
  if (powered_) advance(now);
  return accepted;
}

/// What cannot be a part of a real-time command, in one go.
std::size_t EmulatedPrinter::take_plain(kiosk::ByteView bytes) {
  if (heard_[0] == 0x10 || heard_[1] == 0x10 || clear_heard_ != 0) return 0;
  std::size_t size = std::min(bytes.size(), can_.buffer_bytes - waiting_bytes());
  if (byte_trigger_.left > 0) size = std::min(size, byte_trigger_.left - 1);
  const kiosk::ByteView all = bytes.first(size);
  const auto end = std::find(all.begin(), all.end(), std::uint8_t{0x10});
  size = static_cast<std::size_t>(end - all.begin());
  kiosk::append(buffer_, all.first(size));
  received_ += size;
  if (byte_trigger_.left > 0) byte_trigger_.left -= size;
  return size;
}

void EmulatedPrinter::after_bytes(std::size_t bytes, std::function<void()> what) {
  byte_trigger_ = {bytes, std::move(what)};
}

void EmulatedPrinter::after_rows(int rows, std::function<void()> what) {
  row_trigger_ = {static_cast<std::size_t>(rows), std::move(what)};
}

void EmulatedPrinter::power_off(Moment now) {
  advance(now);
  powered_ = false;
  forget_buffer();
  line_.clear();
  answers_.clear();
  reports_changes_ = false;
}

void EmulatedPrinter::hear_real_time(std::uint8_t byte) {
  if (heard_[0] == 0x10 && heard_[1] == 0x04) {
    if (byte >= 1 && byte <= 4 && can_.real_time_status) say({real_time_byte(byte)});
    if (byte == full_status && can_.presenter) say(full_status_bytes());
  }
  heard_ = {heard_[1], byte};
  clear_heard_ = byte == clear_command[clear_heard_] ? clear_heard_ + 1 : byte == 0x10 ? 1U : 0U;
  if (clear_heard_ < clear_command.size()) return;
  clear_heard_ = 0;
  if (!can_.clear_buffers) return;
  forget_buffer();
  say({0x37, 0x25, 0x00});
}

void EmulatedPrinter::forget_buffer() {
  buffer_.clear();
  taken_ = 0;
  heard_ = {};
  clear_heard_ = 0;
  raster_ = {};
  feed_left_ = feed_rest_units_ = 0;
  cut_after_feed_ = false;
  starved_ = false;
}

kiosk::Bytes EmulatedPrinter::read(Moment now, std::uint8_t) {
  if (!powered_) return {};
  advance(now);
  report_changes();
  if (answers_.empty()) return {};
  kiosk::Bytes answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

std::optional<kiosk::Bytes> EmulatedPrinter::control(Moment now, const Control& request) {
  if (silent_ || !powered_) return std::nullopt;
  advance(now);
  const ControlSetup& setup = request.setup;
  if (setup.request_type == 0xA1 && setup.request == 0x00 && !can_.device_id.empty()) {
    const std::size_t length = can_.device_id.size() + 2;
    kiosk::Bytes answer = {static_cast<std::uint8_t>(length >> 8),
                           static_cast<std::uint8_t>(length & 0xFF)};
    kiosk::append(answer, kiosk::as_bytes(can_.device_id));
    answer.resize(std::min<std::size_t>(answer.size(), setup.length));
    return answer;
  }
  if (setup.request_type == 0xA1 && setup.request == 0x01 && can_.port_status) {
    const int good = is_offline() ? 0x00 : 0x18;
    return kiosk::Bytes{static_cast<std::uint8_t>(good | (paper_out() ? 0x20 : 0))};
  }
  if (setup.request_type == 0x21 && setup.request == 0x02 && can_.soft_reset) {
    forget_buffer();
    return kiosk::Bytes{};
  }
  return std::nullopt;
}

std::optional<Moment> EmulatedPrinter::next_change(Moment now) const {
  if (!powered_) return std::nullopt;
  if (!answers_.empty() && !silent_) return now;
  if (reports_changes_ && reported_ != automatic_status()) return now;
  if (is_offline() || starved_ || (waiting_bytes() == 0 && feed_left_ == 0)) return std::nullopt;
  return std::max(now + kiosk::Milliseconds(1),
                  std::chrono::time_point_cast<kiosk::Milliseconds>(free_at_));
}

void EmulatedPrinter::say(kiosk::Bytes answer) {
  if (can_.answers && !silent_) answers_.push_back(std::move(answer));
}

std::uint8_t EmulatedPrinter::real_time_byte(int n) const {
  int byte = 0x12;
  switch (n) {
    case 1:
      if (is_offline()) byte |= 0x08;
      break;
    case 2:
      if (cover_open_) byte |= 0x04;
      if (paper_out()) byte |= 0x20;
      if (cutter_jammed_ || hot_) byte |= 0x40;
      break;
    case 3:
      if (cutter_jammed_) byte |= 0x08;
      if (hot_) byte |= 0x40;
      break;
    default:
      if (near_end()) byte |= 0x0C;
      if (paper_out()) byte |= 0x60;
      break;
  }
  return static_cast<std::uint8_t>(byte);
}

kiosk::Bytes EmulatedPrinter::full_status_bytes() const {
  const int paper = (paper_out() ? 0x01 : 0) | (near_end() ? 0x04 : 0) | (held_out_ ? 0x20 : 0);
  const int user = cover_open_ ? 0x02 : 0;
  return {0x10,
          0x0F,
          static_cast<std::uint8_t>(paper),
          static_cast<std::uint8_t>(user),
          static_cast<std::uint8_t>(hot_ ? 0x01 : 0),
          static_cast<std::uint8_t>(cutter_jammed_ ? 0x01 : 0)};
}

std::array<std::uint8_t, 4> EmulatedPrinter::automatic_status() const {
  const int printer = 0x10 | (is_offline() ? 0x08 : 0) | (cover_open_ ? 0x20 : 0);
  const int error = (cutter_jammed_ ? 0x08 : 0) | (hot_ ? 0x40 : 0);
  return {static_cast<std::uint8_t>(printer), static_cast<std::uint8_t>(error), paper_byte(), 0x0F};
}

std::uint8_t EmulatedPrinter::paper_byte() const {
  return static_cast<std::uint8_t>((near_end() ? 0x03 : 0) | (paper_out() ? 0x0C : 0));
}

void EmulatedPrinter::report_changes() {
  if (!reports_changes_) return;
  const auto status = automatic_status();
  if (reported_ == status) return;
  reported_ = status;
  say(kiosk::Bytes(status.begin(), status.end()));
}

void EmulatedPrinter::complain(std::string what) {
  if (protocol_errors_.size() < protocol_errors_max) protocol_errors_.push_back(std::move(what));
}

}  // namespace emulators
