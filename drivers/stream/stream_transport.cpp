#include "drivers/stream/stream_transport.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>

#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"

namespace drivers::stream {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr std::size_t queue_max = 64;
constexpr std::size_t read_bytes_max = 4096;
constexpr int reads_in_a_row_max = 16;

Moment now() {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::steady_clock::now());
}

bool try_later(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// Writes without ever raising SIGPIPE: what may end under us is a socket, the rest is a device.
ssize_t write_some(int file, kiosk::ByteView bytes) {
  const ssize_t sent = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(file, bytes.data(), bytes.size());
}

class StreamTransport final : public usb::Transport {
 public:
  StreamTransport(FileDescriptor wake, std::unique_ptr<StreamDevice> device)
      : wake_(std::move(wake)), device_(std::move(device)) {}
  ~StreamTransport() override { close(); }

  kiosk::Result<usb::InterfaceDescription> open() override;
  void close() override;
  void submit(usb::Transfer transfer) override;
  std::vector<usb::Input> wait(Milliseconds limit) override;
  void wake() override {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof one));
  }

 private:
  enum class Woken { no, yes };

  Woken poll_once(Milliseconds limit);
  void read_in();
  void read_notes();
  void carry_out();
  void carry_out_send(const usb::Send& send);
  void finish(usb::Input answer);
  void lose(kiosk::Error why);
  int out_file() const { return (stream_->out ? stream_->out : stream_->in).get(); }

  FileDescriptor wake_;
  std::unique_ptr<StreamDevice> device_;
  std::optional<Stream> stream_;
  bool lost_ = false;
  std::deque<usb::Transfer> queue_;
  std::optional<Moment> front_since_;
  std::size_t front_done_ = 0;
  std::vector<usb::Input> inputs_;
};

kiosk::Result<usb::InterfaceDescription> StreamTransport::open() {
  close();
  auto opened = device_->open();
  if (!opened) return kiosk::pass_on(opened.error());
  stream_.emplace(std::move(*opened));
  return stream_->interface;
}

void StreamTransport::close() {
  queue_.clear();
  inputs_.clear();
  front_since_.reset();
  front_done_ = 0;
  lost_ = false;
  if (stream_) device_->close(*stream_);
  stream_.reset();
}

void StreamTransport::submit(usb::Transfer transfer) {
  if (!stream_ || lost_) return;
  KIOSK_CHECK(queue_.size() < queue_max);
  queue_.push_back(std::move(transfer));
  carry_out();
}

std::vector<usb::Input> StreamTransport::wait(Milliseconds limit) {
  const Moment until = now() + limit;
  while (inputs_.empty()) {
    const Milliseconds left = until - now();
    if (left.count() < 0 || poll_once(left + Milliseconds(1)) == Woken::yes) break;
  }
  return std::exchange(inputs_, {});
}

StreamTransport::Woken StreamTransport::poll_once(Milliseconds limit) {
  const bool reads = stream_ && !lost_;
  const bool writes = reads && front_since_.has_value();
  if (writes) {
    const auto& send = std::get<usb::Send>(queue_.front());
    limit = std::clamp(*front_since_ + send.limit - now(), Milliseconds(0), limit);
  }
  std::array<pollfd, 4> files = {{{wake_.get(), POLLIN, 0},
                                  {reads ? stream_->in.get() : -1, POLLIN, 0},
                                  {writes ? out_file() : -1, POLLOUT, 0},
                                  {reads ? stream_->notes.get() : -1, POLLIN, 0}}};
  if (::poll(files.data(), files.size(), static_cast<int>(limit.count())) < 0) return Woken::no;
  if (files[3].revents != 0) read_notes();
  if (files[1].revents != 0) read_in();
  if (writes) carry_out();
  if (files[0].revents == 0) return Woken::no;
  std::uint64_t times = 0;
  static_cast<void>(::read(wake_.get(), &times, sizeof times));
  return Woken::yes;
}

