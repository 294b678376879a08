// Every screen as text, compared exactly, and as a small picture, compared with a little tolerance.
#include <cairo.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "screens/face.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;

namespace {

namespace fs = std::filesystem;

const fs::path goldens = fs::path(KIOSK_SOURCE_DIR) / "tests/golden/screens";
const fs::path kept = fs::path(KIOSK_BUILD_DIR) / "failed-screens";
constexpr int reduction = 3;

/// Colours are kept in 16 steps a channel: a tenth of the bytes, and all that a check needs.
constexpr int color_step = 16;

/// Variants whose words say all that is different about them.
const std::set<std::string> only_text = {"welcome_no_scanner",
                                         "welcome_entry_locked",
                                         "closed_nothing_usable",
                                         "closed_stopped_issuing",
                                         "help_confirm",
                                         "looking_up_code",
                                         "looking_up_entry",
                                         "entry",
                                         "entry_last",
                                         "entry_complete",
                                         "choose",
                                         "choose_none",
                                         "choose_five",
                                         "confirm",
                                         "confirm_waiting",
                                         "confirm_changed",
                                         "confirm_no_paper",
                                         "confirm_late",
                                         "confirm_long",
                                         "confirm_many",
                                         "done_printing",
                                         "done_copied",
                                         "done_kept",
                                         "done_failed",
                                         "done_unknown_copy",
                                         "done_many",
                                         "already_copy_printing",
                                         "already_copy_printed",
                                         "already_copy_unknown",
                                         "too_early_ending",
                                         "cancelled",
                                         "cancelled_by_patient",
                                         "remote_video",
                                         "code_unknown_no_devices"};

bool updating() {
  return std::getenv("UPDATE_GOLDEN") != nullptr;
}

/// What the tree says, one node a line; groups that only arrange others are left out.
void write(const ui::Node& node, int depth, std::string& out) {
  const bool arranges = node.role == ui::Role::group && node.action.empty();
  if (!arranges && !(node.role == ui::Role::text && node.text.empty())) {
    out += std::string(static_cast<std::size_t>(depth) * 2, ' ') + screens::name(node.role);
    if (node.picture != ui::Picture::none) {
      out += " #" + std::to_string(static_cast<int>(node.picture));
    }
    if (!node.action.empty()) out += " [" + node.action + "]";
    if (node.enabled == ui::Enabled::no) out += " disabled";
    if (!node.text.empty()) out += " \"" + node.text + "\"";
    out += '\n';
    ++depth;
  }
  for (const ui::Node& child : node.children) write(child, depth, out);
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void save(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

const unsigned char* row_of(const ui::Surface& surface, int y) {
  return cairo_image_surface_get_data(surface.get()) +
         static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface.get());
}

/// One pixel for each square of `reduction` pixels: their mean.
ui::Surface reduced(const ui::Surface& from) {
  const ui::Size whole = ui::size_of(from);
  const ui::Size size{whole.width / reduction, whole.height / reduction};
  ui::Surface to = ui::make_surface(size);
  cairo_surface_flush(to.get());
  for (int y = 0; y < size.height; ++y) {
    auto* out = const_cast<unsigned char*>(row_of(to, y));
    for (int x = 0; x < size.width * 4; ++x) {
      int sum = 0;
      for (int j = 0; j < reduction; ++j) {
        const unsigned char* row = row_of(from, y * reduction + j);
        for (int i = 0; i < reduction; ++i) sum += row[(x / 4 * reduction + i) * 4 + x % 4];
      }
      const int mean = sum / (reduction * reduction);
      out[x] = static_cast<unsigned char>(mean / color_step * color_step + color_step / 2);
    }
  }
  cairo_surface_mark_dirty(to.get());
  return to;
}

/// Pixels that differ by more than a shade; -1 when the sizes differ.
int differing(const ui::Surface& a, const ui::Surface& b) {
  constexpr int shade = 2 * color_step;
  const ui::Size size = ui::size_of(a);
  if (size != ui::size_of(b)) return -1;
  int count = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      int most = 0;
      for (int channel = 0; channel < 3; ++channel) {
        most =
            std::max(most, std::abs(row_of(a, y)[x * 4 + channel] - row_of(b, y)[x * 4 + channel]));
      }
      count += most > shade ? 1 : 0;
    }
  }
  return count;
}

bool same_picture(const fs::path& path, const ui::Surface& picture) {
  constexpr int differing_max = 60;  // of 230 400: rounding at the edges of letters
  const ui::Surface wanted(cairo_image_surface_create_from_png(path.c_str()));
  if (cairo_surface_status(wanted.get()) != CAIRO_STATUS_SUCCESS) return false;
  const int count = differing(picture, wanted);
  return count >= 0 && count <= differing_max;
}

void check_text(const std::string& name, const ui::Node& tree) {
  std::string text;
  write(tree, 0, text);
  const fs::path path = goldens / (name + ".txt");
  if (updating()) save(path, text);
  const bool same = read(path) == text;
  if (!same) save(kept / (name + ".txt"), text);
  CHECK_MESSAGE(same, "text of ", name, ", kept in ", kept.string());
}

void check_picture(const std::string& name, const ui::Scene& scene) {
  ui::Painter painter(ui::test_fonts());
  painter.paint(scene, "", 1);
  const ui::Surface small = reduced(painter.surface());
  const fs::path path = goldens / (name + ".png");
  if (updating() && !same_picture(path, small)) {
    fs::create_directories(path.parent_path());
    REQUIRE(ui::write_png(small, path.string()).has_value());
  }
  const bool same = same_picture(path, small);
  if (!same) {
    fs::create_directories((kept / name).parent_path());
    CHECK(ui::write_png(painter.surface(), (kept / (name + ".png")).string()).has_value());
  }
  CHECK_MESSAGE(same, "picture of ", name, ", kept in ", kept.string());
}

}  // namespace

TEST_CASE("screens: every screen says and looks what was agreed, in every language") {
  for (const std::string& language : test_languages) {
    for (const Sample& sample : sample_models(language)) {
      const ui::Scene scene = scene_of(sample.model);
      const std::string name = language + "/" + sample.name;
      check_text(name, scene.root);
      if (!only_text.contains(sample.name)) check_picture(name, scene);
    }
  }
}
