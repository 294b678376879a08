#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/base/result.h"
#include "kiosk/shell/control.h"

namespace kiosk::shell {

/// A Unix stream socket (mode 0600) that takes request lines and gives reply lines. One request of
/// a client is under way at a time; at most 16 clients. Runs on its own thread.
class ControlSocket {
 public:
  /// `handle` is called on the socket's thread with each request; `reply` may be called once, from
  /// any thread, at any time until the socket is gone.
  using Reply = std::function<void(std::string line)>;
  using Handler = std::function<void(ControlRequest request, Reply reply)>;

  /// A socket file that no process serves any more is replaced. Errors: control/socket (path in use
  /// by a running kiosk, no permission, path longer than 107 bytes).
  static Result<std::unique_ptr<ControlSocket>> open(const std::string& path, Handler handler);

  virtual ~ControlSocket() = default;
};

/// Sends one line to a running kiosk and returns its reply. Errors: control/no_kiosk,
/// control/socket.
Result<std::string> ask_kiosk(const std::string& path, const std::string& line, Milliseconds limit);

}  // namespace kiosk::shell
