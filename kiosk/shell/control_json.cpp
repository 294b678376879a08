#include <nlohmann/json.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "kiosk/shell/control.h"

namespace kiosk::shell {
namespace {

using nlohmann::json;

/// Lists longer than this are no request of ours.
constexpr std::size_t list_max = 100;

std::string line_of(const json& value) {
  // Texts that are no UTF-8 are shown with replacement characters, never thrown over.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

auto not_understood() {
  return fail("control", "bad_reply", "the kiosk's answer is not understood");
}

/// A reply that is no refusal. Errors: control/refused, control/bad_reply.
Result<json> accepted(std::string_view line) {
  json value = json::parse(line, nullptr, false);
  if (!value.is_object() || !value.contains("ok")) return not_understood();
  if (value["ok"] != true) {
    return fail("control", "refused", value.value("what", std::string("refused")));
  }
  return value;
}

std::string instant_text(const std::optional<Instant>& instant) {
  if (!instant) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<Seconds>(*instant));
}

Result<void> take_member(ControlRequest& request, const std::string& name, const json& value) {
  if (value.is_string()) {
    request.text[name] = value.get<std::string>();
  } else if (value.is_number()) {
    request.number[name] = value.get<double>();
  } else if (value.is_boolean()) {
    request.number[name] = value.get<bool>() ? 1 : 0;
  } else if (value.is_array() && value.size() <= list_max) {
    for (const json& element : value) {
      if (element.is_string()) {
        request.texts[name].push_back(element.get<std::string>());
      } else if (element.is_number()) {
        request.numbers[name].push_back(element.get<double>());
      } else {
        return fail("control", "bad_request",
                    "list \"" + name + "\" holds other than texts or numbers");
      }
    }
  } else if (!value.is_null()) {
    return fail("control", "bad_request",
                "member \"" + name + "\" is of a kind that is not used here");
  }
  return {};
}

std::string row_text(const json& row) {
  std::string text;
  for (const auto& [key, value] : row.items()) {
    const std::string shown = value.is_string() ? value.get<std::string>() : line_of(value);
    if (!shown.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : "  ", key, shown);
  }
  return text;
}

}  // namespace

std::string ControlRequest::get(const std::string& name) const {
  const auto found = text.find(name);
  return found == text.end() ? std::string() : found->second;
}

Result<ControlRequest> parse_control(std::string_view line) {
  if (line.size() > control_line_max) return fail("control", "bad_request", "line is too long");
  const json value = json::parse(line, nullptr, false);
  if (!value.is_object()) return fail("control", "bad_request", "not a JSON object");
  if (!value.contains("op") || !value["op"].is_string()) {
    return fail("control", "bad_request", "\"op\" is missing or not a text");
  }
  ControlRequest request;
  request.op = value["op"].get<std::string>();
  for (const auto& [name, member] : value.items()) {
    if (name == "op") continue;
    if (auto taken = take_member(request, name, member); !taken) return pass_on(taken.error());
  }
  return request;
}

std::string ok_reply() {
  return line_of({{"ok", true}});
}

std::string text_reply(const std::string& key, const std::string& value) {
  return line_of({{"ok", true}, {key, value}});
}

std::string error_reply(const Error& error) {
  return line_of({{"ok", false},
                  {"error", std::string(error.domain) + "/" + std::string(error.code)},
                  {"what", error.what}});
}

std::string status_reply(const Status& status) {
  return line_of({{"ok", true},
                  {"version", status.version},
                  {"kiosk", status.kiosk_code},
                  {"outbox",
                   {{"pending", status.outbox_pending},
                    {"refused", status.refused},
                    {"unacknowledged", status.unacknowledged},
                    {"held", status.held},
                    {"printing_unknown", status.printing_unknown}}},
                  {"printer", status.printer},
                  {"reader", status.reader},
                  {"scanner", status.scanner},
                  {"server", status.server},
                  {"ledger", status.ledger},
                  {"clock_trust", status.clock_trust},
                  {"last_sync", instant_text(status.last_sync)},
                  {"rows",
                   {{"appointments", status.appointments},
                    {"people", status.people},
                    {"check_ins", status.check_ins}}},
                  {"screen", status.screen}});
}

std::string devices_reply(const std::vector<DeviceLine>& devices) {
  json rows = json::array();
  for (const DeviceLine& line : devices) {
    rows.push_back({{"device", line.device},
                    {"state", line.state},
                    {"detail", line.detail},
                    {"wrong", line.wrong}});
  }
  return line_of({{"ok", true}, {"devices", rows}});
}

Result<std::vector<DeviceLine>> parse_devices(std::string_view line) {
  const auto value = accepted(line);
  if (!value) return pass_on(value.error());
  const auto rows = value->find("devices");
  if (rows == value->end() || !rows->is_array()) return not_understood();
  std::vector<DeviceLine> lines;
  for (const json& row : *rows) {
    const auto text = [&row](const char* name) {
      const auto member = row.find(name);
      return member != row.end() && member->is_string() ? member->get<std::string>()
                                                        : std::string();
    };
    if (!row.is_object()) return not_understood();
    lines.push_back({text("device"), text("state"), text("detail"), text("wrong")});
  }
  return lines;
}

std::string list_reply(const std::vector<ListedItem>& items) {
  json rows = json::array();
  for (const ListedItem& item : items) {
    rows.push_back({{"number", item.number},
                    {"visit_key", item.visit_key},
                    {"appointment", item.appointment_id},
                    {"patient", item.patient_id},
                    {"name", item.name},
                    {"confirmed_at", instant_text(item.confirmed_at)},
                    {"reason", item.reason}});
  }
  return line_of({{"ok", true}, {"items", rows}});
}

std::string scene_reply(const std::string& screen, const std::string& language,
                        const std::vector<SceneNode>& nodes) {
  json list = json::array();
  for (const SceneNode& node : nodes) {
    list.push_back({{"role", node.role},
                    {"text", node.text},
                    {"action", node.action},
                    {"enabled", node.enabled},
                    {"rect", {node.x, node.y, node.width, node.height}}});
  }
  return line_of({{"ok", true}, {"screen", screen}, {"language", language}, {"nodes", list}});
}

std::string request_line(const std::string& op, const std::map<std::string, std::string>& text) {
  json value(text);
  value["op"] = op;
  return line_of(value);
}

Result<std::string> readable_reply(std::string_view line) {
  const auto value = accepted(line);
  if (!value) return pass_on(value.error());
  std::string text;
  for (const auto& [key, member] : value->items()) {
    if (key == "ok") continue;
    if (member.is_array()) {
      for (const json& row : member) text += row_text(row) + "\n";
      if (member.empty()) text += "none\n";
    } else {
      const std::string shown = member.is_string()   ? member.get<std::string>()
                                : member.is_object() ? row_text(member)
                                                     : line_of(member);
      text += fmt::format("{:<14} {}\n", key, shown.empty() ? "-" : shown);
    }
  }
  return text;
}

}  // namespace kiosk::shell
