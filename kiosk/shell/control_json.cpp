#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <nlohmann/json.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "kiosk/shell/control.h"
#include "kiosk/shell/trail.h"

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

/// To the second, without the zone's letter; of the years that can be written.
/// By way of std::time_t: the library's own way counts nanoseconds, which end in the year 2262.
std::string second_text(Instant instant) {
  const auto seconds = std::chrono::floor<Seconds>(shown_instant(instant));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}",
                     fmt::gmtime(std::time_t{seconds.time_since_epoch().count()}));
}

std::string instant_text(const std::optional<Instant>& instant) {
  return instant ? second_text(*instant) + "Z" : std::string();
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

std::string text_in(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::int64_t integer_in(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_number_integer() ? member->get<std::int64_t>() : 0;
}

/// To the millisecond, as auditors want it.
std::string exact_text(Instant instant) {
  const Instant shown = shown_instant(instant);
  return fmt::format("{}.{:03}Z", second_text(shown),
                     to_ms(shown) - to_ms(std::chrono::floor<Seconds>(shown)));
}

json json_of(const TrailRow& row) {
  json made{{"seq", row.seq},
            {"at", exact_text(row.now.instant)},
            {"at_ms", to_ms(row.now.instant)},
            {"trust", text_of(row.now.trust)},
            {"act", nullptr},
            {"commitment", row.commitment},
            {"previous_hash", row.previous_hash},
            {"hash", row.hash}};
  if (!row.note) return made;
  made["act"] = domain::name(row.note->act);
  made["visit_key"] = row.note->visit_key;
  made["detail"] = row.note->detail;
  if (row.note->stay) made["person_since_ms"] = to_ms(*row.note->stay);
  if (row.note->job != 0) made["ticket_row"] = row.note->job;
  if (!row.note->words.empty()) made["words"] = row.note->words;
  return made;
}

Result<TrailRow> trail_row(const json& object) {
  if (!object.is_object()) return not_understood();
  TrailRow row;
  row.seq = integer_in(object, "seq");
  row.now.instant = from_ms(integer_in(object, "at_ms"));
  for (const auto trust : {ClockTrust::server, ClockTrust::rtc, ClockTrust::not_before}) {
    if (text_in(object, "trust") == text_of(trust)) row.now.trust = trust;
  }
  row.commitment = text_in(object, "commitment");
  row.previous_hash = text_in(object, "previous_hash");
  row.hash = text_in(object, "hash");
  const auto act = domain::act_named(text_in(object, "act"));
  if (!act) return row;
  row.note =
      domain::AuditNote{*act,         text_in(object, "visit_key"),     text_in(object, "detail"),
                        std::nullopt, integer_in(object, "ticket_row"), text_in(object, "words")};
  if (object.contains("person_since_ms")) {
    row.note->stay = from_ms(integer_in(object, "person_since_ms"));
  }
  return row;
}

constexpr std::array<std::pair<SyncReport::End, const char*>, 3> sync_ends{
    {{SyncReport::End::complete, "complete"},
     {SyncReport::End::incomplete, "incomplete"},
     {SyncReport::End::unreachable, "unreachable"}}};

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

std::int64_t ControlRequest::integer(const std::string& name) const {
  constexpr double exact_max = 9e15;  // whole numbers that a double holds
  if (const auto found = number.find(name); found != number.end()) {
    return static_cast<std::int64_t>(std::clamp(found->second, -exact_max, exact_max));
  }
  const std::string written = get(name);
  std::int64_t value = 0;
  std::from_chars(written.data(), written.data() + written.size(), value);
  return value;
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
                  {"set_aside", {{"files", status.aside_files}, {"left", status.aside_left}}},
                  {"printer", status.printer},
                  {"reader", status.reader},
                  {"scanner", status.scanner},
                  {"server", status.server},
                  {"server_trouble", status.server_trouble},
                  {"ledger", status.ledger},
                  {"revoked", status.revoked},
                  {"clock_trust", status.clock_trust},
                  {"last_sync", instant_text(status.last_sync)},
                  {"rows",
                   {{"appointments", status.appointments},
                    {"people", status.people},
                    {"check_ins", status.check_ins}}},
                  {"key_storage", status.key_storage},
                  {"key_trouble", status.key_trouble},
                  {"audit", {{"newest", status.audit_last}, {"server_has", status.audit_told}}},
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
    if (!row.is_object()) return not_understood();
    lines.push_back({text_in(row, "device"), text_in(row, "state"), text_in(row, "detail"),
                     text_in(row, "wrong")});
  }
  return lines;
}

std::string list_reply(const std::vector<ListedItem>& items, ListFor list_for) {
  json rows = json::array();
  for (const ListedItem& item : items) {
    json& row = rows.emplace_back(json{{"number", item.number},
                                       {"visit_key", item.visit_key},
                                       {"appointment", item.appointment_id},
                                       {"patient", item.patient_id},
                                       {"name", item.name},
                                       {"confirmed_at", instant_text(item.confirmed_at)},
                                       {"reason", item.reason}});
    if (list_for == ListFor::people) continue;
    row["row"] = item.row;
    row["nonce"] = item.nonce;
    row["state"] = item.state;
    if (item.confirmed_at) row["confirmed_ms"] = to_ms(*item.confirmed_at);
  }
  return line_of({{"ok", true}, {"items", rows}});
}

Result<std::vector<ListedItem>> parse_list(std::string_view line) {
  const auto value = accepted(line);
  if (!value) return pass_on(value.error());
  const auto rows = value->find("items");
  if (rows == value->end() || !rows->is_array()) return not_understood();
  std::vector<ListedItem> items;
  for (const json& row : *rows) {
    if (!row.is_object()) return not_understood();
    ListedItem item{text_in(row, "number"),      text_in(row, "visit_key"),
                    text_in(row, "appointment"), text_in(row, "patient"),
                    text_in(row, "name"),        from_ms(integer_in(row, "confirmed_ms")),
                    text_in(row, "reason"),      integer_in(row, "row"),
                    text_in(row, "nonce"),       text_in(row, "state")};
    if (item.row <= (items.empty() ? 0 : items.back().row)) return not_understood();
    items.push_back(std::move(item));
  }
  return items;
}

std::string trail_line(const TrailRow& row) {
  return line_of(json_of(row));
}

std::string trail_reply(const TrailPage& page) {
  json rows = json::array();
  for (const TrailRow& row : page.rows) rows.push_back(json_of(row));
  json faults = json::array();
  for (const store::AuditFault& fault : page.faults) {
    faults.push_back({{"seq", fault.seq}, {"what", fault.what}});
  }
  return line_of({{"ok", true},
                  {"rows", rows},
                  {"faults", faults},
                  {"at_end", page.at_end},
                  {"incarnation", page.incarnation}});
}

Result<TrailPage> parse_trail(std::string_view line) {
  const auto value = accepted(line);
  if (!value) return pass_on(value.error());
  const auto list = [&](const char* name) {
    const auto found = value->find(name);
    return found != value->end() && found->is_array() ? *found : json();
  };
  const json rows = list("rows");
  const json faults = list("faults");
  if (rows.is_null() || faults.is_null()) return not_understood();
  TrailPage page;
  page.at_end = value->contains("at_end") && (*value)["at_end"] == true;
  constexpr std::int64_t incarnation_max = 100'000;
  page.incarnation = static_cast<int>(
      std::clamp<std::int64_t>(integer_in(*value, "incarnation"), 1, incarnation_max));
  for (const json& object : rows) {
    auto row = trail_row(object);
    if (!row) return pass_on(row.error());
    page.rows.push_back(std::move(*row));
  }
  for (const json& object : faults) {
    if (!object.is_object()) return not_understood();
    page.faults.push_back({integer_in(object, "seq"), text_in(object, "what")});
  }
  if (page.rows.empty() && !page.at_end) return not_understood();  // it would never end
  return page;
}

std::string sync_reply(const SyncReport& report) {
  const auto end = std::find_if(sync_ends.begin(), sync_ends.end(),
                                [&](const auto& one) { return one.first == report.end; });
  return line_of({{"ok", true},
                  {"end", end->second},
                  {"sent", report.sent},
                  {"refused", report.refused},
                  {"left", report.left},
                  {"appointments", report.appointments},
                  {"people", report.people},
                  {"took_ms", report.took.count()},
                  {"trouble", report.trouble}});
}

Result<SyncReport> parse_sync(std::string_view line) {
  const auto value = accepted(line);
  if (!value) return pass_on(value.error());
  const auto end = std::find_if(sync_ends.begin(), sync_ends.end(), [&](const auto& one) {
    return text_in(*value, "end") == one.second;
  });
  if (end == sync_ends.end()) return not_understood();
  return SyncReport{end->first,
                    integer_in(*value, "sent"),
                    integer_in(*value, "refused"),
                    integer_in(*value, "left"),
                    integer_in(*value, "appointments"),
                    integer_in(*value, "people"),
                    Milliseconds(integer_in(*value, "took_ms")),
                    text_in(*value, "trouble")};
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
