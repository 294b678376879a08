#include "drivers/scanner/hid_pos.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "drivers/usb/hid_items.h"

namespace drivers::scanner {
namespace {

constexpr std::uint32_t usage_byte_count = 0x0001'003B;
constexpr std::uint32_t usage_aim_first = 0x008C'00FB;
constexpr std::uint32_t usage_aim_last = 0x008C'00FD;
constexpr std::uint32_t usage_data = 0x008C'00FE;
constexpr std::uint32_t usage_continued = 0x008C'00FF;
constexpr std::size_t report_bits_max = 32'768;
constexpr std::uint32_t fields_max = 4096;
constexpr std::size_t usages_max = 256;

struct Field {
  std::uint32_t usage = 0;
  std::size_t bit = 0;
  std::size_t bits = 0;
  std::size_t count = 1;
};

/// The input fields of all reports; bit 0 is the first behind the report id.
struct Reports {
  std::map<std::uint8_t, std::vector<Field>> fields;
  std::map<std::uint8_t, std::size_t> bits;
  bool ids = false;
};

struct Globals {
  std::uint32_t page = 0;
  std::uint32_t size = 0;
  std::uint32_t count = 0;
  std::uint8_t id = 0;
};

bool add_input(Reports& reports, const Globals& globals, const std::vector<std::uint32_t>& usages) {
  std::size_t& bit = reports.bits[globals.id];
  if (globals.size > 32 || globals.count > fields_max) return false;
  if (bit + std::size_t{globals.size} * globals.count > report_bits_max) return false;
  const std::size_t size = globals.size;
  // Usages go to the fields in order; the last one counts for all that are left.
  for (std::size_t i = 0; i < globals.count && !usages.empty(); ++i) {
    const bool last = i + 1 >= usages.size();
    const std::size_t count = last ? globals.count - i : 1;
    reports.fields[globals.id].push_back(
        {usages[std::min(i, usages.size() - 1)], bit + i * size, size, count});
    if (last) break;
  }
  bit += size * globals.count;
  return true;
}

std::optional<Reports> read_reports(kiosk::ByteView descriptor) {
  Reports reports;
  Globals globals;
  std::vector<Globals> stack;
  std::vector<std::uint32_t> usages;
  usb::HidItems items(descriptor);
  while (const auto item = items.next()) {
    switch (item->tag) {
      case 0x04:
        globals.page = item->value;
        break;
      case 0x74:
        globals.size = item->value;
        break;
      case 0x94:
        globals.count = item->value;
        break;
      case 0x84:
        globals.id = static_cast<std::uint8_t>(item->value);
        reports.ids = true;
        break;
      case 0xA4:
        if (stack.size() < usages_max) stack.push_back(globals);
        break;
      case 0xB4:
        if (stack.empty()) return std::nullopt;
        globals = stack.back();
        stack.pop_back();
        break;
      case 0x08:
        if (usages.size() < usages_max) {
          usages.push_back(item->size_bytes == 4 ? item->value : globals.page << 16 | item->value);
        }
        break;
      case 0x80:
        if (!add_input(reports, globals, usages)) return std::nullopt;
        usages.clear();
        break;
      case 0x90:  // output
      case 0xB0:  // feature
      case 0xA0:  // collection
      case 0xC0:  // end of collection
        usages.clear();
        break;
      default:
        break;
    }
  }
  return reports;
}

std::optional<std::size_t> byte_of(const std::vector<Field>& fields, std::uint32_t usage,
                                   std::size_t id_bytes) {
  for (const Field& field : fields) {
    if (field.usage == usage && field.bit % 8 == 0) return field.bit / 8 + id_bytes;
  }
  return std::nullopt;
}

}  // namespace

kiosk::Result<PosLayout> parse_pos_layout(kiosk::ByteView report_descriptor) {
  const auto unknown = [] {
    return kiosk::fail("scanner", "unknown_layout", "no report with decoded data is described");
  };
  const auto reports = read_reports(report_descriptor);
  if (!reports) return unknown();
  const std::size_t id_bytes = reports->ids ? 1 : 0;
  for (const auto& [id, fields] : reports->fields) {
    const auto data = std::find_if(fields.begin(), fields.end(), [](const Field& field) {
      return field.usage == usage_data && field.bits == 8 && field.bit % 8 == 0;
    });
    if (data == fields.end()) continue;
    PosLayout layout;
    if (reports->ids) layout.report_id = id;
    layout.report_bytes = (reports->bits.at(id) + 7) / 8 + id_bytes;
    layout.data_offset = data->bit / 8 + id_bytes;
    layout.data_bytes = data->count;
    layout.count_offset = byte_of(fields, usage_byte_count, id_bytes);
    layout.aim_offset = byte_of(fields, usage_aim_first, id_bytes);
    if (layout.aim_offset && byte_of(fields, usage_aim_last, id_bytes) != *layout.aim_offset + 2) {
      layout.aim_offset.reset();
    }
    layout.continued_offset = byte_of(fields, usage_continued, id_bytes);
    return layout;
  }
  return unknown();
}

kiosk::Result<std::optional<RawScan>> ScanAssembler::accept(usb::Moment now,
                                                            kiosk::ByteView report) {
  expire(now);
  if (layout_.report_id && (report.empty() || report[0] != *layout_.report_id)) return std::nullopt;
  const std::size_t needed =
      std::max({layout_.data_offset + layout_.data_bytes, layout_.count_offset.value_or(0) + 1,
                layout_.aim_offset.value_or(0) + 3, layout_.continued_offset.value_or(0) + 1});
  if (report.size() < needed) {
    drop();
    return kiosk::fail("scanner", "malformed_report",
                       fmt::format("{} bytes instead of {}", report.size(), needed));
  }
  kiosk::ByteView data = report.subspan(layout_.data_offset, layout_.data_bytes);
  if (layout_.count_offset) {
    const std::size_t count = report[*layout_.count_offset];
    if (count > data.size()) {
      drop();
      return kiosk::fail("scanner", "malformed_report",
                         fmt::format("{} data bytes in a field of {}", count, data.size()));
    }
    data = data.first(count);
  } else {
    while (!data.empty() && data.back() == 0) data = data.first(data.size() - 1);
  }
  const bool continued = layout_.continued_offset && (report[*layout_.continued_offset] & 1) != 0;
  deadline_.reset();
  if (continued) deadline_ = now + chain_limit;
  if (discarding_) {
    discarding_ = continued;
    return std::nullopt;
  }
  if (scan_.data.size() + data.size() > scan_bytes_max) {
    scan_ = {};
    discarding_ = continued;
    return kiosk::fail("scanner", "too_long", "a code of more than 8192 bytes");
  }
  kiosk::append(scan_.data, data);
  if (layout_.aim_offset && scan_.aim_identifier.empty() && report[*layout_.aim_offset] == ']') {
    scan_.aim_identifier = kiosk::as_text(report.subspan(*layout_.aim_offset, 3));
  }
  if (continued) return std::nullopt;
  return std::exchange(scan_, {});
}

bool ScanAssembler::expire(usb::Moment now) {
  if (!deadline_ || now < *deadline_) return false;
  drop();
  return true;
}

void ScanAssembler::drop() {
  scan_ = {};
  discarding_ = false;
  deadline_.reset();
}

}  // namespace drivers::scanner
