#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "kiosk/base/instant.h"

namespace drivers::printer {

enum class Cutter { none, full, partial };

/// Whether a model has a feature; cheap clones lack many of them.
enum class Feature { present, absent };

/// What a kiosk printer does with a ticket after its cut: it holds it out, and takes it out of
/// sight when nobody does. The numbers are the n of GS e, whose meaning differs by family: wrong
/// ones do anything, so only a profile that names the model may set them.
struct Presenter {
  int present = 0;                         ///< 0: it has none
  int present_steps = 0;                   ///< how far, in the model's own steps
  int withdraw = 0;                        ///< retract, or eject where it cannot; 0: neither
  kiosk::Milliseconds take_limit{45'000};  ///< held out -> withdrawn

  bool operator==(const Presenter&) const = default;
};

/// What a receipt printer is and what it lacks. The defaults are an 80 mm printer of 203 dpi that
/// has everything.
struct Profile {
  int width_dots = 576;  ///< printable dots in a row: 384 (58 mm), 512 or 576 (80 mm)
  int band_rows = 128;   ///< rows of one GS v 0 command; clones garble more than about 1000
  Cutter cutter = Cutter::partial;
  int feed_before_cut_dots = 24;  ///< with GS V 65/66, on top of the way to the cutter
  int feed_units_per_dot = 1;     ///< vertical motion units: 2 where the model's are half a dot
  Presenter presenter;

  Feature real_time_status = Feature::present;  ///< answers DLE EOT
  Feature automatic_status = Feature::present;  ///< knows GS a (ASB)
  Feature process_id = Feature::present;        ///< probe GS ( H; a probe may find it missing
  Feature paper_fence = Feature::present;       ///< probe GS r 1; a probe may find it missing
  Feature port_status = Feature::present;       ///< its GET_PORT_STATUS can be believed

  std::size_t write_bytes_max = 4096;             ///< of one USB transfer
  kiosk::Milliseconds pause_between_writes{0};    ///< for clones that drop bytes
  kiosk::Milliseconds open_settle{200};           ///< first commands are lost before that
  kiosk::Milliseconds no_progress_limit{30'000};  ///< a write that takes no byte gives up
  kiosk::Milliseconds completion_limit{20'000};   ///< last byte taken -> completion report

  bool operator==(const Profile&) const = default;
};

inline constexpr const char* profile_by_model = "auto";

/// What a site says of its printer. With "auto" the model that is found fills what is left open.
struct SiteProfile {
  std::string name = profile_by_model;  ///< in the table of printers
  Profile profile;                      ///< the one of that name, with the site's other keys
  std::optional<int> width_dots{};      ///< the site's own word, above any model's
  std::optional<int> band_rows{};
  std::optional<Cutter> cutter{};
  std::optional<int> feed_before_cut_dots{};
  std::optional<int> feed_units_per_dot{};

  bool operator==(const SiteProfile&) const = default;
};

/// Where the profile comes from by which a printer is driven.
enum class ProfileSource { configured, model_name, usb_ids, nothing_known };

struct ProfileInUse {
  Profile profile;
  std::string name = profile_by_model;
  ProfileSource source = ProfileSource::nothing_known;
  int model_width_dots = 0;  ///< of the model that was found; 0: not known

  bool operator==(const ProfileInUse&) const = default;
};

}  // namespace drivers::printer
