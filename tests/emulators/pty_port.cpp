#include "tests/emulators/pty_port.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "kiosk/base/check.h"

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr int poll_ms = 2;
constexpr std::uint8_t rubbish = 0x5A;

Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

speed_t code_of(int baud) {
  switch (baud) {
    case 9600:
      return B9600;
    case 19200:
      return B19200;
    case 38400:
      return B38400;
    case 57600:
      return B57600;
    default:
      return B115200;
  }
}

}  // namespace

PtyPort::PtyPort(UsbModel& model, const std::string& folder)
    : model_(model), path_(folder + "/usb-Emulated_device-if00") {
  plug();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

PtyPort::~PtyPort() {
  thread_.request_stop();
  thread_.join();
  unplug();
}

void PtyPort::plug() {
  const std::lock_guard lock(mutex_);
  if (master_ >= 0) return;
  std::array<char, 64> name{};
  termios raw{};
  ::cfmakeraw(&raw);
  KIOSK_CHECK(::openpty(&master_, &slave_, name.data(), &raw, nullptr) == 0);
  ::fcntl(master_, F_SETFL, O_NONBLOCK);
  ::fcntl(master_, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave_, F_SETFD, FD_CLOEXEC);
  model_.attach(now());
  std::filesystem::create_symlink(name.data(), path_);
}

void PtyPort::unplug() {
  const std::lock_guard lock(mutex_);
  if (master_ < 0) return;
  std::filesystem::remove(path_);
  model_.detach(now());
  ::close(std::exchange(slave_, -1));
  ::close(std::exchange(master_, -1));
}

void PtyPort::set_speed(int baud) {
  const std::lock_guard lock(mutex_);
  baud_ = baud;
}

bool PtyPort::hears() const {
  termios line{};
  return baud_ == 0 || (::tcgetattr(slave_, &line) == 0 && ::cfgetospeed(&line) == code_of(baud_));
}

void PtyPort::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd file{-1, POLLIN, 0};
    {
      const std::lock_guard lock(mutex_);
      file.fd = master_;
    }
    ::poll(&file, 1, poll_ms);
    const std::lock_guard lock(mutex_);
    if (master_ >= 0) carry();
  }
}

void PtyPort::carry() {
  std::array<std::uint8_t, 4096> piece{};
  const ssize_t count = ::read(master_, piece.data(), piece.size());
  const bool clear = hears();
  if (count > 0) {
    const kiosk::ByteView bytes = kiosk::ByteView(piece).first(static_cast<std::size_t>(count));
    if (clear) model_.write(now(), 0x01, bytes);
  }
  for (kiosk::Bytes bytes = model_.read(now(), 0x81); !bytes.empty();
       bytes = model_.read(now(), 0x81)) {
    if (!clear) bytes.assign(bytes.size(), rubbish);
    KIOSK_CHECK(::write(master_, bytes.data(), bytes.size()) == std::ssize(bytes));
  }
}

}  // namespace emulators
