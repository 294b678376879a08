#include "drivers/scanner/key_text.h"

#include <linux/input.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "drivers/utf8.h"

namespace drivers::scanner {
namespace {

struct Key {
  char plain = 0;
  char shifted = 0;
};

constexpr std::size_t keys_max = 128;
constexpr std::int32_t released = 0;
constexpr std::int32_t pressed = 1;
constexpr std::uint32_t code_point_max = 0x10FFFF;

constexpr std::array<Key, keys_max> us_layout() {
  std::array<Key, keys_max> keys{};
  const auto row = [&](std::size_t first, std::string_view plain, std::string_view shifted) {
    for (std::size_t i = 0; i < plain.size(); ++i) keys[first + i] = {plain[i], shifted[i]};
  };
  row(KEY_1, "1234567890-=", "!@#$%^&*()_+");
  row(KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}");
  row(KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~");
  row(KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?");
  row(KEY_KP7, "789-456+1230.", "789-456+1230.");
  row(KEY_KPASTERISK, "*", "*");
  row(KEY_KPSLASH, "/", "/");
  row(KEY_SPACE, " ", " ");
  row(KEY_TAB, "\t", "\t");
  row(KEY_ENTER, "\r", "\r");
  row(KEY_KPENTER, "\r", "\r");
  return keys;
}

constexpr std::array<Key, keys_max> layout = us_layout();

void hold(unsigned& keys, unsigned bit, std::int32_t value) {
  if (value == pressed) keys |= bit;
  if (value == released) keys &= ~bit;
}

}  // namespace

kiosk::Bytes KeyText::feed(kiosk::ByteView events) {
  while (!events.empty()) {
    const std::size_t missing = sizeof(input_event) - torn_.size();
    const std::size_t taken = std::min(missing, events.size());
    kiosk::append(torn_, events.first(taken));
    events = events.subspan(taken);
    if (taken < missing) break;
    input_event event{};
    std::memcpy(&event, torn_.data(), sizeof event);
    torn_.clear();
    take(event.type, event.code, event.value);
  }
  return std::exchange(typed_, {});
}

void KeyText::take(std::uint16_t type, std::uint16_t code, std::int32_t value) {
  if (type == EV_SYN && code == SYN_DROPPED) {  // what comes until the next report is incomplete
    held_ = {};
    dropping_ = true;
    typed_.push_back(lost);
  } else if (type == EV_SYN && code == SYN_REPORT) {
    dropping_ = false;
  } else if (type == EV_KEY && !dropping_) {
    take_key(code, value);
  }
}

void KeyText::take_key(std::uint16_t code, std::int32_t value) {
  switch (code) {
    case KEY_LEFTSHIFT:
      return hold(held_.shifts, 1, value);
    case KEY_RIGHTSHIFT:
      return hold(held_.shifts, 2, value);
    case KEY_LEFTCTRL:
      return hold(held_.controls, 1, value);
    case KEY_RIGHTCTRL:
      return hold(held_.controls, 2, value);
    case KEY_LEFTALT:
      hold(held_.alts, 1, value);
      return take_alt(value);
    case KEY_RIGHTALT:
      hold(held_.alts, 2, value);
      return take_alt(value);
    case KEY_CAPSLOCK:
      if (value == pressed) held_.caps_lock = !held_.caps_lock;
      return;
    default:
      if (value == pressed) type(code);  // never the repetition of a key that is held
  }
}

void KeyText::take_alt(std::int32_t value) {
  if (value != released) return;
  const auto number = std::exchange(held_.alt_number, std::nullopt);
  if (!number) return;
  const bool surrogate = *number >= 0xD800 && *number <= 0xDFFF;
  if (*number > code_point_max || surrogate) {
    typed_.push_back(lost);
  } else if (*number <= 0xFF) {
    typed_.push_back(static_cast<std::uint8_t>(*number));
  } else {
    std::string text;
    append_utf8(text, *number);
    kiosk::append(typed_, kiosk::as_bytes(text));
  }
}

void KeyText::type(std::uint16_t code) {
  if (code >= keys_max || layout[code].plain == 0) return;
  const Key key = layout[code];
  if (held_.alts != 0) {
    if (key.plain < '0' || key.plain > '9') return;
    const auto digit = static_cast<std::uint32_t>(key.plain - '0');
    held_.alt_number = std::min(held_.alt_number.value_or(0) * 10 + digit, code_point_max + 1);
    return;
  }
  const bool letter = key.plain >= 'a' && key.plain <= 'z';
  const bool upper = (held_.shifts != 0) != (letter && held_.caps_lock);
  const char typed = upper ? key.shifted : key.plain;
  // Ctrl makes 0x40..0x5F and their lower case the control characters; a "[" is one of them.
  const bool control = held_.controls != 0 && typed >= 0x40;
  typed_.push_back(static_cast<std::uint8_t>(control ? typed & 0x1F : typed));
}

}  // namespace drivers::scanner
