#include "drivers/serial/serial_transport.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

namespace drivers::serial {
namespace {

using stream::file_failure;
using stream::FileDescriptor;

constexpr std::uint8_t request_set_line_coding = 0x20;
constexpr std::size_t line_coding_bytes = 7;

struct Speed {
  int baud;
  speed_t code;
};

constexpr std::array speeds = {
    Speed{1200, B1200},     Speed{2400, B2400},     Speed{4800, B4800},    Speed{9600, B9600},
    Speed{19200, B19200},   Speed{38400, B38400},   Speed{57600, B57600},  Speed{115200, B115200},
    Speed{230400, B230400}, Speed{460800, B460800}, Speed{921600, B921600}};

std::optional<speed_t> speed_code(int baud) {
  const auto found =
      std::find_if(speeds.begin(), speeds.end(), [&](const Speed& s) { return s.baud == baud; });
  if (found == speeds.end()) return std::nullopt;
  return found->code;
}

bool set_line(int file, speed_t speed) {
  termios line{};
  if (::tcgetattr(file, &line) != 0) return false;
  ::cfmakeraw(&line);
  line.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS | HUPCL);
  line.c_cflag |= CS8 | CREAD | CLOCAL;
  line.c_cc[VMIN] = 1;
  line.c_cc[VTIME] = 0;
  ::cfsetispeed(&line, speed);
  ::cfsetospeed(&line, speed);
  if (::tcsetattr(file, TCSANOW, &line) != 0) return false;
  termios taken{};  // tcsetattr is content when it could do a part
  return ::tcgetattr(file, &taken) == 0 && ::cfgetospeed(&taken) == speed &&
         ::tcflush(file, TCIOFLUSH) == 0;
}

class SerialDevice final : public stream::StreamDevice {
 public:
  explicit SerialDevice(SerialPort port) : port_(std::move(port)) {}

  kiosk::Result<stream::Stream> open() override {
    const auto speed = speed_code(port_.speed);
    if (!speed) return failed(fmt::format("{} baud is no speed of a serial line", port_.speed));
    FileDescriptor file(::open(port_.path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!file) return kiosk::pass_on(file_failure(port_.path, errno));
    if (::isatty(file.get()) == 0) return failed("is no serial port");
    // The lock keeps out processes of root, whom TIOCEXCL does not.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || ::ioctl(file.get(), TIOCEXCL) != 0) {
      return kiosk::pass_on(file_failure(port_.path, errno));
    }
    if (!set_line(file.get(), *speed)) return failed("the line cannot be set up");
    int lines = TIOCM_DTR | TIOCM_RTS;  // some scanners say nothing without; a pty has no lines
    static_cast<void>(::ioctl(file.get(), TIOCMBIS, &lines));
    stream::Stream opened;
    opened.interface = describe_stream(stream::Direction::both_ways);
    opened.interface.class_code = class_serial;
    opened.in = std::move(file);
    return opened;
  }

  kiosk::Error why_ended(int error) override {
    if (error == 0) error = EIO;  // hung up
    return file_failure(port_.path, error);
  }

  usb::Status control(stream::Stream& stream, const usb::Control& control) override {
    const kiosk::Bytes& coding = control.bytes;
    if (control.setup.request != request_set_line_coding || coding.size() != line_coding_bytes) {
      return usb::Status::stalled;
    }
    const auto speed = speed_code(coding[0] | coding[1] << 8 | coding[2] << 16 | coding[3] << 24);
    const bool done = speed && set_line(stream.in.get(), *speed);
    return done ? usb::Status::done : usb::Status::failed;
  }

  void close(stream::Stream& stream) override {
    static_cast<void>(::ioctl(stream.in.get(), TIOCNXCL));
    static_cast<void>(::flock(stream.in.get(), LOCK_UN));
  }

 private:
  tl::unexpected<kiosk::Error> failed(const std::string& what) const {
    return kiosk::fail("usb", "failed", port_.path + ": " + what);
  }

  SerialPort port_;
};

}  // namespace

usb::Control set_speed(int baud) {
  const auto rate = static_cast<std::uint32_t>(baud);
  kiosk::Bytes coding;
  for (int shift = 0; shift < 32; shift += 8) {
    coding.push_back(static_cast<std::uint8_t>(rate >> shift & 0xFF));
  }
  constexpr std::array<std::uint8_t, 3> form = {0, 0, 8};  // one stop bit, no parity, eight bits
  kiosk::append(coding, form);
  return {{0x21, request_set_line_coding, 0, 0, line_coding_bytes}, std::move(coding)};
}

kiosk::Result<std::unique_ptr<usb::Transport>> serial_transport(SerialPort port) {
  return stream_transport(std::make_unique<SerialDevice>(std::move(port)));
}

}  // namespace drivers::serial
