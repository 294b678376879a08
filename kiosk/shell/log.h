#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "kiosk/base/result.h"

namespace kiosk::shell {

enum class Severity { debug, info, warning, error };

using LogField = std::pair<std::string_view, std::string>;

/// Writes one line to stderr: `<6>event key=value key="two words"`, with journald's priority prefix
/// (sd-daemon(3)). Callers give nothing of a patient: ids of our own, counts, states, error texts.
/// Thread: any; a line is written whole.
void log(Severity severity, std::string_view event, std::initializer_list<LogField> fields = {});

/// Logs an error with its domain, code and text.
void log_error(std::string_view event, const Error& error);

}  // namespace kiosk::shell
