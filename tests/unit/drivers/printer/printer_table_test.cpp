#include "drivers/printer/printer_table.h"

#include <doctest/doctest.h>

using namespace drivers::printer;

namespace {

constexpr UsbIds clone_ids = {0x0416, 0x5011};

SiteProfile named(const std::string& name) {
  for (const KnownPrinter& known : known_printers()) {
    if (known.name == name) return {name, known.profile};
  }
  FAIL("no such profile: ", name);
  return {};
}

}  // namespace

TEST_CASE("printer table: a model is known by its name, else by its ids, else not") {
  const auto name = [](UsbIds ids, const std::string& model) {
    return profile_for({}, {ids, model}).name;
  };
  CHECK(name({0x04B8, 0x0202}, "TM-T88V") == "epson-tm-t88");
  CHECK(name({0x04B8, 0x0E15}, "") == "epson-tm-t20");
  CHECK(name(clone_ids, "pos-58 v2") == "clone-58");
  CHECK(name(clone_ids, "") == "auto");  // clones of every kind share these
  CHECK(name({0x0DD4, 0x0175}, "KPM216H") == "custom-kpm");
  CHECK(name(clone_ids, "KPM216H") == "auto");  // GS e means something else elsewhere
  const auto source = [](UsbIds ids, const std::string& model) {
    return profile_for({}, {ids, model}).source;
  };
  CHECK(source({0x04B8, 0x0202}, "TM-T88V") == ProfileSource::model_name);
  CHECK(source({0x04B8, 0x0E15}, "") == ProfileSource::usb_ids);
  CHECK(source(clone_ids, "") == ProfileSource::nothing_known);
}

TEST_CASE("printer table: with \"auto\" the model's head counts, and the default's without one") {
  const Profile epson = profile_for({}, {{0x04B8, 0x0202}, "TM-T88V"}).profile;
  CHECK(epson.width_dots == 512);
  CHECK(epson.feed_units_per_dot == 2);
  CHECK(epson.cutter == Cutter::partial);
  const Profile clone = profile_for({}, {clone_ids, "POS-58"}).profile;
  CHECK(clone.width_dots == 384);
  CHECK(clone.cutter == Cutter::none);
  CHECK(profile_for({}, {clone_ids, "X"}).profile == Profile{});
  CHECK(profile_for({}, {}) == ProfileInUse{});
}

TEST_CASE("printer table: a key that the site set stands above every model") {
  SiteProfile site;
  site.width_dots = 576;  // as the default, but said
  site.cutter = Cutter::full;
  site.band_rows = 64;
  site.feed_before_cut_dots = 7;
  site.feed_units_per_dot = 3;
  for (const FoundPrinter& found : {FoundPrinter{}, FoundPrinter{{0x04B8, 0x0202}, "TM-T88V"},
                                    FoundPrinter{clone_ids, "POS-58", false}}) {
    CAPTURE(found.model);
    const Profile profile = profile_for(site, found).profile;
    CHECK(profile.width_dots == 576);
    CHECK(profile.cutter == Cutter::full);
    CHECK(profile.band_rows == 64);
    CHECK(profile.feed_before_cut_dots == 7);
    CHECK(profile.feed_units_per_dot == 3);
  }
  CHECK(profile_for(site, {{0x04B8, 0x0202}, "TM-T88V"}).model_width_dots == 512);
}

TEST_CASE("printer table: a model that the site chose stands, whatever is found") {
  const ProfileInUse use = profile_for(named("clone-80"), {{0x04B8, 0x0202}, "TM-T88V", false});
  CHECK(use.profile == named("clone-80").profile);
  CHECK(use.source == ProfileSource::configured);
  CHECK(use.name == "clone-80");
  CHECK(use.model_width_dots == 512);
  SiteProfile narrow = named("full");
  narrow.width_dots = 384;
  CHECK(profile_for(narrow, {}).profile.width_dots == 384);
}

TEST_CASE("printer table: what a printer tells of its cutter stands above its model's name") {
  const auto cutter = [](const std::string& model, std::optional<bool> told) {
    return profile_for({}, {clone_ids, model, told}).profile.cutter;
  };
  CHECK(cutter("POS-58", std::nullopt) == Cutter::none);
  CHECK(cutter("POS-58", true) == Cutter::partial);
  CHECK(cutter("X", std::nullopt) == Cutter::partial);
  CHECK(cutter("X", false) == Cutter::none);
  CHECK(profile_for({}, {clone_ids, "X", false}).profile.feed_before_cut_dots >
        Profile{}.feed_before_cut_dots);
  CHECK(profile_for({}, {clone_ids, "POS-58", true}).profile.feed_before_cut_dots ==
        Profile{}.feed_before_cut_dots);
}

TEST_CASE("printer table: of lacks and pace the more cautious of the site's and the model's hold") {
  SiteProfile site;
  site.profile.paper_fence = Feature::absent;
  site.profile.write_bytes_max = 512;
  site.profile.presenter.take_limit = kiosk::Milliseconds(9'000);
  const Profile profile = profile_for(site, {{0x0DD4, 0x0175}, "KPM216H"}).profile;
  CHECK(profile.process_id == Feature::absent);
  CHECK(profile.paper_fence == Feature::absent);
  CHECK(profile.real_time_status == Feature::present);
  CHECK(profile.write_bytes_max == 512);
  CHECK(profile.presenter.withdraw == 2);
  CHECK(profile.presenter.take_limit == kiosk::Milliseconds(9'000));
}

TEST_CASE("printer table: names are texts that end, and the first is the default") {
  for (const KnownPrinter& known : known_printers()) {
    CAPTURE(known.name);
    CHECK(std::string(known.name.data()) == known.name);
  }
  CHECK(known_printers().front().profile == Profile{});
  CHECK(known_printers().front().name == profile_by_model);
}
