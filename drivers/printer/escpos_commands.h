#pragma once

// The few commands the driver itself sends, and what answers to them look like.
// Source: ESC/POS command reference; USB printer class 1.1.

#include <array>
#include <cstdint>

#include "drivers/printer/profile.h"
#include "drivers/usb/transfer.h"
#include "kiosk/base/bytes.h"

namespace drivers::printer {

inline constexpr usb::ControlSetup port_status_request = {0xA1, 0x01, 0, 0, 1};
/// The interface's number stands in the high byte of the index, its alternate setting in the low.
inline constexpr usb::ControlSetup device_id_request = {0xA1, 0x00, 0, 0, 1023};
inline constexpr usb::ControlSetup soft_reset_request = {0x21, 0x02, 0, 0, 0};
inline constexpr usb::ControlSetup soft_reset_request_old = {0x23, 0x02, 0, 0, 0};

/// DLE DC4 fn 8: clear buffers, obeyed on reception even when off-line.
inline constexpr std::array<std::uint8_t, 10> clear_buffers = {0x10, 0x14, 0x08, 0x01, 0x03,
                                                               0x14, 0x01, 0x06, 0x02, 0x08};
/// What a printer says that obeyed it, without the closing NUL.
inline constexpr std::array<std::uint8_t, 2> buffers_cleared = {0x37, 0x25};
/// ESC = 1 (listen), ESC @ (clear modes).
inline constexpr std::array<std::uint8_t, 5> initialise = {0x1B, 0x3D, 0x01, 0x1B, 0x40};
/// GS a 15: report every change of cover, errors and paper.
inline constexpr std::array<std::uint8_t, 3> report_changes = {0x1D, 0x61, 0x0F};
inline constexpr std::array<std::uint8_t, 3> fence_command = {0x1D, 0x72, 0x01};

/// ESC @: also throws away what a clone took for text and has not printed yet.
inline constexpr std::array<std::uint8_t, 2> forget_line = {0x1B, 0x40};
/// DLE EOT 20: the full status of kiosk printers.
inline constexpr std::array<std::uint8_t, 3> full_status_command = {0x10, 0x04, 0x14};

inline constexpr int identity_maker = 66;
inline constexpr int identity_model = 67;
inline constexpr int type_id = 2;
inline constexpr std::uint8_t type_has_cutter = 0x02;
inline constexpr std::uint8_t identity_answer_start = 0x5F;

inline kiosk::Bytes real_time_command(int n) {
  return {0x10, 0x04, static_cast<std::uint8_t>(n)};
}
inline kiosk::Bytes identity_command(int n) {
  return {0x1D, 0x49, static_cast<std::uint8_t>(n)};
}

/// GS e with a model's own number: to present takes how far.
inline kiosk::Bytes present_command(const Presenter& presenter) {
  return {0x1D, 0x65, static_cast<std::uint8_t>(presenter.present),
          static_cast<std::uint8_t>(presenter.present_steps)};
}
inline kiosk::Bytes withdraw_command(const Presenter& presenter) {
  return {0x1D, 0x65, static_cast<std::uint8_t>(presenter.withdraw)};
}

/// GS V 65 / 66 n feeds to the cutter and n units more, and cuts; without a cutter ESC J feeds.
inline kiosk::Bytes cut_command(const Profile& profile) {
  const int units = profile.feed_before_cut_dots * profile.feed_units_per_dot;
  const auto n = static_cast<std::uint8_t>(units < 0 ? 0 : units > 255 ? 255 : units);
  if (profile.cutter == Cutter::none) return {0x1B, 0x4A, n};
  return {0x1D, 0x56, static_cast<std::uint8_t>(profile.cutter == Cutter::full ? 65 : 66), n};
}

/// GS ( H fn 48; `id` is four bytes of 20..7E.
inline kiosk::Bytes process_id_command(kiosk::ByteView id) {
  kiosk::Bytes bytes = {0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30};
  kiosk::append(bytes, id);
  return bytes;
}

/// Without the closing NUL.
inline kiosk::Bytes process_id_answer(kiosk::ByteView id) {
  kiosk::Bytes bytes = {0x37, 0x22};
  kiosk::append(bytes, id);
  return bytes;
}

/// Four printable characters that differ from job to job.
inline kiosk::Bytes process_id(std::uint32_t number) {
  kiosk::Bytes id(4);
  for (std::uint8_t& c : id) {
    c = static_cast<std::uint8_t>('!' + number % 94);
    number /= 94;
  }
  return id;
}

}  // namespace drivers::printer
