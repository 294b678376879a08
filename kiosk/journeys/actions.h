#pragma once

#include <string>
#include <string_view>

/// The actions that controls carry. A control with an argument appends it after a colon: "digit:7".
namespace kiosk::journeys::actions {

inline constexpr std::string_view no_card = "no_card";
inline constexpr std::string_view language = "language";  ///< language:TAG
inline constexpr std::string_view help = "help";
inline constexpr std::string_view close_help = "close_help";
inline constexpr std::string_view more_time = "more_time";
inline constexpr std::string_view home = "home";    ///< end the visit
inline constexpr std::string_view digit = "digit";  ///< digit:0 .. digit:9, digit:X
inline constexpr std::string_view erase = "erase";
inline constexpr std::string_view submit = "submit";
inline constexpr std::string_view toggle = "toggle";  ///< toggle:INDEX
inline constexpr std::string_view proceed = "continue";
inline constexpr std::string_view confirm = "confirm";
inline constexpr std::string_view not_me = "not_me";
inline constexpr std::string_view wrong_details = "wrong_details";
inline constexpr std::string_view ticket_came = "ticket_came";
inline constexpr std::string_view no_ticket = "no_ticket";
inline constexpr std::string_view copy = "copy";
inline constexpr std::string_view retry = "retry";  ///< look up or enter once more

inline std::string with(std::string_view action, std::string_view argument) {
  return std::string(action) + ":" + std::string(argument);
}

/// The argument of `text` if it is `action` with one, else empty.
inline std::string_view argument(std::string_view text, std::string_view action) {
  if (text.size() <= action.size() + 1 || !text.starts_with(action) || text[action.size()] != ':') {
    return {};
  }
  return text.substr(action.size() + 1);
}

}  // namespace kiosk::journeys::actions
