#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/emulators/usb_model.h"

namespace emulators {

/// A piece of paper as it fell out: rows of width_dots bits, row-major, MSB left, 1 is black.
struct Ticket {
  enum class End { cut, torn, withdrawn };

  int width_dots = 0;
  int rows = 0;
  kiosk::Bytes bits;   ///< rows * ceil(width_dots / 8)
  kiosk::Bytes bytes;  ///< received for it from the last ESC @ on, without questions
  End end = End::cut;

  bool is_blank() const;
  bool dot(int x, int y) const;
};

/// What a model of printer can do; a clone lacks most of it.
struct PrinterAbilities {
  int width_dots = 576;
  int motion_units_per_dot = 1;  ///< of ESC J and GS V 65/66
  bool cutter = true;
  std::size_t buffer_bytes = 16 * 1024;
  int rows_per_second = 1600;  ///< 200 mm/s at 8 dots/mm
  int near_end_rows = 2000;    ///< on the roll when the sensor reports near end
  bool real_time_status = true;
  bool automatic_status = true;
  bool process_id = true;
  bool paper_fence = true;
  bool identity = true;
  bool port_status = true;
  bool soft_reset = true;
  bool clear_buffers = true;      ///< obeys DLE DC4 8
  bool answers = true;            ///< false: never says anything over its IN endpoint
  bool unknown_is_text = false;   ///< prints the letters of commands that it does not know
  bool presenter = false;         ///< GS e 2 and 3, DLE EOT 20: holds tickets out
  std::uint16_t vendor = 0x0416;  ///< as many clones
  std::uint16_t product = 0x5011;
  std::string_view maker = "TESTCO";  ///< to GS I
  std::string_view model = "TP-80";
  std::string_view device_id = "MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;CLS:PRINTER;";

  bool operator==(const PrinterAbilities&) const = default;
};

/// 58 mm, torn off by hand; answers DLE EOT and GS r, and prints the letters of what it does not
/// know.
PrinterAbilities clone_58();
/// 80 mm at 180 dpi: 512 dots in a row, feeds by half dots.
PrinterAbilities epson_tm_t88();

/// A receipt printer on USB: parses the ESC/POS it receives at the speed of paper, draws every dot
/// row, and keeps what was cut off. Text, unknown commands and rows beyond its width are recorded
/// as protocol errors: this kiosk prints pictures only, so any of them is a fault of the sender.
class EmulatedPrinter : public UsbModel {
 public:
  explicit EmulatedPrinter(PrinterAbilities abilities = {}) : can_(abilities) {}

  // What is done to the machine.
  void load_paper(int rows = 200'000);  ///< a new roll; what hung out is torn off
  void set_near_end();                  ///< the sensor sees the end of the roll
  void paper_runs_out_after(int rows);  ///< 0: now
  void open_cover() { cover_open_ = true; }
  void close_cover() { cover_open_ = false; }
  void jam_cutter() { cutter_jammed_ = true; }
  void free_cutter() { cutter_jammed_ = false; }
  void overheat() { hot_ = true; }
  void cool_down() { hot_ = false; }
  void fall_silent() { silent_ = true; }
  void speak_again() { silent_ = false; }
  void press_offline() { off_line_ = true; }
  void press_online() { off_line_ = false; }
  /// Its buffer is lost, the paper stays as it is.
  void power_off(drivers::usb::Moment now);
  void power_on() { powered_ = true; }
  /// Somebody takes the ticket that is held out.
  void take_ticket() { held_out_ = false; }
  void set_speed(int rows_per_second) { can_.rows_per_second = rows_per_second; }
  /// Every fault away and paper in.
  void put_right();
  /// Does something at the instant when so many more bytes have come in, or rows have come out.
  void after_bytes(std::size_t bytes, std::function<void()> what);
  void after_rows(int rows, std::function<void()> what);
  /// Told of each ticket at the instant of its cut.
  void when_cut(std::function<void(const Ticket&)> tell) { tell_ = std::move(tell); }

  // What came of it.
  const std::vector<Ticket>& tickets() const { return tickets_; }
  /// Prints on with its cable out until `now`, as it does by itself when it is plugged in.
  void print_on(drivers::usb::Moment now) {
    if (powered_) advance(now);
  }
  /// The tickets so far, which it then forgets.
  std::vector<Ticket> take_tickets() { return std::exchange(tickets_, {}); }
  Ticket uncut() const;  ///< what hangs out of it
  const std::vector<std::string>& protocol_errors() const { return protocol_errors_; }
  std::size_t waiting_bytes() const { return buffer_.size() - taken_; }
  std::size_t received_bytes() const { return received_; }
  bool holds_out() const { return held_out_; }
  bool is_offline() const;

  drivers::usb::InterfaceDescription describe() const override;
  void detach(drivers::usb::Moment now) override;
  void reset(drivers::usb::Moment now) override;
  std::size_t write(drivers::usb::Moment now, std::uint8_t endpoint,
                    kiosk::ByteView bytes) override;
  kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t endpoint) override;
  std::optional<kiosk::Bytes> control(drivers::usb::Moment now,
                                      const drivers::usb::Control& request) override;
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override;

