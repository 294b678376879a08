#pragma once

// A serial cable into this process: a device model behind a pseudo-terminal, served by a thread.
// The driver opens it by a name that stays the same over plugs, as those of /dev/serial/by-id do.

#include <mutex>
#include <string>
#include <thread>

#include "tests/emulators/usb_model.h"

namespace emulators {

class PtyPort {
 public:
  /// `folder` holds the name; the model must outlive the port. Plugged in at the start.
  PtyPort(UsbModel& model, const std::string& folder);
  ~PtyPort();
  PtyPort(const PtyPort&) = delete;
  PtyPort& operator=(const PtyPort&) = delete;

  const std::string& path() const { return path_; }

  void plug();
  void unplug();

  /// The device understands this speed only: at any other both sides read rubbish. 0: any.
  void set_speed(int baud);

  /// Runs `change` while no byte is carried. Thread: any.
  template <typename F>
  auto locked(F change) {
    const std::lock_guard lock(mutex_);
    return change();
  }

 private:
  void run(const std::stop_token& stop);
  void carry();
  bool hears() const;

  UsbModel& model_;
  std::string path_;
  std::mutex mutex_;
  int master_ = -1;
  int slave_ = -1;  ///< held open, else the master has an error while no driver has it open
  int baud_ = 0;
  std::jthread thread_;
};

}  // namespace emulators
