#include "kiosk/shell/log.h"

#include <algorithm>
#include <cstdio>

namespace kiosk::shell {
namespace {

const char* prefix(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "<7>";
    case Severity::info:
      return "<6>";
    case Severity::warning:
      return "<4>";
    case Severity::error:
      return "<3>";
  }
  return "<6>";
}

void append_value(std::string& line, const std::string& value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
  });
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  line += '"';
}

}  // namespace

void log(Severity severity, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = prefix(severity);
  line += event;
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    append_value(line, value);
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void log_error(std::string_view event, const Error& error) {
  log(Severity::error, event,
      {{"domain", std::string(error.domain)},
       {"code", std::string(error.code)},
       {"what", error.what}});
}

}  // namespace kiosk::shell
