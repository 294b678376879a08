#include "drivers/printer/printer_table.h"

#include <algorithm>
#include <array>

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;

/// Has everything, whatever the table says of its model.
constexpr Profile full() {
  Profile profile;
  profile.by_model = Feature::absent;
  return profile;
}

/// Only prints: a clone that answers nothing and drops bytes that come too fast.
constexpr Profile plain() {
  Profile profile = full();
  profile.real_time_status = Feature::absent;
  profile.automatic_status = Feature::absent;
  profile.process_id = Feature::absent;
  profile.paper_fence = Feature::absent;
  profile.pause_between_writes = Milliseconds(50);
  return profile;
}

constexpr Profile narrow(Profile profile) {
  profile.width_dots = 384;
  return profile;
}

/// Answers DLE EOT and GS r, knows no GS ( H.
constexpr Profile clone() {
  Profile profile = full();
  profile.process_id = Feature::absent;
  return profile;
}

/// Vertical motion units of half a dot, 1/360 and 1/406 inch.
constexpr Profile half_dots(int width_dots) {
  Profile profile = full();
  profile.width_dots = width_dots;
  profile.feed_units_per_dot = 2;
  return profile;
}

/// Kiosk mechanisms: GS e with the numbers of the family, GS ( H unknown.
constexpr Profile presenting(Presenter presenter) {
  Profile profile = clone();
  profile.presenter = presenter;
  return profile;
}

// A step is 0.625 mm (KPM), 7 mm (Reliance), 22 mm (TPTCM): about 90 mm are held out.
constexpr Presenter kpm = {3, 144, 2};
constexpr Presenter reliance = {3, 13, 2};
constexpr Presenter tptcm = {3, 4, 4};

// Sources: the makers' command manuals; receipt-print-hq/escpos-printer-db (CC BY 4.0) for widths.
constexpr std::array table = {
    KnownPrinter{"auto", "", 0, 0, Profile{}},
    KnownPrinter{"full", "", 0, 0, full()},
    KnownPrinter{"plain", "", 0, 0, plain()},
    KnownPrinter{"plain-58", "", 0, 0, narrow(plain())},
    KnownPrinter{"clone-58", "POS-58", 0, 0, narrow(clone())},
    KnownPrinter{"clone-80", "POS-80", 0, 0, clone()},
    KnownPrinter{"epson-tm-t20", "TM-T20", 0x04B8, 0x0E03, half_dots(576)},
    KnownPrinter{"epson-tm-t20", "TM-T20", 0x04B8, 0x0E15, half_dots(576)},
    KnownPrinter{"epson-tm-t88", "TM-T88", 0x04B8, 0, half_dots(512)},
    KnownPrinter{"custom-kpm", "KPM", 0x0DD4, 0, presenting(kpm)},
    KnownPrinter{"custom-tptcm", "TPTCM", 0x0DD4, 0, presenting(tptcm)},
    KnownPrinter{"pyramid-reliance", "RELIANCE", 0, 0, presenting(reliance)},
};

bool begins_with(std::string_view text, std::string_view beginning) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [&](char a, char b) { return a == upper(b); });
}

}  // namespace

std::span<const KnownPrinter> known_printers() {
  return table;
}

const KnownPrinter* find_printer(UsbIds ids, const DeviceId& told) {
  const auto fits = [](std::uint16_t wanted, std::uint16_t is) {
    return wanted == 0 || wanted == is;
  };
  for (const KnownPrinter& known : table) {
    if (!known.model.empty() && fits(known.vendor, ids.vendor) &&
        begins_with(told.model, known.model)) {
      return &known;
    }
  }
  for (const KnownPrinter& known : table) {
    if (known.product != 0 && known.vendor == ids.vendor && known.product == ids.product) {
      return &known;
    }
  }
  return nullptr;
}

Profile without_lacks(const Profile& site, const Profile& model) {
  Profile both = site;
  const auto keep = [](Feature& feature, Feature known) {
    if (known == Feature::absent) feature = Feature::absent;
  };
  keep(both.real_time_status, model.real_time_status);
  keep(both.automatic_status, model.automatic_status);
  keep(both.process_id, model.process_id);
  keep(both.paper_fence, model.paper_fence);
  keep(both.port_status, model.port_status);
  if (both.presenter.present == 0) both.presenter = model.presenter;
  both.write_bytes_max = std::min(both.write_bytes_max, model.write_bytes_max);
  both.pause_between_writes = std::max(both.pause_between_writes, model.pause_between_writes);
  return both;
}

}  // namespace drivers::printer
