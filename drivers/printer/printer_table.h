#pragma once

// What is known of models: defaults for a site to choose from, and what a driver leaves out when it
// finds such a model. Clones share USB ids, so a site's own word stands above all of it.

#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/printer/device_id.h"
#include "drivers/printer/profile.h"

namespace drivers::printer {

struct KnownPrinter {
  std::string_view name;   ///< in the configuration; static storage
  std::string_view model;  ///< what its name for itself begins with; empty: known by its id alone
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;  ///< USB ids; 0: any
  Profile profile;
};

/// The first, "auto", is the default: it has everything but what the found model lacks.
std::span<const KnownPrinter> known_printers();

struct UsbIds {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;

  bool operator==(const UsbIds&) const = default;
};

/// The entry that fits best: by the model's name, else by its ids; null when none does.
const KnownPrinter* find_printer(UsbIds ids, const DeviceId& told);

/// The site's profile without what the model is known to lack, and with its presenter and its
/// limits of pace. Width, bands, cutter and units stay the site's, because tickets are laid out
/// before a printer is found.
Profile without_lacks(const Profile& site, const Profile& model);

}  // namespace drivers::printer
