#pragma once

#include <set>
#include <string>

#include "kiosk/sync/http.h"
#include "tests/simulation/crowd.h"

namespace simulation {

/// The hospital's desk: cancels, moves, checks in, takes arrivals back, merges records, at the
/// worst moments.
class Desk {
 public:
  Desk(Scene scene, Dice dice) : scene_(std::move(scene)), dice_(dice) {}

  void act();
  /// Merges the records of somebody, best of who stands before a kiosk.
  void merge();
  /// Comes between what a kiosk has read and this write of it.
  void meet(const kiosk::sync::HttpRequest& write);

 private:
  std::string some_appointment();
  const char* act_on_booked(const std::string& id);
  bool is_there(const std::string& id) const;
  void done(const char* deed, const std::string& id, const std::string& status);

  Scene scene_;
  Dice dice_;
  int arrivals_ = 0;
  std::set<std::string> undone_;
};

}  // namespace simulation
