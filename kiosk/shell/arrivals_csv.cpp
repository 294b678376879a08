#include "kiosk/shell/arrivals_csv.h"

#include <initializer_list>
#include <string_view>

#include "kiosk/shell/trail.h"
#include "kiosk/sync/fhir_time.h"

namespace kiosk::shell {
namespace {

constexpr std::string_view formula_begins = "=+-@\t\r";

std::string field(std::string_view text) {
  std::string value(text);
  if (!value.empty() && formula_begins.find(value.front()) != std::string_view::npos) {
    value.insert(0, 1, '\'');
  }
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string record(std::initializer_list<std::string_view> fields) {
  std::string line;
  for (const std::string_view text : fields) line += field(text) + ",";
  line.pop_back();
  return line + "\r\n";
}

}  // namespace

ListedItem item_of(const store::ListedArrival& listed) {
  ListedItem item;
  item.number = listed.message.number;
  item.visit_key = listed.message.visit_key;
  item.appointment_id = listed.message.appointment_id;
  item.patient_id = listed.message.patient_id;
  item.confirmed_at = listed.message.confirmed_at;
  item.reason = listed.reason;
  if (listed.check_in) item.name = domain::masked_name(listed.check_in->person.name);
  item.row = listed.message.id;
  item.nonce = listed.message.nonce;
  item.state = listed.refused ? "refused" : listed.message.unknown ? "unanswered" : "not_told";
  return item;
}

std::string csv_text(const std::vector<ListedItem>& items, const domain::Zone& zone) {
  std::string text = record({"number", "confirmed_at", "appointment", "patient", "visit_key",
                             "nonce", "state", "reason"});
  for (const ListedItem& item : items) {
    const Instant at = shown_instant(item.confirmed_at.value_or(Instant()));
    text += record({item.number, sync::format_instant(zone, at), item.appointment_id,
                    item.patient_id, item.visit_key, item.nonce, item.state, item.reason});
  }
  return text;
}

}  // namespace kiosk::shell
