#include "kiosk/shell/control.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "kiosk/shell/control_socket.h"

using namespace kiosk;
using namespace kiosk::shell;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/kiosk-control-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

ControlSocket::Handler echo() {
  return [](ControlRequest request, ControlSocket::Reply reply) {
    reply(text_reply("op", request.op));
  };
}

constexpr Milliseconds patience{10'000};

}  // namespace

TEST_CASE("control: texts, numbers and lists of both are read") {
  const auto request = parse_control(
      R"({"op":"tap","action":"confirm","at":[1,2.5],"screen":["a","b"],"yes":true,"none":null})");
  REQUIRE(request.has_value());
  CHECK(request->op == "tap");
  CHECK(request->get("action") == "confirm");
  CHECK(request->numbers.at("at") == std::vector<double>{1, 2.5});
  CHECK(request->texts.at("screen") == std::vector<std::string>{"a", "b"});
  CHECK(request->number.at("yes") == 1);
  CHECK(request->get("missing").empty());
}

TEST_CASE("control: what is no request is refused with the reason") {
  for (const char* line : {"", "{", "[]", "7", R"({"no":"op"})", R"({"op":3})",
                           R"({"op":"x","a":{"b":1}})", R"({"op":"x","a":[[1]]})", "\xFF\xFE"}) {
    CAPTURE(line);
    const auto request = parse_control(line);
    REQUIRE_FALSE(request.has_value());
    CHECK(request.error().code == "bad_request");
  }
  CHECK_FALSE(parse_control(std::string(control_line_max + 1, ' ')).has_value());
}

TEST_CASE("control: replies read as lines for people, refusals as errors") {
  Status status;
  status.printer = "paper_out";
  status.unacknowledged = 2;
  const auto text = readable_reply(status_reply(status));
  REQUIRE(text.has_value());
  CHECK(text->find("paper_out") != std::string::npos);
  CHECK(text->find("unacknowledged=2") != std::string::npos);
  ListedItem item;
  item.number = "K1-001";
  item.reason = "the server said \"no\"";
  CHECK(readable_reply(list_reply({item}))->find("number=K1-001") != std::string::npos);
  CHECK(*readable_reply(list_reply({})) == "none\n");
  CHECK_FALSE(readable_reply(error_reply({"a", "b", "c"})).has_value());
  CHECK_FALSE(readable_reply("not json").has_value());
}

TEST_CASE("control: a time past what nanoseconds can count is written as it is") {
  ListedItem item;
  item.confirmed_at = from_ms(17'953'980'160'123);
  CHECK(list_reply({item}).find("\"2538-12-09T16:42:40Z\"") != std::string::npos);
  item.confirmed_at = Instant::max();
  CHECK(list_reply({item}).find("\"9999-12-31T23:59:59Z\"") != std::string::npos);
}

TEST_CASE("control: a list for a file reads back, and one that is none is refused") {
  ListedItem item{"K1-001", "a1/2", "a1", "p1",     "J***", from_ms(1795398060123),
                  "no",     3,      "0f", "refused"};
  ListedItem next = item;
  next.row = 4;
  const auto read = parse_list(list_reply({item, next}, ListFor::file));
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].confirmed_at == item.confirmed_at);
  CHECK((*read)[0].nonce == "0f");
  CHECK((*read)[1].row == 4);
  CHECK(parse_list(list_reply({item})).error().code == "bad_reply");  // without rows
  CHECK(parse_list(list_reply({next, item}, ListFor::file)).error().code == "bad_reply");
  CHECK(parse_list(error_reply({"a", "b", "c"})).error().code == "refused");
  for (const char* line : {"", "{}", R"({"ok":true})", R"({"ok":true,"items":[7]})"}) {
    CHECK_FALSE(parse_list(line).has_value());
  }
}

TEST_CASE("control socket: only its owner may use it, and it goes with the kiosk") {
  const Folder folder;
  const std::string path = folder.path + "/control";
  {
    const auto socket = ControlSocket::open(path, echo());
    REQUIRE(socket.has_value());
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(ask_kiosk(path, R"({"op":"hello"})", patience) == R"({"ok":true,"op":"hello"})");
    CHECK(ControlSocket::open(path, echo()).error().code == "socket");
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(ask_kiosk(path, R"({"op":"hello"})", patience).error().code == "no_kiosk");
}

TEST_CASE("control socket: a file left by a killed kiosk is replaced") {
  const Folder folder;
  const std::string path = folder.path + "/control";
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  close(dead);
  REQUIRE(std::filesystem::exists(path));
  const auto socket = ControlSocket::open(path, echo());
  REQUIRE(socket.has_value());
  CHECK(ask_kiosk(path, R"({"op":"hello"})", patience).has_value());
}

TEST_CASE("control socket: replies may come from any thread; garbage gets an answer of its own") {
  const Folder folder;
  const std::string path = folder.path + "/control";
  std::vector<std::jthread> workers;
  const auto socket =
      ControlSocket::open(path, [&](ControlRequest request, ControlSocket::Reply reply) {
        workers.emplace_back([request, reply] { reply(text_reply("op", request.op)); });
      });
  REQUIRE(socket.has_value());
  CHECK(ask_kiosk(path, R"({"op":"slow"})", patience) == R"({"ok":true,"op":"slow"})");
  CHECK(ask_kiosk(path, "garbage", patience)->find("bad_request") != std::string::npos);
  CHECK(ask_kiosk(path, R"({"op":"again"})", patience) == R"({"ok":true,"op":"again"})");
}
