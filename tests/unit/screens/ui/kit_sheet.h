#pragma once

#include "screens/ui/kit.h"

namespace screens::ui {

/// Every widget of the kit on one page, and every icon.
Node kit_sheet();

/// Screens as the look draws them, made with the kit.
Node welcome_page();
Node confirm_page();
Node early_page();
Node done_page();

}  // namespace screens::ui
