#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/shell/face.h"
#include "kiosk/text/fonts.h"
#include "screens/ui/catalogue.h"
#include "screens/ui/hit.h"
#include "screens/ui/layout.h"
#include "screens/ui/painter.h"
#include "screens/ui/touch.h"
#include "screens/ui/window.h"
#include "screens/view.h"

namespace screens {

/// Something beside the kiosk's face in the same window: the demo's tray. Its taps never reach the
/// kiosk. Both functions are called on the UI thread.
struct Panel {
  std::function<ui::Node()> tree;
  std::function<void(const std::string& action)> tapped;
  int width = 900;  ///< logical pixels
};

enum class FaceMode { fullscreen, window, headless };

struct FaceArguments {
  journeys::Rules rules;
  kiosk::text::FontList fonts = kiosk::text::debian_fonts(kiosk::text::Pitch::proportional);
  std::string locale_folder;  ///< holds TAG.mo for each of the rules' languages
  FaceMode mode = FaceMode::fullscreen;
  int window_width = 0;  ///< of FaceMode::window; 0 x 0: as large as the display allows
  int window_height = 0;
  std::optional<Panel> panel;
};

/// The kiosk's screen: view, layout, painter, touch and window behind the shell's seam.
/// Thread: the one that created it (UI), except `wake` and `panel_changed`.
class KioskFace : public kiosk::shell::Face {
 public:
  /// Errors: those of fonts, catalogues and window.
  static kiosk::Result<std::unique_ptr<KioskFace>> create(FaceArguments arguments);
  /// In a window that is there already; `mode` and its size are not looked at.
  static kiosk::Result<std::unique_ptr<KioskFace>> create(FaceArguments arguments,
                                                          std::unique_ptr<ui::Window> window);

  void show(const journeys::Model& model) override;
  std::vector<std::string> wait(kiosk::Milliseconds limit) override;
  void wake() override { window_->wake(); }
  bool closed() const override { return closed_; }
  std::vector<kiosk::shell::SceneNode> nodes() const override;
  std::string hit(double x, double y) const override;
  kiosk::Result<void> screenshot(const std::string& path) override;

  /// The panel's tree has changed: it is drawn anew soon. Thread: any.
  void panel_changed() { window_->wake(); }
  /// Face and panel as one picture. Errors: shell/screenshot.
  kiosk::Result<void> screenshot_with_panel(const std::string& path);

  /// The face as it is laid out now; for checks.
  const ui::Scene& scene() const { return scene_; }

 private:
  /// What tells one screen from the next: a finger must not press what was not there.
  struct Controls {
    std::string screen;
    std::vector<std::pair<std::string, ui::Rect>> places;

    bool operator==(const Controls&) const = default;
  };

  KioskFace(FaceArguments arguments, kiosk::text::Fonts fonts,
            std::map<std::string, ui::Catalogue> texts, std::unique_ptr<ui::Window> window);

  Controls controls(const journeys::Model& model) const;
  std::optional<std::string> take(const ui::WindowEvent& event);
  std::optional<std::string> touched(const ui::TouchEvent& event);
  void lay_out_panel();
  ui::Scene whole() const;
  void repaint();
  kiosk::Result<void> write_picture(const ui::Scene& scene, const std::string& path);

  const journeys::Rules rules_;
  const std::optional<Panel> panel_;
  const std::map<std::string, ui::Catalogue> texts_;  // by language
  std::unique_ptr<kiosk::text::Fonts> fonts_;         // borrowed by layouts and painter
  std::unique_ptr<ui::Window> window_;
  ui::Layout layout_;
  ui::Layout panel_layout_;
  ui::Painter painter_;
  ui::Touch touch_;
  ui::Touch panel_touch_;

  ui::Node tree_;        // what `scene_` was laid out from, in full size
  ui::Scene scene_;      // the face
  ui::Node panel_tree_;  // likewise
  ui::Scene panel_scene_;
  Controls controls_;
  bool closed_ = false;
};

/// The name of a role for automation: "button".
const char* name(ui::Role role);

}  // namespace screens
