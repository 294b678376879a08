#include "screens/ui/node.h"

namespace screens::ui {

// Written out: clang 14 crashes on a defaulted comparison of a type that holds a vector of itself.
bool Node::operator==(const Node& other) const {
  return role == other.role && text == other.text && action == other.action &&
         enabled == other.enabled && picture == other.picture && bitmap == other.bitmap &&
         style == other.style && children == other.children;
}

namespace {

void collect(const Node& node, std::string& words) {
  if (!node.text.empty()) {
    if (!words.empty()) words += ' ';
    words += node.text;
  }
  for (const Node& child : node.children) collect(child, words);
}

}  // namespace

std::string name_of(const Node& node) {
  if (!node.text.empty()) return node.text;
  std::string words;
  collect(node, words);
  return words;
}

}  // namespace screens::ui
