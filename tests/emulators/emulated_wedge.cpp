#include "tests/emulators/emulated_wedge.h"

#include <array>
#include <stdexcept>

namespace emulators {

namespace {

struct Place {
  std::uint16_t first;
  std::string_view plain;
  std::string_view shifted;
};

constexpr std::array<Place, 7> keyboard = {{{KEY_1, "1234567890-=", "!@#$%^&*()_+"},
                                            {KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
                                            {KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
                                            {KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
                                            {KEY_SPACE, " ", ""},
                                            {KEY_TAB, "\t", ""},
                                            {KEY_ENTER, "\r", ""}}};

constexpr std::array<std::uint16_t, 10> keypad = {KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4,
                                                  KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};

}  // namespace

KeyStrokes& KeyStrokes::event(std::uint16_t type, std::uint16_t code, std::int32_t value) {
  for (const auto& [what, which, how] :
       {std::tuple{type, code, value}, {std::uint16_t{EV_SYN}, std::uint16_t{SYN_REPORT}, 0}}) {
    input_event event{};
    event.type = what;
    event.code = which;
    event.value = how;
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&event);
    kiosk::append(bytes, {begin, sizeof event});
  }
  return *this;
}

KeyStrokes& KeyStrokes::type(std::string_view text) {
  const auto type_one = [this](char c) {
    for (const Place& place : keyboard) {
      if (const auto at = place.plain.find(c); at != std::string_view::npos) {
        return void(stroke(static_cast<std::uint16_t>(place.first + at)));
      }
      if (const auto at = place.shifted.find(c); at != std::string_view::npos) {
        press(KEY_LEFTSHIFT).stroke(static_cast<std::uint16_t>(place.first + at));
        return void(release(KEY_LEFTSHIFT));
      }
    }
    throw std::invalid_argument("no key types this");
  };
  for (const char c : text) type_one(c);
  return *this;
}

KeyStrokes& KeyStrokes::alt_number(std::string_view digits) {
  press(KEY_LEFTALT);
  for (const char digit : digits) stroke(keypad[static_cast<std::size_t>(digit - '0')]);
  return release(KEY_LEFTALT);
}

drivers::usb::InterfaceDescription EmulatedWedge::describe() const {
  drivers::usb::InterfaceDescription description;
  description.endpoints = {{0x81, drivers::usb::EndpointType::bulk, 64}};
  return description;
}

kiosk::Bytes EmulatedWedge::read(drivers::usb::Moment, std::uint8_t) {
  if (pieces_.empty()) return {};
  kiosk::Bytes piece = std::move(pieces_.front());
  pieces_.pop_front();
  return piece;
}

std::optional<drivers::usb::Moment> EmulatedWedge::next_change(drivers::usb::Moment now) const {
  if (pieces_.empty()) return std::nullopt;
  return now;
}

}  // namespace emulators
