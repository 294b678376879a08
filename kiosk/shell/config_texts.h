#pragma once

#include <optional>
#include <string>

#include "kiosk/domain/civil_time.h"
#include "kiosk/shell/config_keys.h"

namespace kiosk::shell {

/// What a text of that form looks like, for people.
const char* form_in_words(TextForm form);

/// What is wrong with a text, without repeating it; empty when nothing is. Thread: any.
std::string wrong_with_text(TextForm form, const std::string& text, Instant now);

/// 1 for "mon" .. 7 for "sun", else 0.
int weekday_of(const std::string& name);

/// "HH:MM" up to 24:00.
std::optional<domain::TimeOfDay> parse_time_of_day(const std::string& text);

}  // namespace kiosk::shell
