#pragma once

#include <string>
#include <vector>

#include "screens/ui/layout.h"

namespace screens::ui {

/// A node and where it lies; `node` borrows from the scene.
struct Hit {
  const Node* node = nullptr;
  Rect rect;
};

/// The innermost node with an action at this place; `node` is null when there is none or when it
/// (or one around it) is disabled. Later children lie in front.
Hit hit(const Scene& scene, Point at);

/// The first enabled node with this action in reading order; `node` is null when there is none.
Hit find_action(const Scene& scene, const std::string& action);

/// What speech and automation know of a node.
struct Listed {
  Role role = Role::group;
  std::string text;
  std::string action;
  Enabled enabled = Enabled::yes;
  Rect rect;

  bool operator==(const Listed&) const = default;
};

/// The screen in reading order: what can be pressed (as one, with all its words), and every text
/// and every field or status outside of that; containers and decoration are left out.
std::vector<Listed> reading_order(const Scene& scene);

}  // namespace screens::ui
