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
constexpr std::string_view device_id = "MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;CLS:PRINTER;";

}  // namespace

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
  description.vendor = 0x0416;
  description.product = 0x5011;
  description.class_code = 0x07;
  description.subclass = 0x01;
  description.protocol = 0x02;
  description.endpoints = {{out_endpoint, EndpointType::bulk, 64},
                           {in_endpoint, EndpointType::bulk, 64}};
  return description;
}

void EmulatedPrinter::detach(Moment now) {  // it has its own power: what it holds, it prints
  advance(now);
  answers_.clear();
}

void EmulatedPrinter::reset(Moment now) {
  advance(now);
  forget_buffer();
  answers_.clear();
}

std::size_t EmulatedPrinter::write(Moment now, std::uint8_t, kiosk::ByteView bytes) {
  advance(now);
  if (buffer_.empty()) free_at_ = std::max(free_at_, Time(now));
  std::size_t accepted = 0;
  while (accepted < bytes.size() && buffer_.size() < can_.buffer_bytes) {
    const std::uint8_t byte = bytes[accepted++];
    buffer_.push_back(byte);
    hear_real_time(byte);
  }
  advance(now);
  return accepted;
}

void EmulatedPrinter::hear_real_time(std::uint8_t byte) {
  heard_.push_back(byte);
  if (heard_.size() > clear_command.size()) heard_.erase(heard_.begin());
  const std::size_t size = heard_.size();
  if (size >= 3 && heard_[size - 3] == 0x10 && heard_[size - 2] == 0x04 && byte >= 1 && byte <= 4) {
    if (can_.real_time_status) say({real_time_byte(byte)});
  } else if (can_.clear_buffers &&
             std::equal(heard_.begin(), heard_.end(), clear_command.begin(), clear_command.end())) {
    forget_buffer();
    say({0x37, 0x25, 0x00});
  }
}

void EmulatedPrinter::forget_buffer() {
  buffer_.clear();
  heard_.clear();
  raster_ = {};
  feed_left_ = 0;
  cut_after_feed_ = false;
}

kiosk::Bytes EmulatedPrinter::read(Moment now, std::uint8_t) {
  advance(now);
  report_changes();
  if (answers_.empty()) return {};
  kiosk::Bytes answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

std::optional<kiosk::Bytes> EmulatedPrinter::control(Moment now, const Control& request) {
  advance(now);
  const ControlSetup& setup = request.setup;
  if (silent_) return std::nullopt;
  if (setup.request_type == 0xA1 && setup.request == 0x00) {
    const std::size_t length = device_id.size() + 2;
    kiosk::Bytes answer = {static_cast<std::uint8_t>(length >> 8),
                           static_cast<std::uint8_t>(length & 0xFF)};
    kiosk::append(answer, kiosk::as_bytes(device_id));
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
  if (!answers_.empty() && !silent_) return now;
  if (reports_changes_ && reported_ != automatic_status()) return now;
  if (is_offline() || (buffer_.empty() && feed_left_ == 0)) return std::nullopt;
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
