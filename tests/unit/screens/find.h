#pragma once

#include <algorithm>
#include <string>

#include "screens/ui/node.h"

// What a tree shows and offers, for tests.

namespace screens {

inline bool shows(const ui::Node& node, const std::string& text) {
  return node.text == text || std::any_of(node.children.begin(), node.children.end(),
                                          [&](const auto& one) { return shows(one, text); });
}

inline bool shows(const ui::Node& node, ui::Picture picture) {
  return node.picture == picture ||
         std::any_of(node.children.begin(), node.children.end(),
                     [&](const auto& one) { return shows(one, picture); });
}

/// The node with this action; null: there is none.
inline const ui::Node* control(const ui::Node& node, const std::string& action) {
  if (node.action == action) return &node;
  for (const ui::Node& child : node.children) {
    if (const ui::Node* found = control(child, action)) return found;
  }
  return nullptr;
}

/// There is a control with this action and it can be pressed.
inline bool offers(const ui::Node& node, const std::string& action) {
  const ui::Node* found = control(node, action);
  return found != nullptr && found->enabled == ui::Enabled::yes;
}

}  // namespace screens
