#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/shell/device_report.h"
#include "kiosk/shell/face.h"
#include "kiosk/shell/status.h"

// The control protocol: one JSON object a line, each answered by one line with `"ok"`. Values <->
// lines; the socket is control_socket.h.
namespace kiosk::shell {

/// One request, flattened: members that are texts, numbers, or lists of them.
struct ControlRequest {
  std::string op;
  std::map<std::string, std::string> text;
  std::map<std::string, double> number;
  std::map<std::string, std::vector<std::string>> texts;
  std::map<std::string, std::vector<double>> numbers;

  /// The text member, or empty.
  std::string get(const std::string& name) const;
  /// The member as a number, also where it was written as a text; 0 when there is none.
  std::int64_t integer(const std::string& name) const;
  /// Whether the member is there, as a number or as a text that is not empty.
  bool has(const std::string& name) const { return number.contains(name) || !get(name).empty(); }
};

/// Longest request line, bytes.
inline constexpr std::size_t control_line_max = 64 * 1024;

/// Errors: control/bad_request with what is wrong. Pure; fuzzed.
Result<ControlRequest> parse_control(std::string_view line);

std::string ok_reply();
std::string text_reply(const std::string& key, const std::string& value);
std::string error_reply(const Error& error);
std::string status_reply(const Status& status);
std::string devices_reply(const std::vector<DeviceLine>& devices);
/// Such a reply, read again, for the command line. Errors: control/refused, control/bad_reply.
Result<std::vector<DeviceLine>> parse_devices(std::string_view line);
/// `file`: also what only a file tells of each.
enum class ListFor { people, file };
std::string list_reply(const std::vector<ListedItem>& items, ListFor list_for = ListFor::people);
/// A reply for a file, read again. Errors: control/refused, control/bad_reply.
Result<std::vector<ListedItem>> parse_list(std::string_view line);
std::string scene_reply(const std::string& screen, const std::string& language,
                        const std::vector<SceneNode>& nodes);

/// Makes request lines for the command line's client.
std::string request_line(const std::string& op, const std::map<std::string, std::string>& text);
/// A reply as lines for people: `key  value`, lists as rows. Errors: control/refused,
/// control/bad_reply.
Result<std::string> readable_reply(std::string_view line);

}  // namespace kiosk::shell
