#include "drivers/helper/helper_transport.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "drivers/helper/program.h"

namespace drivers::helper {
namespace {

constexpr std::size_t line_bytes_max = 200;
constexpr int lines_max = 200;
constexpr std::size_t harmless_digits_max = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Runs of more digits than a status has might be a number of somebody.
std::string masked(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end])) ++end;
    if (end - at > harmless_digits_max) {
      text += '#';
    } else {
      if (end == at) ++end;
      text += line.substr(at, end - at);
    }
    at = end;
  }
  return text;
}

class HelperDevice final : public stream::StreamDevice {
 public:
  HelperDevice(HelperProgram program, HelperLog log)
      : command_(std::move(program.command)), log_(std::move(log)) {}

  kiosk::Result<stream::Stream> open() override {
    auto started = Program::start(command_);
    if (!started) return kiosk::pass_on(started.error());
    program_.emplace(std::move(*started));
    line_.clear();
    lines_ = 0;
    stream::Stream opened;
    opened.interface = describe_stream(stream::Direction::both_ways);
    opened.in = std::move(program_->output);
    opened.out = std::move(program_->input);
    opened.notes = std::move(program_->errors);
    return opened;
  }

  kiosk::Error why_ended(int error) override {
    const std::string how =
        error == 0 || error == EPIPE ? program_->how_ended() : std::strerror(error);
    return {"helper", "ended", fmt::format("{} {}", command_[0], how)};
  }

  void take_notes(kiosk::ByteView bytes) override {
    for (const char c : kiosk::as_text(bytes)) {
      if (c == '\n') {
        tell_line();
      } else if (line_.size() < line_bytes_max) {
        line_ += c < ' ' || c > '~' ? '?' : c;  // in whatever encoding: the log is UTF-8
      }
    }
  }

  void close(stream::Stream& stream) override {
    stream.out.reset();
    program_.reset();
  }

 private:
  void tell_line() {
    if (lines_ < lines_max && !line_.empty()) log_(masked(line_));
    if (!line_.empty() && ++lines_ == lines_max) log_("further lines are left out");
    line_.clear();
  }

  std::vector<std::string> command_;
  HelperLog log_;
  std::optional<Program> program_;
  std::string line_;
  int lines_ = 0;
};

}  // namespace

kiosk::Result<std::unique_ptr<usb::Transport>> helper_transport(HelperProgram program,
                                                                HelperLog log) {
  return stream_transport(std::make_unique<HelperDevice>(std::move(program), std::move(log)));
}

}  // namespace drivers::helper
