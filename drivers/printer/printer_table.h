#pragma once

// What is known of models: for a site to choose from, and for a driver to go by when it finds such
// a model. Clones share USB ids, so a site's own word stands above all of it.

#include <cstdint>
#include <optional>
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

/// The first, "auto", is the default: it goes by the model that is found.
std::span<const KnownPrinter> known_printers();

struct UsbIds {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;

  bool operator==(const UsbIds&) const = default;
};

/// What a printer told of itself.
struct FoundPrinter {
  UsbIds ids;
  std::string model;                 ///< its name for itself; empty: it told none
  std::optional<bool> has_cutter{};  ///< the answer to GS I 2, of one that knows GS I
};

/// The profile by which the found printer is driven: what the site set, else what is known of its
/// model, by name before ids, else what it told, else the default. A lack of a known model holds
/// beside the site's, and the slower pace of both.
ProfileInUse profile_for(const SiteProfile& site, const FoundPrinter& found);

}  // namespace drivers::printer
