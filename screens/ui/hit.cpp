#include "screens/ui/hit.h"

#include <cstddef>

namespace screens::ui {
namespace {

/// Puts the innermost pressable node into `found`, disabled ones too.
bool find_at(const Node& node, const Box& box, Point at, Enabled around, Hit& found,
             Enabled& enabled) {
  if (!box.rect.contains(at)) return false;
  const Enabled here = around == Enabled::no ? Enabled::no : node.enabled;
  for (std::size_t i = node.children.size(); i-- > 0;) {
    if (find_at(node.children[i], box.children[i], at, here, found, enabled)) return true;
  }
  if (node.action.empty()) return false;
  found = {&node, box.rect};
  enabled = here;
  return true;
}

Hit find_in(const Node& node, const Box& box, const std::string& action) {
  if (node.enabled == Enabled::no) return {};
  if (node.action == action) return {&node, box.rect};
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Hit found = find_in(node.children[i], box.children[i], action);
    if (found.node != nullptr) return found;
  }
  return {};
}

void list(const Node& node, const Box& box, Enabled around, std::vector<Listed>& listed) {
  const Enabled here = around == Enabled::no ? Enabled::no : node.enabled;
  const bool one_thing = !node.action.empty() || !node.text.empty() || node.role == Role::status ||
                         node.role == Role::strip || node.role == Role::field;
  if (one_thing) {
    listed.push_back({node.role, name_of(node), node.action, here, box.rect});
    return;
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    list(node.children[i], box.children[i], here, listed);
  }
}

}  // namespace

Hit hit(const Scene& scene, Point at) {
  Hit found;
  Enabled enabled = Enabled::yes;
  find_at(scene.root, scene.box, at, Enabled::yes, found, enabled);
  return enabled == Enabled::yes ? found : Hit{};
}

Hit find_action(const Scene& scene, const std::string& action) {
  return action.empty() ? Hit{} : find_in(scene.root, scene.box, action);
}

std::vector<Listed> reading_order(const Scene& scene) {
  std::vector<Listed> listed;
  list(scene.root, scene.box, Enabled::yes, listed);
  return listed;
}

}  // namespace screens::ui
