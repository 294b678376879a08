#include "drivers/printer/device_id.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace drivers::printer {
namespace {

constexpr std::size_t length_bytes = 2;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_key(std::string_view text, std::string_view key) {
  return std::equal(text.begin(), text.end(), key.begin(), key.end(), [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  });
}

std::string* value_of(DeviceId& id, std::string_view key) {
  const std::array<std::pair<std::string_view, std::string*>, 9> known = {{
      {"MFG", &id.maker},
      {"MANUFACTURER", &id.maker},
      {"MDL", &id.model},
      {"MODEL", &id.model},
      {"CMD", &id.commands},
      {"COMMAND SET", &id.commands},
      {"SN", &id.serial},
      {"SERN", &id.serial},
      {"SERIALNUMBER", &id.serial},
  }};
  for (const auto& [name, value] : known) {
    if (is_key(key, name)) return value;
  }
  return nullptr;
}

/// The text behind the length, whichever way that is to be read.
std::string_view text_of(kiosk::ByteView answer) {
  const std::string_view all = kiosk::as_text(answer);
  if (answer.size() < length_bytes) return all;
  const std::size_t high_first = answer[0] * 256U + answer[1];
  const std::size_t low_first = answer[1] * 256U + answer[0];
  for (const std::size_t length : {high_first, low_first}) {
    if (length >= length_bytes && length <= answer.size()) {
      return all.substr(length_bytes, length - length_bytes);
    }
  }
  const auto is_letter = [](std::uint8_t byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
  };
  const bool begins_with_key = is_letter(answer[0]) && is_letter(answer[1]);
  return begins_with_key ? all : all.substr(length_bytes);
}

}  // namespace

std::string clean_name(kiosk::ByteView text) {
  std::string name;
  for (const char c : trimmed(kiosk::as_text(text))) {
    if (name.size() == device_name_max) break;
    if (c >= ' ' && c <= '~') name += c;
  }
  return name;
}

std::optional<DeviceId> parse_device_id(kiosk::ByteView answer) {
  DeviceId id;
  bool found = false;
  std::string_view rest = text_of(answer);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const auto colon = part.find(':');
    if (colon == std::string_view::npos) continue;
    std::string* value = value_of(id, trimmed(part.substr(0, colon)));
    if (value == nullptr || !value->empty()) continue;
    *value = clean_name(kiosk::as_bytes(trimmed(part.substr(colon + 1))));
    found = found || !value->empty();
  }
  if (!found) return std::nullopt;
  return id;
}

}  // namespace drivers::printer
