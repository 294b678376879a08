#include "screens/face.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/overloaded.h"
#include "screens/ui/headless_window.h"

namespace screens {
namespace {

/// A panel may change without telling: it is looked at this often.
constexpr kiosk::Milliseconds panel_period{250};

int width_of(const std::optional<Panel>& panel) {
  return ui::canvas_width + (panel ? panel->width : 0);
}

kiosk::Result<std::unique_ptr<ui::Window>> window_for(const FaceArguments& arguments) {
  if (arguments.mode == FaceMode::headless) {
    return std::unique_ptr<ui::Window>(std::make_unique<ui::HeadlessWindow>());
  }
  ui::WindowOptions options;
  options.mode = arguments.mode == FaceMode::fullscreen ? ui::WindowOptions::Mode::fullscreen
                                                        : ui::WindowOptions::Mode::sized;
  options.canvas = {width_of(arguments.panel), ui::canvas_height};
  options.size = {arguments.window_width, arguments.window_height};
  return ui::open_window(options);
}

}  // namespace

const char* name(ui::Role role) {
  switch (role) {
    case ui::Role::screen:
      return "screen";
    case ui::Role::group:
      return "group";
    case ui::Role::heading:
      return "heading";
    case ui::Role::text:
      return "text";
    case ui::Role::label:
      return "label";
    case ui::Role::button:
      return "button";
    case ui::Role::field:
      return "field";
    case ui::Role::picture:
      return "picture";
    case ui::Role::status:
      return "status";
    case ui::Role::strip:
      return "strip";
  }
  return "";
}

kiosk::Result<std::unique_ptr<KioskFace>> KioskFace::create(FaceArguments arguments) {
  auto window = window_for(arguments);
  if (!window) return kiosk::pass_on(std::move(window.error()));
  return create(std::move(arguments), std::move(*window));
}

kiosk::Result<std::unique_ptr<KioskFace>> KioskFace::create(FaceArguments arguments,
                                                            std::unique_ptr<ui::Window> window) {
  auto fonts = kiosk::text::Fonts::create(arguments.fonts);
  if (!fonts) return kiosk::pass_on(std::move(fonts.error()));
  std::map<std::string, ui::Catalogue> texts;
  for (const journeys::Language& language : arguments.rules.languages) {
    auto catalogue = ui::Catalogue::load(arguments.locale_folder + "/" + language.tag + ".mo");
    if (!catalogue) return kiosk::pass_on(std::move(catalogue.error()));
    texts.emplace(language.tag, std::move(*catalogue));
  }
  return std::unique_ptr<KioskFace>(
      new KioskFace(std::move(arguments), std::move(*fonts), std::move(texts), std::move(window)));
}

KioskFace::KioskFace(FaceArguments arguments, kiosk::text::Fonts fonts,
                     std::map<std::string, ui::Catalogue> texts, std::unique_ptr<ui::Window> window)
    : rules_(std::move(arguments.rules)),
      panel_(std::move(arguments.panel)),
      texts_(std::move(texts)),
      fonts_(std::make_unique<kiosk::text::Fonts>(std::move(fonts))),
      window_(std::move(window)),
      layout_(*fonts_),
      panel_layout_(*fonts_),
      painter_(*fonts_) {}

void KioskFace::show(const journeys::Model& model) {
  const auto found = texts_.find(model.session.language);
  static const ui::Catalogue english;
  const ui::Catalogue& texts = found == texts_.end() ? english : found->second;
  ui::Node tree = view(rules_, model, texts);
  if (tree != tree_) {
    tree_ = std::move(tree);
    scene_ = laid_out_view(layout_, rules_, model, texts);
  }
  Controls now = controls(model);
  if (now != controls_) {
    controls_ = std::move(now);
    touch_.shown(window_->ticks());
  }
  lay_out_panel();
  repaint();
}

KioskFace::Controls KioskFace::controls(const journeys::Model& model) const {
  Controls found;
  found.screen = journeys::name(model.screen);
  if (model.session.overlay == journeys::Overlay::help) found.screen += " help";
  // The same buttons below other details: nobody may confirm what she has not read.
  const auto* confirm = std::get_if<journeys::Confirm>(&model.screen);
  if (confirm != nullptr && confirm->changed) found.screen += " changed";
  for (const ui::Listed& node : ui::reading_order(scene_)) {
    if (node.action.empty() || node.action == actions::more_time) continue;
    found.places.emplace_back(node.action, node.rect);
  }
  return found;
}

std::vector<std::string> KioskFace::wait(kiosk::Milliseconds limit) {
  constexpr int events_max = 64;
  if (panel_) limit = std::min(limit, panel_period);
  std::vector<std::string> tapped;
  // A tap may change the screen, so what comes after it waits for the next call.
  for (int i = 0; i < events_max && tapped.empty() && !closed_; ++i) {
    const auto event = window_->wait(i == 0 ? limit : kiosk::Milliseconds(0));
    if (!event) break;
    if (auto action = take(*event)) tapped.push_back(std::move(*action));
  }
  lay_out_panel();
  repaint();
  return tapped;
}

std::optional<std::string> KioskFace::take(const ui::WindowEvent& event) {
  using Action = std::optional<std::string>;
  return std::visit(kiosk::overloaded{
                        [&](const ui::TouchEvent& touch) -> Action { return touched(touch); },
                        [&](const ui::CloseAsked&) -> Action {
                          closed_ = true;
                          return std::nullopt;
                        },
                        [&](const ui::Exposed&) -> Action {
                          repaint();
                          if (!painter_.surface()) return std::nullopt;
                          const ui::Size size = ui::size_of(painter_.surface());
                          window_->present(painter_.surface(), {0, 0, size.width, size.height});
                          return std::nullopt;
                        },
                        [&](const ui::Woken&) -> Action { return std::nullopt; },
                    },
                    event);
}

std::optional<std::string> KioskFace::touched(const ui::TouchEvent& event) {
  if (panel_) {
    if (const auto action = panel_touch_.step(event, panel_scene_)) panel_->tapped(*action);
  }
  return touch_.step(event, scene_);
}

void KioskFace::lay_out_panel() {
  if (!panel_) return;
  ui::Node tree = panel_->tree();
  if (tree == panel_tree_) return;
  panel_tree_ = tree;
  tree.style.width = panel_->width;
  tree.style.height = ui::canvas_height;
  // The face's place is left free, so that all rectangles are those of the window's canvas.
  const ui::Size canvas{width_of(panel_), ui::canvas_height};
  ui::Node root = ui::row({.width = canvas.width, .height = canvas.height},
                          {ui::column({.width = ui::canvas_width}, {}), std::move(tree)});
  panel_scene_ = panel_layout_.lay_out(
      std::move(root), {.theme = {}, .language = rules_.languages.front().tag, .canvas = canvas});
}

ui::Scene KioskFace::whole() const {
  if (!panel_) return scene_;
  ui::Scene both;
  both.root = panel_scene_.root;
  both.box = panel_scene_.box;
  both.root.children.front() = scene_.root;
  both.box.children.front() = scene_.box;
  return both;
}

void KioskFace::repaint() {
  if (scene_.box.rect.empty()) return;
  std::string pressed = touch_.pressed(window_->ticks());
  if (pressed.empty()) pressed = panel_touch_.pressed(window_->ticks());
  const double scale = window_->viewport().scale;
  const ui::Rect changed =
      panel_ ? painter_.paint(whole(), pressed, scale) : painter_.paint(scene_, pressed, scale);
  if (!changed.empty()) window_->present(painter_.surface(), changed);
}

std::vector<kiosk::shell::SceneNode> KioskFace::nodes() const {
  std::vector<kiosk::shell::SceneNode> found;
  for (const ui::Listed& node : ui::reading_order(scene_)) {
    found.push_back({name(node.role), node.text, node.action, node.enabled == ui::Enabled::yes,
                     static_cast<double>(node.rect.x), static_cast<double>(node.rect.y),
                     static_cast<double>(node.rect.width), static_cast<double>(node.rect.height)});
  }
  return found;
}

std::string KioskFace::hit(double x, double y) const {
  const ui::Hit found = ui::hit(scene_, {static_cast<int>(x), static_cast<int>(y)});
  return found.node == nullptr ? std::string() : found.node->action;
}

kiosk::Result<void> KioskFace::screenshot(const std::string& path) {
  return write_picture(scene_, path);
}

kiosk::Result<void> KioskFace::screenshot_with_panel(const std::string& path) {
  lay_out_panel();
  return write_picture(whole(), path);
}

/// In full size, whatever the window's is.
kiosk::Result<void> KioskFace::write_picture(const ui::Scene& scene, const std::string& path) {
  if (scene.box.rect.empty()) {
    return kiosk::fail("shell", "screenshot", path + ": nothing is shown yet");
  }
  ui::Painter painter(*fonts_);
  painter.paint(scene, "", 1);
  const auto written = ui::write_png(painter.surface(), path);
  if (!written) return kiosk::fail("shell", "screenshot", written.error().what);
  return {};
}

}  // namespace screens
