#pragma once

#include <string>
#include <vector>

#include "kiosk/journeys/model.h"
#include "kiosk/journeys/rules.h"

// Every screen and outcome as a model, with invented people: what tests and pictures are made of.

namespace screens {

struct Sample {
  std::string name;  ///< of its goldens: "confirm", "done_offline"
  kiosk::journeys::Model model;
};

/// A hospital with two languages, two clinics and directions.
kiosk::journeys::Rules sample_rules();

/// Each screen and outcome in its states, in a fixed order.
std::vector<Sample> sample_models(const std::string& language);

/// The sample of that name; there must be one.
kiosk::journeys::Model sample_model(const std::string& name, const std::string& language);

}  // namespace screens