void StreamTransport::read_in() {
  kiosk::Bytes bytes;
  bytes.reserve(read_bytes_max);  // a card's reply moves no more: no copy stays behind
  std::array<std::uint8_t, read_bytes_max> piece;  // NOLINT(*-member-init): filled by read
  std::optional<int> ended;
  for (int i = 0; i < reads_in_a_row_max && !ended; ++i) {
    const ssize_t count = ::read(stream_->in.get(), piece.data(), piece.size());
    if (count < 0 && try_later(errno)) break;
    if (count <= 0) ended = count == 0 ? 0 : errno;
    if (count > 0) kiosk::append(bytes, kiosk::ByteView(piece).first(std::size_t(count)));
  }
  ::explicit_bzero(piece.data(), piece.size());
  if (!bytes.empty()) inputs_.emplace_back(usb::Received{in_endpoint, std::move(bytes)});
  if (ended) lose(device_->why_ended(*ended));
}

void StreamTransport::read_notes() {
  std::array<std::uint8_t, read_bytes_max> piece;  // NOLINT(*-member-init): filled by read
  const ssize_t count = ::read(stream_->notes.get(), piece.data(), piece.size());
  if (count < 0 && try_later(errno)) return;
  if (count <= 0) return stream_->notes.reset();
  device_->take_notes(kiosk::ByteView(piece).first(std::size_t(count)));
}

void StreamTransport::carry_out() {
  while (!queue_.empty() && !lost_) {
    const usb::Transfer front = queue_.front();
    std::visit(
        kiosk::overloaded{[this](const usb::Send& send) { carry_out_send(send); },
                          [this](const usb::Control& control) {
                            finish(usb::ControlDone{device_->control(*stream_, control), {}});
                          },
                          [this](const usb::Reset&) {
                            lose({"usb", "reset", "the device was reset"});
                          }},
        front);
    if (front_since_) return;  // the device takes no more for now
  }
}

void StreamTransport::carry_out_send(const usb::Send& send) {
  KIOSK_CHECK(!send.bytes.empty() && send.limit.count() > 0);
  if (!front_since_) front_since_ = now();
  while (front_done_ < send.bytes.size()) {
    const ssize_t count = write_some(out_file(), kiosk::ByteView(send.bytes).subspan(front_done_));
    if (count < 0 && !try_later(errno)) {
      front_since_.reset();
      return lose(device_->why_ended(errno));
    }
    if (count <= 0) break;
    front_done_ += static_cast<std::size_t>(count);
  }
  if (front_done_ == send.bytes.size()) return finish(usb::Sent{usb::Status::done, front_done_});
  if (now() >= *front_since_ + send.limit) {
    finish(usb::Sent{usb::Status::timed_out, front_done_});
  }
}

void StreamTransport::finish(usb::Input answer) {
  inputs_.push_back(std::move(answer));
  queue_.pop_front();
  front_since_.reset();
  front_done_ = 0;
}

void StreamTransport::lose(kiosk::Error why) {
  if (std::exchange(lost_, true)) return;
  queue_.clear();
  front_since_.reset();
  inputs_.emplace_back(usb::Gone{std::move(why)});
}

}  // namespace

usb::InterfaceDescription describe_stream(Direction direction) {
  usb::InterfaceDescription description;
  description.endpoints.push_back({in_endpoint, usb::EndpointType::bulk, 64});
  if (direction == Direction::both_ways) {
    description.endpoints.push_back({out_endpoint, usb::EndpointType::bulk, 64});
  }
  return description;
}

kiosk::Error file_failure(std::string_view doing, int error) {
  const std::string what = fmt::format("{}: {}", doing, std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EIO:
      return {"usb", "absent", what};
    case EACCES:
    case EPERM:
      return {"usb", "denied", what};
    case EBUSY:
    case EWOULDBLOCK:
      return {"usb", "busy", what};
    default:
      return {"usb", "failed", what};
  }
}

kiosk::Result<std::unique_ptr<usb::Transport>> stream_transport(
    std::unique_ptr<StreamDevice> device) {
  FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return kiosk::pass_on(file_failure("make an event descriptor", errno));
  return std::make_unique<StreamTransport>(std::move(wake), std::move(device));
}

}  // namespace drivers::stream
