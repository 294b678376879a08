#include "kiosk/sync/fhir_read.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "kiosk/sync/capabilities.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/json_numbers.h"

namespace kiosk::sync {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t depth_max = 512;
constexpr std::size_t text_bytes_max = 4'096;
constexpr std::size_t list_max = 1'000;  ///< identifiers, participants, extensions ... of one

std::string text(element from, std::string_view key) {
  std::string_view value;
  if (from[key].get(value) != simdjson::SUCCESS || value.size() > text_bytes_max) return {};
  return std::string(value);
}

/// Calls `use` with each element of the list, at most `list_max`; what is no list has no elements.
template <typename Use>
void each(element from, std::string_view key, Use use) {
  array list;
  if (from[key].get(list) != simdjson::SUCCESS) return;
  std::size_t count = 0;
  for (const element item : list) {
    if (++count > list_max) return;
    use(item);
  }
}

std::optional<element> child(element from, std::string_view key) {
  element found;
  if (from[key].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::vector<std::string> texts(element from, std::string_view key) {
  std::vector<std::string> found;
  each(from, key, [&](element item) {
    std::string_view value;
    if (item.get(value) == simdjson::SUCCESS && value.size() <= text_bytes_max)
      found.emplace_back(value);
  });
  return found;
}

std::optional<Instant> instant(element from, std::string_view key) {
  return parse_instant(text(from, key));
}

Coding coding(element from) {
  return {text(from, "system"), text(from, "code"), text(from, "display")};
}

void add_concept(std::vector<Coding>& to, element concept_) {
  const auto whole = text(concept_, "text");
  const auto before = to.size();
  each(concept_, "coding", [&](element item) {
    to.push_back(coding(item));
    if (to.back().display.empty()) to.back().display = whole;
  });
  if (to.size() == before && !whole.empty()) to.push_back({"", "", whole});
}

std::vector<Coding> concept_at(element from, std::string_view key) {
  std::vector<Coding> found;
  if (const auto one = child(from, key)) add_concept(found, *one);
  return found;
}

std::vector<Coding> concepts_at(element from, std::string_view key) {
  std::vector<Coding> found;
  each(from, key, [&](element item) { add_concept(found, item); });
  return found;
}

Meta read_meta(element resource) {
  Meta meta;
  const auto from = child(resource, "meta");
  if (!from) return meta;
  meta.version = text(*from, "versionId");
  meta.last_updated = instant(*from, "lastUpdated");
  each(*from, "tag", [&](element item) { meta.tags.push_back(coding(item)); });
  each(*from, "security", [&](element item) { meta.security.push_back(text(item, "code")); });
  return meta;
}

std::vector<domain::Identifier> identifiers(element resource) {
  std::vector<domain::Identifier> found;
  each(resource, "identifier", [&](element item) {
    const auto value = text(item, "value");
    const auto number = value.ends_with('x') ? domain::normalised_citizen_number(value) : "";
    domain::Identifier one{text(item, "system"), number.empty() ? value : number};
    if (!one.value.empty()) found.push_back(std::move(one));
  });
  return found;
}

std::string human_name(element name) {
  if (auto whole = text(name, "text"); !whole.empty()) return whole;
  const auto family = text(name, "family");
  std::string given;
  for (const auto& part : texts(name, "given")) given += (given.empty() ? "" : " ") + part;
  if (family.empty() || given.empty()) return family + given;
  const auto is_ascii = [](char c) { return static_cast<signed char>(c) >= 0; };
  const std::string both = family + given;
  return std::all_of(both.begin(), both.end(), is_ascii) ? given + " " + family : both;
}

/// The name to show: the official or usual one, else the first.
std::string best_name(element resource) {
  std::string best;
  int best_rank = 0;
  each(resource, "name", [&](element item) {
    const auto use = text(item, "use");
    const int rank = use == "official" ? 4 : use == "usual" ? 3 : use == "old" ? 1 : 2;
    auto name = human_name(item);
    if (name.empty() || rank <= best_rank) return;
    best = std::move(name);
    best_rank = rank;
  });
  return best;
}

std::string reference_at(element from, std::string_view key, const BundleReferences& known) {
  const auto one = child(from, key);
  return one ? known.resolve(text(*one, "reference")) : std::string();
}

bool is_deceased(element resource) {
  bool flag = false;
  if (resource["deceasedBoolean"].get(flag) == simdjson::SUCCESS) return flag;
  return !text(resource, "deceasedDateTime").empty();
}

/// Encounter.statusHistory holds the states before the present one (FHIR R4, 8.11.3): a patient who
/// was called left `arrived`, perhaps by way of `triaged`.
std::optional<Milliseconds> waited(element encounter) {
  const auto status = text(encounter, "status");
  if (status != "in-progress" && status != "onleave" && status != "finished") return std::nullopt;
  std::optional<Instant> arrived, called, left;
  each(encounter, "statusHistory", [&](element item) {
    const auto period = child(item, "period");
    if (!period) return;
    const auto state = text(item, "status");
    const auto start = instant(*period, "start"), end = instant(*period, "end");
    if (state == "arrived" && (!arrived || (start && *start < *arrived))) arrived = start;
    if (state == "in-progress" && (!called || (start && *start < *called))) called = start;
    if ((state == "arrived" || state == "triaged") && (!left || (end && *end > *left))) left = end;
  });
  const auto end = called ? called : left;
  if (!arrived || !end || *end < *arrived || *end - *arrived > std::chrono::hours(24))
    return std::nullopt;
  return *end - *arrived;
}

/// One resource on its way into the Reading; says why when it cannot be used.
class Reader {
 public:
  Reader(Reading& reading, const BundleReferences& known) : reading_(reading), known_(known) {}

  /// Empty when the resource was used or is none of ours, else the path below it and the reason.
  std::string read(element resource) {
    const auto type = text(resource, "resourceType");
    if (type.empty()) return "resourceType: missing";
    if (type == "OperationOutcome") return read_outcome(resource);
    if (type == "Flag") return read_flag(resource);
    const auto id = text(resource, "id");
    if (type == "Patient") return id.empty() ? "id: missing" : read_patient(resource, id);
    if (type == "Appointment") return id.empty() ? "id: missing" : read_appointment(resource, id);
    if (type == "Encounter" || type == "Task")
      return id.empty() ? "id: missing" : read_encounter(resource, type, id);
    constexpr std::array directory = {"Practitioner", "PractitionerRole", "Location",
                                      "HealthcareService", "Organization"};
    if (std::find(directory.begin(), directory.end(), type) == directory.end()) return {};
    return id.empty() ? "id: missing" : read_directory(resource, type, id);
  }

 private:
  std::string read_patient(element resource, const std::string& id) {
    PatientRow row;
    row.id = id;
    row.meta = read_meta(resource);
    row.name = best_name(resource);
    row.birth_date = domain::parse_date(text(resource, "birthDate"));
    row.identifiers = identifiers(resource);
    each(resource, "telecom", [&](element item) {
      const auto system = text(item, "system");
      if (system != "phone" && system != "sms") return;
      auto digits = text(item, "value");
      std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
      if (!digits.empty()) row.phones.push_back(std::move(digits));
    });
    if (bool active = true; resource["active"].get(active) == simdjson::SUCCESS)
      row.active = active;
    row.deceased = is_deceased(resource);
    each(resource, "link", [&](element link) {
      if (text(link, "type") != "replaced-by") return;
      auto other = id_of(reference_at(link, "other", known_), "Patient");
      if (!other.empty()) row.replaced_by.push_back(std::move(other));
    });
    reading_.patients.push_back(std::move(row));
    return {};
  }

  std::string read_directory(element resource, const std::string& type, const std::string& id) {
    DirectoryRow row;
    row.reference = type + "/" + id;
    row.name = type == "Practitioner" ? best_name(resource) : text(resource, "name");
    std::vector<Coding> titles = concepts_at(resource, "code");
    each(resource, "qualification", [&](element item) {
      for (auto& one : concept_at(item, "code")) titles.push_back(std::move(one));
    });
    for (const auto& title : titles)
      if (row.title.empty() && type.starts_with("Practitioner")) row.title = title.display;
    row.practitioner = reference_at(resource, "practitioner", known_);
    each(resource, "healthcareService", [&](element item) {
      if (row.service.empty()) row.service = known_.resolve(text(item, "reference"));
    });
    row.managing_organization = reference_at(resource, "managingOrganization", known_);
    row.part_of = reference_at(resource, "partOf", known_);
    reading_.directory.push_back(std::move(row));
    return {};
  }

  std::string read_appointment(element resource, const std::string& id) {
    AppointmentRow row;
    row.id = id;
    const auto status = domain::appointment_status(text(resource, "status"));
    if (!status) return "status: missing or unknown";
    row.status = *status;
    const auto start = instant(resource, "start");
    if (!start) return "start: missing or no instant";
    row.start = *start;
    row.end = instant(resource, "end").value_or(row.start);
    if (row.end < row.start) row.end = row.start;
    row.meta = read_meta(resource);
    row.identifiers = identifiers(resource);
    each(resource, "participant", [&](element item) {
      const auto actor = child(item, "actor");
      if (!actor) return;
      ParticipantRow one{known_.resolve(text(*actor, "reference")), text(*actor, "type"),
                         text(*actor, "display")};
      if (!one.reference.empty()) one.type = one.reference.substr(0, one.reference.find('/'));
      auto raw = text(*actor, "reference");
      if (one.reference.empty() && !id_of(plain_reference(raw), "Patient").empty())
        row.patient_elsewhere = std::move(raw);
      row.participants.push_back(std::move(one));
    });
    each(resource, "extension", [&](element item) { add_extension(row, item); });
    row.service_types = concepts_at(resource, "serviceType");
    row.types = concept_at(resource, "appointmentType");
    row.cancellation = concept_at(resource, "cancelationReason");
    if (auto words = text(resource, "patientInstruction"); !words.empty())
      row.instructions.push_back(std::move(words));
    reading_.appointments.push_back(std::move(row));
    return {};
  }

  static void add_extension(AppointmentRow& row, element extension) {
    ExtensionValue one{text(extension, "url"), {}};
    for (const auto* key : {"valueString", "valueCode", "valueUri", "valueId"})
      if (one.value.empty()) one.value = text(extension, key);
    if (const auto value = child(extension, "valueCoding"); value && one.value.empty())
      one.value = text(*value, "code");
    if (const auto value = child(extension, "valueReference"); value && one.value.empty())
      one.value = text(*value, "display");
    for (const auto& code : concept_at(extension, "valueCodeableConcept"))
      if (one.value.empty()) one.value = code.code.empty() ? code.display : code.code;
    if (std::int64_t number = 0;
        one.value.empty() && extension["valueInteger"].get(number) == simdjson::SUCCESS)
      one.value = std::to_string(number);
    if (!one.url.empty() && !one.value.empty()) row.extensions.push_back(std::move(one));
  }

  std::string read_encounter(element resource, const std::string& type, const std::string& id) {
    EncounterRow row;
    row.type = type;
    row.id = id;
    row.status = text(resource, "status");
    if (row.status.empty()) return "status: missing";
    row.meta = read_meta(resource);
    row.identifiers = identifiers(resource);
    const auto add = [&](const std::string& reference) {
      auto appointment = id_of(reference, "Appointment");
      if (!appointment.empty()) row.appointments.push_back(std::move(appointment));
    };
    if (type == "Task") {
      add(reference_at(resource, "focus", known_));
      row.patient_id = id_of(reference_at(resource, "for", known_), "Patient");
      row.start = instant(resource, "authoredOn");
    } else {
      each(resource, "appointment",
           [&](element item) { add(known_.resolve(text(item, "reference"))); });
      row.patient_id = id_of(reference_at(resource, "subject", known_), "Patient");
      if (const auto period = child(resource, "period")) row.start = instant(*period, "start");
      row.waited = waited(resource);
    }
    reading_.encounters.push_back(std::move(row));
    return {};
  }

  std::string read_flag(element resource) {
    if (text(resource, "status") != "active") return {};
    FlagRow row{id_of(reference_at(resource, "subject", known_), "Patient"),
                concept_at(resource, "code")};
    reading_.flags.push_back(std::move(row));
    return {};
  }

  std::string read_outcome(element resource) {
    each(resource, "issue", [&](element item) {
      IssueRow issue{text(item, "severity"), text(item, "code"), text(item, "diagnostics")};
      for (const auto& detail : concept_at(item, "details"))
        if (issue.text.empty()) issue.text = detail.display;
      reading_.issues.push_back(std::move(issue));
    });
    return {};
  }

  Reading& reading_;
  const BundleReferences& known_;
};

tl::unexpected<Error> malformed(std::string path_and_reason) {
  return fail("fhir", "malformed", std::move(path_and_reason));
}

Result<void> read_entries(Reading& reading, const array& entries, BundleReferences known) {
  if (entries.size() > entries_max)
    return fail("fhir", "too_large", "Bundle.entry: too many entries");
  for (const element entry : entries) {
    const auto resource = child(entry, "resource");
    if (!resource) continue;
    const auto search = child(entry, "search");
    const bool found = !search || text(*search, "mode") != "include";
    known.add_entry(text(entry, "fullUrl"), text(*resource, "resourceType"), text(*resource, "id"),
                    found);
  }
  reading.names = known.names();
  Reader reader(reading, known);
  std::size_t index = 0;
  for (const element entry : entries) {
    std::string reason;
    if (const auto response = child(entry, "response")) {
      reading.responses.push_back(
          {text(*response, "status"), text(*response, "location"), text(*response, "etag")});
      if (const auto outcome = child(*response, "outcome")) reason = reader.read(*outcome);
    }
    if (const auto resource = child(entry, "resource")) {
      if (!known.names().is_elsewhere(text(entry, "fullUrl"))) reason = reader.read(*resource);
    } else if (!child(entry, "response")) {
      reason = "missing";
    }
    if (!reason.empty() && reading.skipped++ == 0)
      reading.first_skipped = fmt::format("Bundle.entry[{}].resource.{}", index, reason);
    ++index;
  }
  return {};
}

Result<Reading> read_bundle(element bundle, const ServerNames& names) {
  Reading reading;
  reading.type = "Bundle";
  reading.bundle_type = text(bundle, "type");
  if (const auto meta = child(bundle, "meta")) reading.last_updated = instant(*meta, "lastUpdated");
  BundleReferences known(names);
  each(bundle, "link", [&](element link) {
    std::string_view next;  // of any length: some servers' hold all that they must remember
    const bool leads_on = text(link, "relation") == "next";
    if (leads_on && link["url"].get(next) == simdjson::SUCCESS) reading.next = next;
    if (text(link, "relation") == "self") known.add_link(text(link, "url"));
  });
  reading.names = known.names();
  if (const auto total = child(bundle, "total")) {
    if (std::int64_t number = 0; total->get(number) == simdjson::SUCCESS) reading.total = number;
  }
  const auto entries = child(bundle, "entry");
  if (!entries) return reading;
  array list;
  if (entries->get(list) != simdjson::SUCCESS) return malformed("Bundle.entry: not an array");
  if (const auto read = read_entries(reading, list, std::move(known)); !read)
    return pass_on(read.error());
  return reading;
}

/// The texts under `name` of the objects in a list.
std::set<std::string> names(element from, std::string_view key, std::string_view name) {
  std::set<std::string> found;
  each(from, key, [&](element item) { found.insert(text(item, name)); });
  found.erase("");
  return found;
}

/// The object that an answer is; it lives in `parser`.
Result<element> parsed(simdjson::dom::parser& parser, std::string_view json) {
  if (json.size() > answer_bytes_max) return fail("fhir", "too_large", "the answer is too long");
  if (parser.allocate(std::max<std::size_t>(json.size(), 64), depth_max) != simdjson::SUCCESS)
    return fail("fhir", "too_large", "no memory for the answer");
  element root;
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);  // may be: RFC 8259, 8.1
  const auto begin = json.find_first_not_of(" \t\r\n");
  if (begin == json.npos) return malformed("the answer is empty");
  if (json[begin] == '<') return malformed("the answer is XML or HTML, not JSON");
  auto error = parser.parse(simdjson::padded_string(json)).get(root);
  if (error == simdjson::NUMBER_ERROR)
    error = parser.parse(simdjson::padded_string(with_plain_numbers(json))).get(root);
  if (error != simdjson::SUCCESS)
    return malformed(fmt::format("not JSON: {}", simdjson::error_message(error)));
  if (!root.is_object()) return malformed("the answer is no object");
  return root;
}

}  // namespace

Result<Reading> read_fhir(std::string_view json, const ServerNames& names) {
  simdjson::dom::parser parser(answer_bytes_max);
  const auto read = parsed(parser, json);
  if (!read) return pass_on(read.error());
  const element root = *read;
  const auto type = text(root, "resourceType");
  if (type.empty()) return malformed("resourceType: missing");
  if (type == "Bundle") return read_bundle(root, names);
  Reading reading;
  reading.type = type;
  reading.names = names;
  const BundleReferences alone(names);
  if (const auto reason = Reader(reading, alone).read(root); !reason.empty())
    return fail("fhir", "unusable", type + "." + reason);
  return reading;
}

Result<std::map<std::string, std::vector<std::string>>> read_members(std::string_view json) {
  simdjson::dom::parser parser(answer_bytes_max);
  const auto read = parsed(parser, json);
  if (!read) return pass_on(read.error());
  std::map<std::string, std::vector<std::string>> members;
  const object whole = read->get_object().value_unsafe();  // it is one, by `parsed`
  for (const auto& [key, value] : whole) {
    std::string_view words;
    std::int64_t number = 0;
    std::vector<std::string> found;
    if (value.get(words) == simdjson::SUCCESS)
      found.emplace_back(words);
    else if (value.get(number) == simdjson::SUCCESS)
      found.push_back(fmt::format("{}", number));
    else if (value.is_array())
      found = texts(*read, key);
    else
      continue;
    members.emplace(key, std::move(found));
  }
  return members;
}

Result<Capabilities> read_capabilities(std::string_view json) {
  if (json.size() > statement_bytes_max)
    return fail("fhir", "too_large", "the CapabilityStatement is too long");
  simdjson::dom::parser parser(statement_bytes_max);
  const auto read = parsed(parser, json);
  if (!read) return pass_on(read.error());
  if (text(*read, "resourceType") != "CapabilityStatement")
    return malformed("metadata is no CapabilityStatement");
  Capabilities found;
  found.fhir_version = text(*read, "fhirVersion");
  if (const auto software = child(*read, "software"))
    found.software = text(*software, "name") + " " + text(*software, "version");
  const auto add_resource = [&](element item) {
    auto& resource = found.resources[text(item, "type")];
    resource.interactions.merge(names(item, "interaction", "code"));
    resource.search.merge(names(item, "searchParam", "name"));
    bool conditional = false;
    if (item["conditionalCreate"].get(conditional) == simdjson::SUCCESS && conditional)
      resource.conditional_create = true;
  };
  each(*read, "rest", [&](element rest) {
    if (text(rest, "mode") == "client") return;
    found.interactions.merge(names(rest, "interaction", "code"));
    each(rest, "resource", add_resource);
  });
  found.resources.erase("");
  return found;
}

}  // namespace kiosk::sync
