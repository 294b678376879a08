#include "kiosk/shell/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

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

/// POLLOUT promises a pipe room for so much (pipe(7), PIPE_BUF), so that the write does not wait.
constexpr std::size_t line_bytes_max = 4'096;

/// Whoever reads the log may stand still; the kiosk must not. False: the line is lost.
bool write_at_once(std::string_view line) {
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  if (poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0) return false;
  return write(STDERR_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

std::atomic<int> lines_lost{0};

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
  if (line.size() >= line_bytes_max) line.resize(line_bytes_max - 1);
  line += '\n';
  if (const int lost = lines_lost.exchange(0); lost > 0) {
    if (!write_at_once("<4>log_lines_lost count=" + std::to_string(lost) + '\n'))
      lines_lost += lost;
  }
  if (!write_at_once(line)) ++lines_lost;
}

void log_error(std::string_view event, const Error& error) {
  log(Severity::error, event,
      {{"domain", std::string(error.domain)},
       {"code", std::string(error.code)},
       {"what", error.what}});
}

}  // namespace kiosk::shell