 private:
  using Time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;
  struct Raster {
    std::size_t row_bytes = 0;
    int rows_left = 0;
    int mode = 0;
  };

  void advance(drivers::usb::Moment now);
  bool run_one();
  bool run_escape();
  bool run_group();
  bool run_data_link();
  bool run_cut();
  bool run_presenter();
  bool run_parenthesis();
  bool run_raster_header();
  bool run_raster_row();
  void draw(kiosk::ByteView row);
  void cut();
  void feed(int units);
  void take(std::size_t bytes);
  void pass_over(std::size_t bytes);
  bool pass_over_unknown();
  bool have(std::size_t bytes) const { return waiting_bytes() >= bytes; }
  std::uint8_t at(std::size_t index) const { return buffer_[taken_ + index]; }
  kiosk::ByteView front(std::size_t bytes) const {
    return kiosk::ByteView(buffer_).subspan(taken_, bytes);
  }

  std::size_t take_plain(kiosk::ByteView bytes);
  void hear_real_time(std::uint8_t byte);
  void print_line();
  void forget_buffer();
  void say(kiosk::Bytes answer);
  std::uint8_t real_time_byte(int n) const;
  std::array<std::uint8_t, 4> automatic_status() const;
  std::uint8_t paper_byte() const;
  kiosk::Bytes full_status_bytes() const;
  bool near_end() const { return near_end_forced_ || rows_left_ <= can_.near_end_rows; }
  bool paper_out() const { return rows_left_ <= 0; }
  void report_changes();
  void complain(std::string what);

  PrinterAbilities can_;
  int rows_left_ = 200'000;
  bool near_end_forced_ = false;
  bool cover_open_ = false;
  bool cutter_jammed_ = false;
  bool hot_ = false;
  bool silent_ = false;
  bool off_line_ = false;

  bool powered_ = true;
  bool starved_ = false;    ///< it waits for the rest of a command
  bool advancing_ = false;  ///< a trigger may come back to it
  bool held_out_ = false;

  struct Trigger {
    std::size_t left = 0;
    std::function<void()> what;
  };
  Trigger byte_trigger_;
  Trigger row_trigger_;

  kiosk::Bytes buffer_;  ///< from taken_ on
  std::size_t taken_ = 0;
  std::size_t received_ = 0;
  std::array<std::uint8_t, 2> heard_{};  ///< the last bytes received
  std::size_t clear_heard_ = 0;          ///< bytes of the command that clears the buffer
  kiosk::Bytes line_;                    ///< text that waits for the end of its line
  std::deque<kiosk::Bytes> answers_;
  Time free_at_{};
  Raster raster_;
  int feed_left_ = 0;
  int feed_rest_units_ = 0;  ///< less than a dot
  bool cut_after_feed_ = false;
  bool reports_changes_ = false;
  std::optional<std::array<std::uint8_t, 4>> reported_;

  Ticket current_;
  std::vector<Ticket> tickets_;
  std::function<void(const Ticket&)> tell_;
  std::vector<std::string> protocol_errors_;
};

}  // namespace emulators
