#pragma once

// A camera as a scanner: while a code is wanted it looks at frame after frame, else it is off.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "drivers/camera/code_evidence.h"
#include "drivers/camera/decoder_process.h"
#include "drivers/camera/frame_source.h"
#include "drivers/scanner/scan_filter.h"
#include "kiosk/base/bounded_queue.h"

namespace drivers::camera {

struct CameraSettings {
  std::string decoder = decoder_program();
  scanner::ScannerSettings scanner{{scanner::OtherEncoding::gb18030, {}, scanner::Suffix::none},
                                   kiosk::Milliseconds(1500)};
  std::vector<PayloadRule> payloads;
  kiosk::Milliseconds frame_interval{60};  ///< from one look to the next, at least
  kiosk::Milliseconds decode_limit{500};   ///< for one frame
};

/// Has the shape of usb::DeviceWorker. Tells ScannerReady when the camera is there, ScannerUnusable
/// with a code of FrameSource::open, camera/unplugged, camera/no_decoder or camera/bad_pattern when
/// it is not; it tries again by itself.
class CameraScanner {
 public:
  using Command = scanner::CodeWanted;
  using Event = scanner::ScannerEvent;

  /// `sink` is called on the worker's thread with every event, in order; it must not block.
  CameraScanner(CameraSettings settings, std::unique_ptr<FrameSource> source,
                std::function<void(Event)> sink);

  /// Hands a command over; false when too many wait, the command is then dropped.   Thread: any.
  [[nodiscard]] bool post(Command command) { return commands_.push(command); }

 private:
  static constexpr std::size_t commands_max = 64;

  void run(const std::stop_token& stop);
  kiosk::Milliseconds wait_limit() const;
  void obey(Command command);
  void try_open();
  void look();
  void judge(const DecodeReply& reply);
  void unusable(kiosk::Error why);
  void switch_off();

  CameraSettings settings_;
  std::unique_ptr<FrameSource> source_;
  std::function<void(Event)> sink_;
  kiosk::BoundedQueue<Command> commands_{commands_max};

  std::optional<DecoderProcess> decoder_;
  std::optional<CodeEvidence> evidence_;
  scanner::ScanFilter filter_;
  Command wanted_ = Command::no;
  bool open_ = false;
  bool ready_ = false;  ///< told last; before the first look, neither is
  std::string_view told_unusable_;
  std::uint32_t slice_ = 0;
  usb::Moment look_at_{};
  usb::Moment retry_at_{};
  kiosk::Milliseconds retry_after_;
  std::jthread thread_;  ///< last: stops before what it uses goes
};

}  // namespace drivers::camera
