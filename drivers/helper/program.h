#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "drivers/stream/file_descriptor.h"
#include "kiosk/base/result.h"

namespace drivers::helper {

/// A child process on pipes, in a process group of its own.
class Program {
 public:
  /// Finds the program in PATH if its name has no slash. Errors: helper/absent when it cannot be
  /// run, helper/failed when the system has no more processes or descriptors.
  static kiosk::Result<Program> start(const std::vector<std::string>& command);

  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  ~Program() { end(); }

  /// Why its output ended: its exit status or signal, if it ended within 300 ms.
  std::string how_ended() const;

  /// Ends it and all it started: its input closes, after 300 ms the group is killed. Harmless when
  /// it was ended.
  void end();

  // The kiosk's ends, non-blocking; taken out by whoever reads and writes.
  stream::FileDescriptor input;  ///< a socket: writing to it never raises SIGPIPE with MSG_NOSIGNAL
  stream::FileDescriptor output;
  stream::FileDescriptor errors;

 private:
  Program() = default;

  stream::FileDescriptor process_;  ///< readable when it ended
  pid_t id_ = 0;
};

}  // namespace drivers::helper
