#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "drivers/camera/decoder_protocol.h"
#include "drivers/scanner/hid_pos.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace drivers::camera {

constexpr int decoder_socket = 3;  ///< the child's file descriptors
constexpr int decoder_memory = 4;

/// `kiosk-decoder` in the folder of the running program.
std::string decoder_program();

/// A code that was decoded, as a scanner would have sent it.
scanner::RawScan raw_scan(const DecodeReply& reply);

/// The parent's side of the decoder. A child that dies or does not answer is ended and started
/// anew with the next frame; its frame is counted and not tried again.   Thread: its owner's.
class DecoderProcess {
 public:
  struct Counts {
    std::uint64_t frames = 0;
    std::uint64_t deaths = 0;    ///< frames during which the child died
    std::uint64_t timeouts = 0;  ///< frames for which it was ended because it took too long
  };

  /// `limit`: how long one frame may take.
  /// Errors: camera/no_decoder when the program does not start; it is tried again with each frame.
  static kiosk::Result<DecoderProcess> start(std::string program, kiosk::Milliseconds limit);

  DecoderProcess(DecoderProcess&&) noexcept;
  DecoderProcess& operator=(DecoderProcess&&) noexcept;
  ~DecoderProcess();

  /// What is in the frame.
  /// Errors: camera/decoder_died, camera/decoder_silent (this frame is lost, go on with the next),
  /// camera/no_decoder, camera/too_large, camera/malformed_packet.
  kiosk::Result<DecodeReply> decode(const Frame& frame, Effort effort, std::uint32_t slice);

  const Counts& counts() const;

  /// The child's process id; 0 while there is none.
  pid_t child() const;

 private:
  struct State;
  explicit DecoderProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drivers::camera
