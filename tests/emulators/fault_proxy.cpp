#include "tests/emulators/fault_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace emulators {
namespace {

using kiosk::Milliseconds;

constexpr int poll_ms = 20;  ///< how soon a change or the end is noticed
constexpr std::size_t chunk_bytes = 16 * 1024;

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  /// Cuts hard: the other end sees a reset.
  void reset() {
    const linger now{1, 0};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Socket listen_on(int port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto address = loopback(port);
  const bool bound =
      bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      listen(socket.fd(), 64) == 0;
  return bound ? std::move(socket) : Socket();
}

Socket connect_to(int port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = loopback(port);
  const int yes = 1;
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Socket();
  return socket;
}

bool readable(const Socket& socket) {
  pollfd one{socket.fd(), POLLIN, 0};
  return poll(&one, 1, poll_ms) > 0;
}

bool send_all(const Socket& to, const char* data, std::size_t count) {
  while (count > 0) {
    const auto sent = send(to.fd(), data, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// True when the head and as much body as it announces are there.
bool whole_request(const std::string& text) {
  const auto head = text.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const auto at = text.find("Content-Length: ");
  const auto length = at < head ? std::stoul(text.substr(at + 16)) : 0;
  return text.size() >= head + 4 + length;
}

/// One connection.
struct Worker {
  std::atomic<bool> done{false};
  std::jthread thread;
};

}  // namespace

struct FaultProxy::Inside {
  int upstream_port = 0;
  int port = 0;
  mutable std::mutex mutex;  ///< guards what follows, up to `workers`
  Fault fault;
  int epoch = 0;    ///< goes up with each change; connections of older ones are cut
  int applied = 0;  ///< the epoch that the listener follows already
  std::condition_variable follows;
  int done = 0;
  std::list<Worker> workers;  ///< of the accepting thread alone, until it ends
  Socket listener;            ///< of the accepting thread alone
  std::jthread acceptor;

  int now_epoch() const {
    const std::lock_guard lock(mutex);
    return epoch;
  }

  /// The fault for a connection that begins with these bytes, used up once.
  Fault take_fault(const std::string& begin) {
    const std::lock_guard lock(mutex);
    const bool applies = fault.times != 0 && begin.starts_with(fault.only);
    if (!applies) return {};
    if (fault.times > 0) --fault.times;
    if (fault.kind != Fault::Kind::none) ++done;
    return fault;
  }

  void follow();
  void accept_all(const std::stop_token& stop);
  void serve(const std::stop_token& stop, Socket client, int born);
  void pass(const std::stop_token& stop, Socket& client, Socket& server, const Fault& what,
            int born, std::string first);
};

namespace {

void pause(const std::stop_token& stop, Milliseconds length) {
  // Waiting is what is emulated here.
  for (auto left = length; left.count() > 0 && !stop.stop_requested(); left -= Milliseconds(10))
    std::this_thread::sleep_for(std::min(left, Milliseconds(10)));
}

/// Passes what can be read on, at most `limit` bytes in all; false at the end or when the limit is
/// used up.
bool pump(const std::stop_token& stop, Socket& from, Socket& to, const Fault& what,
          std::size_t& limit) {
  std::array<char, chunk_bytes> chunk{};
  const auto want =
      what.bytes_per_second > 0
          ? std::min(chunk.size(), std::max<std::size_t>(1, what.bytes_per_second / 20))
          : chunk.size();
  const auto got = recv(from.fd(), chunk.data(), want, 0);
  if (got <= 0) return false;
  const auto count = std::min(static_cast<std::size_t>(got), limit);
  if (!send_all(to, chunk.data(), count)) return false;
  limit -= count;
  if (what.bytes_per_second > 0) pause(stop, Milliseconds(50));
  return limit > 0;
}

}  // namespace

void FaultProxy::Inside::pass(const std::stop_token& stop, Socket& client, Socket& server,
                              const Fault& what, int born, std::string first) {
  constexpr auto no_limit = static_cast<std::size_t>(-1);
  std::size_t up = what.kind == Fault::Kind::cut_request ? what.bytes : no_limit;
  std::size_t down = what.kind == Fault::Kind::cut_response ? what.bytes : no_limit;
  const auto count = std::min(first.size(), up);
  if (!send_all(server, first.data(), count)) return;
  up -= count;
  bool going = up > 0;
  while (going && !stop.stop_requested() && now_epoch() == born) {
    std::array<pollfd, 2> both = {{{client.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}}};
    if (poll(both.data(), both.size(), poll_ms) <= 0) continue;
    if (both[0].revents != 0) going = pump(stop, client, server, what, up);
    if (going && both[1].revents != 0) {
      // With no byte of the response allowed, its coming is still waited for: the server has acted.
      going = down > 0 && pump(stop, server, client, what, down);
    }
  }
}

void FaultProxy::Inside::serve(const std::stop_token& stop, Socket client, int born) {
  while (!readable(client))
    if (stop.stop_requested() || now_epoch() != born) return client.reset();
  std::string first(chunk_bytes, '\0');
  const auto got = recv(client.fd(), first.data(), first.size(), 0);
  if (got <= 0) return;
  first.resize(static_cast<std::size_t>(got));
  const Fault what = take_fault(first);
  pause(stop, what.delay);
  if (what.kind == Fault::Kind::silent) {
    while (!stop.stop_requested() && now_epoch() == born) pause(stop, Milliseconds(20));
    return client.reset();
  }
  if (what.kind == Fault::Kind::answer) {
    while (!whole_request(first) && readable(client)) {
      std::array<char, chunk_bytes> more{};
      const auto count = recv(client.fd(), more.data(), more.size(), 0);
      if (count <= 0) return;
      first.append(more.data(), static_cast<std::size_t>(count));
    }
    const auto text =
        fmt::format("HTTP/1.1 {} Fault\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                    what.status, what.headers, what.body.size(), what.body);
    send_all(client, text.data(), text.size());
    return;
  }
  Socket server = connect_to(upstream_port);
  if (!server.open()) return client.reset();
  pass(stop, client, server, what, born, std::move(first));
  const bool cut = what.kind == Fault::Kind::cut_request || what.kind == Fault::Kind::cut_response;
  if (cut) client.reset();
}

/// Opens or closes the listener as the fault wants it.
void FaultProxy::Inside::follow() {
  const std::lock_guard lock(mutex);
  const bool down = fault.kind == Fault::Kind::down;
  if (down) listener.close();
  if (!down && !listener.open()) listener = listen_on(port);
  applied = epoch;
  follows.notify_all();
}

void FaultProxy::Inside::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    follow();
    if (!listener.open()) {
      pause(stop, Milliseconds(poll_ms));
      continue;
    }
    if (!readable(listener)) continue;
    Socket client(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.open()) continue;
    const int yes = 1;
    setsockopt(client.fd(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    workers.remove_if([](const Worker& one) { return one.done.load(); });
    Worker& worker = workers.emplace_back();
    worker.thread = std::jthread([this, &worker, born = now_epoch(), taken = std::move(client)](
                                     const std::stop_token& its_stop) mutable {
      serve(its_stop, std::move(taken), born);
      worker.done = true;
    });
  }
}

kiosk::Result<std::unique_ptr<FaultProxy>> FaultProxy::create(int upstream_port, int port) {
  auto inside = std::make_unique<Inside>();
  inside->upstream_port = upstream_port;
  inside->listener = listen_on(port);
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (!inside->listener.open() ||
      getsockname(inside->listener.fd(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
    return kiosk::fail("emulators", "listen", "the proxy cannot listen");
  inside->port = ntohs(address.sin_port);
  auto* raw = inside.get();
  inside->acceptor = std::jthread([raw](const std::stop_token& stop) { raw->accept_all(stop); });
  return std::unique_ptr<FaultProxy>(new FaultProxy(std::move(inside)));
}

FaultProxy::FaultProxy(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

FaultProxy::~FaultProxy() {
  inside_->acceptor.request_stop();
  inside_->acceptor.join();
  for (auto& worker : inside_->workers) worker.thread.request_stop();
  inside_->workers.clear();
}

int FaultProxy::port() const {
  return inside_->port;
}

void FaultProxy::set(Fault fault) {
  std::unique_lock lock(inside_->mutex);
  inside_->fault = std::move(fault);
  const int mine = ++inside_->epoch;
  inside_->follows.wait(lock, [&] { return inside_->applied >= mine; });
}

int FaultProxy::faults_done() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->done;
}

}  // namespace emulators
