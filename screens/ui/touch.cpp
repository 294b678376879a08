#include "screens/ui/touch.h"

#include "screens/ui/hit.h"

namespace screens::ui {
namespace {

std::string action_at(const Scene& scene, Point place) {
  const Hit found = hit(scene, place);
  return found.node == nullptr ? std::string() : found.node->action;
}

bool slid_away(Point from, Point to) {
  const std::int64_t x = to.x - from.x;
  const std::int64_t y = to.y - from.y;
  return x * x + y * y > std::int64_t{slide_max_px} * slide_max_px;
}

}  // namespace

void Touch::shown(kiosk::Milliseconds at) {
  shown_at_ = at;
  if (contact_) contact_->action.clear();
}

bool Touch::is_stuck(const Contact& contact, kiosk::Milliseconds now) {
  return now - contact.since > contact_time_max;
}

std::optional<std::string> Touch::step(const TouchEvent& event, const Scene& scene) {
  const bool stuck = contact_ && is_stuck(*contact_, event.at);
  if (event.kind == TouchEvent::Kind::down) {
    if (contact_ && contact_->finger != event.finger && !stuck) return std::nullopt;
    const bool fresh = shown_at_ && event.at < *shown_at_ + fresh_screen_time;
    contact_ = Contact{.finger = event.finger,
                       .start = event.place,
                       .since = event.at,
                       .action = fresh ? std::string() : action_at(scene, event.place)};
    return std::nullopt;
  }

  if (!contact_ || contact_->finger != event.finger) return std::nullopt;
  if (stuck || slid_away(contact_->start, event.place) ||
      action_at(scene, event.place) != contact_->action) {
    contact_->action.clear();
  }
  if (event.kind == TouchEvent::Kind::move) return std::nullopt;
  const std::string action = contact_->action;
  contact_.reset();
  if (action.empty()) return std::nullopt;
  return action;
}

std::string Touch::pressed(kiosk::Milliseconds now) const {
  if (!contact_ || is_stuck(*contact_, now)) return {};
  return contact_->action;
}

}  // namespace screens::ui
