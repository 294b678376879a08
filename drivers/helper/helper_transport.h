#pragma once

#include <functional>
#include <string>
#include <vector>

#include "drivers/stream/stream_transport.h"

namespace drivers::helper {

/// A vendor's program that a site installed, with its arguments. It is not run through a shell.
struct HelperProgram {
  std::vector<std::string> command;

  bool operator==(const HelperProgram&) const = default;
};

/// Where the program's standard error goes, a line at a time: at most 200 bytes of each and 200
/// lines a run, every longer number replaced by #, for it might be a patient's.
/// Thread: the transport's.
using HelperLog = std::function<void(std::string_view line)>;

/// A transport that starts the program on `open` and ends it with all its children on `close`; its
/// standard output is what is received, its standard input what is sent.
/// Errors on opening: helper/absent, helper/failed. Gone: helper/ended, with how it ended.
kiosk::Result<std::unique_ptr<usb::Transport>> helper_transport(HelperProgram program,
                                                                HelperLog log);

}  // namespace drivers::helper
