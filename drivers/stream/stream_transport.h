#pragma once

// The transport for what is no USB interface but a file: a serial port, an input device, a program
// on pipes. To an engine it looks like an interface with one bulk endpoint each way.

#include <memory>

#include "drivers/stream/file_descriptor.h"
#include "drivers/usb/transport.h"

namespace drivers::stream {

inline constexpr std::uint8_t in_endpoint = 0x81;
inline constexpr std::uint8_t out_endpoint = 0x01;

/// What a device gave when it was opened; all descriptors are non-blocking.
struct Stream {
  usb::InterfaceDescription interface;
  FileDescriptor in;
  FileDescriptor out;    ///< none: `in` is written to, if the interface has an OUT endpoint
  FileDescriptor notes;  ///< a second stream to read, a program's stderr
};

/// The interface description of a stream that is read, and written if `writable`.
enum class Direction { read_only, both_ways };
usb::InterfaceDescription describe_stream(Direction direction);

/// usb/absent, usb/denied, usb/busy or usb/failed for an errno; `doing` names the file.
kiosk::Error file_failure(std::string_view doing, int error);

/// How one sort of stream is opened and ended. All calls come from the transport's thread.
class StreamDevice {
 public:
  virtual ~StreamDevice() = default;

  /// Errors: as Transport::open.
  virtual kiosk::Result<Stream> open() = 0;

  /// Why a stream ended: `error` is an errno, 0 the end of the file.
  virtual kiosk::Error why_ended(int error) = 0;

  /// Carries out a control transfer. Sources: USB class requests that have a meaning here.
  virtual usb::Status control(Stream&, const usb::Control&) { return usb::Status::stalled; }

  /// Bytes of `notes` as they come.
  virtual void take_notes(kiosk::ByteView) {}

  /// Ends what stands behind the stream; its descriptors are closed afterwards.
  virtual void close(Stream&) {}
};

/// Errors: usb/failed when there is no event descriptor for waking.
kiosk::Result<std::unique_ptr<usb::Transport>> stream_transport(
    std::unique_ptr<StreamDevice> device);

}  // namespace drivers::stream
