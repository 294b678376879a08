#pragma once

#include "screens/page.h"
#include "screens/ui/layout.h"

namespace screens {

/// What the kiosk shows: the one function from its model to a screen.
///
/// texts: those of the session's language. Thread: any; pure.
ui::Node view(const journeys::Rules& rules, const journeys::Model& model,
              const ui::Catalogue& texts, Fit fit = {});

/// The screen laid out, at the roomiest fit in which nothing sticks out: sites' names and
/// directions have any length. When even the smallest is too large the scene says so in its flaws.
/// Thread: that of `layout`.
ui::Scene laid_out_view(ui::Layout& layout, const journeys::Rules& rules,
                        const journeys::Model& model, const ui::Catalogue& texts,
                        const ui::Theme& theme = {});

}  // namespace screens
