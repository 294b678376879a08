#include "drivers/printer/printer_table.h"

#include <algorithm>
#include <array>

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;

/// Only prints: a clone that answers nothing and drops bytes that come too fast.
constexpr Profile plain() {
  Profile profile;
  profile.real_time_status = Feature::absent;
  profile.automatic_status = Feature::absent;
  profile.process_id = Feature::absent;
  profile.paper_fence = Feature::absent;
  profile.pause_between_writes = Milliseconds(50);
  return profile;
}

constexpr int to_tear_bar_dots = 96;  // 12 mm

/// The paper is torn off by hand, at a bar behind the head.
constexpr Profile torn(Profile profile) {
  profile.cutter = Cutter::none;
  profile.feed_before_cut_dots = to_tear_bar_dots;
  return profile;
}

constexpr Profile narrow(Profile profile) {
  profile.width_dots = 384;
  return profile;
}

/// Answers DLE EOT and GS r, knows no GS ( H.
constexpr Profile clone() {
  Profile profile;
  profile.process_id = Feature::absent;
  return profile;
}

/// Vertical motion units of half a dot, 1/360 and 1/406 inch.
constexpr Profile half_dots(int width_dots) {
  Profile profile;
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
    KnownPrinter{"full", "", 0, 0, Profile{}},
    KnownPrinter{"plain", "", 0, 0, plain()},
    KnownPrinter{"plain-58", "", 0, 0, narrow(plain())},
    KnownPrinter{"clone-58", "POS-58", 0, 0, torn(narrow(clone()))},
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

struct Match {
  const KnownPrinter* printer = nullptr;
  ProfileSource source = ProfileSource::nothing_known;
};

/// The entry that fits best: by the model's name, else by its ids.
Match match(const FoundPrinter& found) {
  const auto fits = [](std::uint16_t wanted, std::uint16_t is) {
    return wanted == 0 || wanted == is;
  };
  for (const KnownPrinter& known : table) {
    if (!known.model.empty() && fits(known.vendor, found.ids.vendor) &&
        begins_with(found.model, known.model)) {
      return {&known, ProfileSource::model_name};
    }
  }
  for (const KnownPrinter& known : table) {
    if (known.product != 0 && UsbIds{known.vendor, known.product} == found.ids) {
      return {&known, ProfileSource::usb_ids};
    }
  }
  return {};
}

/// The site's profile as the model is: its head and its presenter, what either of them lacks, and
/// the slower pace.
Profile fitted(const Profile& site, const Profile& model) {
  Profile both = site;
  both.width_dots = model.width_dots;
  both.band_rows = model.band_rows;
  both.cutter = model.cutter;
  both.feed_before_cut_dots = model.feed_before_cut_dots;
  both.feed_units_per_dot = model.feed_units_per_dot;
  const auto keep = [](Feature& feature, Feature known) {
    if (known == Feature::absent) feature = Feature::absent;
  };
  keep(both.real_time_status, model.real_time_status);
  keep(both.automatic_status, model.automatic_status);
  keep(both.process_id, model.process_id);
  keep(both.paper_fence, model.paper_fence);
  keep(both.port_status, model.port_status);
  if (site.presenter.present == 0) {
    both.presenter = model.presenter;
    both.presenter.take_limit = site.presenter.take_limit;
  }
  both.write_bytes_max = std::min(site.write_bytes_max, model.write_bytes_max);
  both.pause_between_writes = std::max(site.pause_between_writes, model.pause_between_writes);
  return both;
}

}  // namespace

std::span<const KnownPrinter> known_printers() {
  return table;
}

ProfileInUse profile_for(const SiteProfile& site, const FoundPrinter& found) {
  const Match model = match(found);
  ProfileInUse use{site.profile, site.name, ProfileSource::configured, 0};
  Profile& profile = use.profile;
  if (model.printer != nullptr) use.model_width_dots = model.printer->profile.width_dots;
  if (site.name == profile_by_model) {
    use.source = model.source;
    if (model.printer != nullptr) {
      use.name = model.printer->name;
      profile = fitted(site.profile, model.printer->profile);
    }
    if (found.has_cutter == false) profile = torn(profile);
    if (found.has_cutter == true && profile.cutter == Cutter::none) {
      profile.cutter = Cutter::partial;
      profile.feed_before_cut_dots = Profile{}.feed_before_cut_dots;
    }
  }
  profile.width_dots = site.width_dots.value_or(profile.width_dots);
  profile.band_rows = site.band_rows.value_or(profile.band_rows);
  profile.cutter = site.cutter.value_or(profile.cutter);
  profile.feed_before_cut_dots = site.feed_before_cut_dots.value_or(profile.feed_before_cut_dots);
  profile.feed_units_per_dot = site.feed_units_per_dot.value_or(profile.feed_units_per_dot);
  return use;
}

}  // namespace drivers::printer
