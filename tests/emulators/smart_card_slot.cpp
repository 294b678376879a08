#include "tests/emulators/smart_card_slot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

namespace emulators {
namespace {

using kiosk::Bytes;

enum Control : std::uint8_t { power_off = 0, power_on = 1, reset = 2, answer_to_reset = 4 };

constexpr auto connect_limit = std::chrono::seconds(10);

bool receive(int socket, std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, to, size, 0);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool say(int socket, kiosk::ByteView bytes) {
  Bytes message = {static_cast<std::uint8_t>(bytes.size() >> 8),
                   static_cast<std::uint8_t>(bytes.size() & 0xFF)};
  kiosk::append(message, bytes);
  return ::send(socket, message.data(), message.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

int try_connect(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return socket;
  }
  ::close(socket);
  return -1;
}

}  // namespace

kiosk::Result<std::unique_ptr<SmartCardSlot>> SmartCardSlot::insert(SmartCard card,
                                                                    std::uint16_t port,
                                                                    Watch watch) {
  const auto until = std::chrono::steady_clock::now() + connect_limit;
  int socket = try_connect(port);
  while (socket < 0 && std::chrono::steady_clock::now() < until) {
    ::usleep(10'000);  // the reader says nowhere that it begins to listen
    socket = try_connect(port);
  }
  if (socket < 0) return kiosk::fail("slot", "absent", "no virtual reader listens");
  return std::unique_ptr<SmartCardSlot>(
      new SmartCardSlot(socket, std::move(card), std::move(watch)));
}

SmartCardSlot::SmartCardSlot(int socket, SmartCard card, Watch watch)
    : socket_(socket),
      card_(std::move(card)),
      watch_(std::move(watch)),
      thread_([this] { serve(); }) {}

SmartCardSlot::~SmartCardSlot() {
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

void SmartCardSlot::serve() {
  int commands = 0;
  std::array<std::uint8_t, 2> header{};
  while (receive(socket_, header.data(), header.size())) {
    Bytes message(static_cast<std::size_t>(header[0] << 8 | header[1]));
    if (!receive(socket_, message.data(), message.size())) break;
    if (message.size() == 1) {
      if (message[0] == answer_to_reset && !say(socket_, card_.answer_to_reset())) break;
      if (message[0] != answer_to_reset) card_.reset();
      continue;
    }
    if (watch_ && !watch_(commands++)) break;
    if (!say(socket_, card_.transmit(message))) break;
  }
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace emulators
