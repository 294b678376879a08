#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/app/devices.h"
#include "kiosk/shell/config.h"
#include "kiosk/shell/control.h"
#include "screens/face.h"

namespace kiosk::app {

struct ApplicationOptions {
  std::string automation_socket;  ///< empty: none; needs config.test
  bool headless = false;          ///< no window; needs config.test
  /// Where systemd put the credentials ($CREDENTIALS_DIRECTORY); empty: nowhere.
  std::string credentials_folder = {};
  /// Beside the kiosk's face in the same window (the demo's tray).
  std::optional<screens::Panel> panel;
  /// Gives the face once it stands: to repaint the panel, to take pictures of both.
  std::function<void(screens::KioskFace&)> face_made;
  /// More operations of the automation socket; an empty reply: not known.
  std::function<std::string(const shell::ControlRequest&)> extra_control;
  /// Called once when the kiosk serves patients; `stop` ends it. Thread: UI.
  std::function<void(std::function<void()> stop)> started;
};

/// A crash must not leave what was in memory on the disk, nor may another process look into it
/// (leak checkers must). For each program that may hold keys or patients' data, before all else.
void forbid_cores();

/// Runs the kiosk until SIGTERM or SIGINT or until its window is closed. Returns the exit status;
/// what kept it from starting is on stderr, in words.
int run_application(shell::Config config, const ApplicationOptions& options,
                    DeviceFactory& devices);

}  // namespace kiosk::app
