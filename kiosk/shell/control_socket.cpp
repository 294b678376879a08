#include "kiosk/shell/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace kiosk::shell {
namespace {

constexpr std::size_t clients_max = 16;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Replies come from any thread: they are put here and the socket's thread is woken.
struct ReplyBox {
  std::mutex mutex;
  std::map<std::uint64_t, std::string> lines;  ///< by client
  Descriptor wake{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  void put(std::uint64_t client, std::string line) {
    {
      const std::lock_guard lock(mutex);
      lines[client] = std::move(line);
    }
    ring();
  }
  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake.get(), &one, sizeof one);
  }
};

struct Client {
  std::uint64_t id = 0;
  Descriptor socket;
  std::string in;
  std::string out;
  bool busy = false;  ///< a request is under way
  bool gone = false;
};

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail("control", "socket",
                "path of the control socket must have 1 to 107 bytes: " + path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Error system_error(const std::string& doing) {
  return Error{"control", "socket", doing + ": " + std::strerror(errno)};
}

bool served(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

class Server final : public ControlSocket {
 public:
  Server(std::string path, Descriptor listener, Handler handler)
      : path_(std::move(path)),
        listener_(std::move(listener)),
        handler_(std::move(handler)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  ~Server() override {
    thread_.request_stop();
    box_->ring();
    thread_.join();
    unlink(path_.c_str());
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> waiting{{box_->wake.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const Client& client : clients_) {
        const int wanted = client.out.empty() ? (client.busy ? 0 : POLLIN) : POLLOUT;
        waiting.push_back({client.socket.get(), static_cast<short>(wanted), 0});
      }
      if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
      std::size_t index = 2;
      for (Client& client : clients_) serve(client, waiting[index++].revents);
      take_replies();
      for (Client& client : clients_) begin_request(client);
      if ((waiting[1].revents & POLLIN) != 0) accept_client();
      clients_.remove_if([](const Client& client) { return client.gone; });
    }
  }

  void accept_client() {
    Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0 || clients_.size() >= clients_max) return;
    Client client;
    client.id = ++last_client_;
    client.socket = std::move(socket);
    clients_.push_back(std::move(client));
  }

  void serve(Client& client, short ready) {
    if ((ready & POLLOUT) != 0) send_some(client);
    if ((ready & POLLIN) != 0) {
      char buffer[4096];
      const ssize_t count = read(client.socket.get(), buffer, sizeof buffer);
      if (count > 0) client.in.append(buffer, std::size_t(count));
      if (count == 0 || (count < 0 && errno != EAGAIN)) client.gone = true;
      if (client.in.size() > control_line_max + 1) client.gone = true;
    } else if ((ready & (POLLHUP | POLLERR)) != 0 && client.out.empty()) {
      client.gone = true;
    }
  }

  void send_some(Client& client) {
    const ssize_t count =
        send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (count > 0) client.out.erase(0, std::size_t(count));
    if (count < 0 && errno != EAGAIN) client.gone = true;
  }

  void begin_request(Client& client) {
    if (client.busy || !client.out.empty() || client.gone) return;
    const std::size_t end = client.in.find('\n');
    if (end == std::string::npos) return;
    const std::string line = client.in.substr(0, end);
    client.in.erase(0, end + 1);
    auto request = parse_control(line);
    if (!request) {
      client.out = error_reply(request.error()) + "\n";
      return;
    }
    client.busy = true;
    handler_(std::move(*request),
             [box = box_, id = client.id](std::string reply) { box->put(id, std::move(reply)); });
  }

  void take_replies() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(box_->wake.get(), &count, sizeof count);
    std::map<std::uint64_t, std::string> lines;
    {
      const std::lock_guard lock(box_->mutex);
      lines.swap(box_->lines);
    }
    for (Client& client : clients_) {
      const auto found = lines.find(client.id);
      if (found == lines.end()) continue;
      client.out += found->second + "\n";
      client.busy = false;
    }
  }

  const std::string path_;
  const Descriptor listener_;
  const Handler handler_;
  const std::shared_ptr<ReplyBox> box_ = std::make_shared<ReplyBox>();
  std::list<Client> clients_;
  std::uint64_t last_client_ = 0;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& path,
                                                           Handler handler) {
  auto address = address_of(path);
  if (!address) return pass_on(address.error());
  if (served(*address)) return fail("control", "socket", "another kiosk serves " + path);
  unlink(path.c_str());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Narrowed before the file exists under its name: nobody else can connect in between.
  if (fchmod(listener.get(), 0600) != 0) return pass_on(system_error("control socket"));
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return pass_on(system_error("control socket " + path));
  }
  if (chmod(path.c_str(), 0600) != 0 || listen(listener.get(), int(clients_max)) != 0) {
    return pass_on(system_error("control socket " + path));
  }
  return std::unique_ptr<ControlSocket>(
      std::make_unique<Server>(path, std::move(listener), std::move(handler)));
}

Result<std::string> ask_kiosk(const std::string& path, const std::string& line,
                              Milliseconds limit) {
  auto address = address_of(path);
  if (!address) return pass_on(address.error());
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail("control", "no_kiosk", "no kiosk answers at " + path + ": " + std::strerror(errno));
  }
  const std::string request = line + "\n";
  if (send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != ssize_t(request.size())) {
    return pass_on(system_error("send to " + path));
  }
  std::string reply;
  while (reply.find('\n') == std::string::npos) {
    pollfd ready{socket.get(), POLLIN, 0};
    if (poll(&ready, 1, int(limit.count())) <= 0) {
      return fail("control", "no_kiosk", "the kiosk at " + path + " did not answer in time");
    }
    char buffer[4096];
    const ssize_t count = read(socket.get(), buffer, sizeof buffer);
    if (count <= 0) return fail("control", "no_kiosk", "the kiosk closed the connection");
    reply.append(buffer, std::size_t(count));
  }
  return reply.substr(0, reply.find('\n'));
}

}  // namespace kiosk::shell
