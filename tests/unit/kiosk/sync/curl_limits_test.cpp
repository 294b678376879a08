// Servers that mean no good, and those that want to know who asks: each a real socket.
#include <doctest/doctest.h>
#include <httplib.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "kiosk/base/bounded_queue.h"
#include "kiosk/sync/curl_client.h"
#include "sync_bench.h"
#include "tests/emulators/hospital_server.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::HospitalServer;
using emulators::HospitalServerOptions;

namespace {

constexpr Seconds limit{10};

struct Client {
  explicit Client(CurlOptions options = {})
      : curl(CurlClient::create(std::move(options), [this](HttpResult result) {
          CHECK(results.push(std::move(result)));
        })) {
    REQUIRE(curl);
  }

  HttpResult get(const std::string& url, std::size_t bytes_max = 32 * 1024 * 1024,
                 Milliseconds timeout = Milliseconds(5'000)) {
    HttpRequest request;
    request.id = RequestId{1};
    request.url = url;
    request.answer_bytes_max = bytes_max;
    request.timeout = timeout;
    REQUIRE((*curl)->send(request));
    auto result = results.pop(limit, {});
    REQUIRE(result);
    return *result;
  }

  BoundedQueue<HttpResult> results{4};
  Result<std::unique_ptr<CurlClient>> curl;
};

/// Zeros that go on for as long as somebody reads, gzipped.
std::string bomb(std::size_t zeros) {
  z_stream stream{};
  constexpr int gzip = 15 + 16;
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, gzip, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string from(1 << 20, '\0');
  std::string to(1 << 20, '\0');
  std::string out;
  for (std::size_t done = 0; done < zeros; done += from.size()) {
    stream.next_in = reinterpret_cast<Bytef*>(from.data());
    stream.avail_in = static_cast<uInt>(from.size());
    const int flush = done + from.size() >= zeros ? Z_FINISH : Z_NO_FLUSH;
    stream.next_out = reinterpret_cast<Bytef*>(to.data());
    stream.avail_out = static_cast<uInt>(to.size());
    deflate(&stream, flush);
    out.append(to, 0, to.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

class BadServer {
 public:
  BadServer() {
    server_.Get("/huge", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content_provider(std::size_t{2} << 30, "text/plain",
                                    [this](std::size_t, std::size_t, httplib::DataSink& sink) {
                                      sent_ += piece_.size();
                                      return sink.write(piece_.data(), piece_.size());
                                    });
    });
    server_.Get("/endless", [this](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain",
                                            [this](std::size_t, httplib::DataSink& sink) {
                                              sent_ += piece_.size();
                                              return sink.write(piece_.data(), piece_.size());
                                            });
    });
    server_.Get("/bomb", [](const httplib::Request&, httplib::Response& response) {
      response.set_header("Content-Encoding", "gzip");
      response.set_content(bomb(std::size_t{200} << 20), "application/fhir+json");
    });
    server_.Get("/drip", [](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
        usleep(20'000);  // the drip itself
        return sink.write(".", 1);
      });
    });
    server_.Get("/headers", [](const httplib::Request&, httplib::Response& response) {
      for (int i = 0; i < 40; ++i)
        response.set_header("X-" + std::to_string(i), std::string(4'000, 'x'));
    });
    server_.Get("/elsewhere", [this](const httplib::Request&, httplib::Response& response) {
      response.set_redirect(url("/trap"));
    });
    server_.Get("/trap", [this](const httplib::Request&, httplib::Response&) { ++trapped_; });
    port_ = server_.bind_to_any_port("127.0.0.1");
    REQUIRE(port_ > 0);
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
  }
  ~BadServer() {
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::size_t sent() const { return sent_; }
  int trapped() const { return trapped_; }

 private:
  const std::string piece_ = std::string(64 * 1024, 'x');
  std::atomic<std::size_t> sent_{0};
  std::atomic<int> trapped_{0};
  httplib::Server server_;
  int port_ = 0;
  std::jthread thread_;
};

HttpFailureKind kind(const HttpResult& result) {
  const auto* failure = std::get_if<HttpFailure>(&result.outcome);
  REQUIRE(failure != nullptr);
  return failure->kind;
}

/// A hospital that lets in only who shows its own certificate.
struct Guarded {
  Guarded() {
    char name[] = "/tmp/kiosk-guarded-XXXXXX";
    folder = mkdtemp(name);
    HospitalServerOptions options;
    options.tls = HospitalServerOptions::Tls::self_made;
    options.clients = HospitalServerOptions::Clients::known;
    options.certificate_folder = folder.string();
    server = *HospitalServer::create(options, [] { return morning(); });
  }
  ~Guarded() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  std::unique_ptr<HospitalServer> server;
};

}  // namespace

TEST_CASE("limits: a body of 2 GB and one without an end are given up at the limit") {
  BadServer server;
  Client client;
  for (const char* path : {"/huge", "/endless"}) {
    CAPTURE(path);
    const auto before = server.sent();
    CHECK(kind(client.get(server.url(path), 1 << 20)) == HttpFailureKind::too_large);
    CHECK(server.sent() - before < (std::size_t{64} << 20));
  }
}

TEST_CASE("limits: a small answer that unpacks to 200 MB is given up at the limit") {
  BadServer server;
  Client client;
  CHECK(kind(client.get(server.url("/bomb"))) == HttpFailureKind::too_large);
}

TEST_CASE("limits: a slow drip ends with the time of the whole exchange") {
  BadServer server;
  Client client;
  const auto result = client.get(server.url("/drip"), 1 << 20, Milliseconds(300));
  CHECK(kind(result) == HttpFailureKind::timed_out_sent);
  CHECK(result.elapsed < Milliseconds(2'000));
}

TEST_CASE("limits: headers have an end, too") {
  BadServer server;
  Client client;
  CHECK(kind(client.get(server.url("/headers"))) == HttpFailureKind::too_large);
}

TEST_CASE("limits: a redirect is shown, not followed") {
  BadServer server;
  Client client;
  const auto result = client.get(server.url("/elsewhere"));
  REQUIRE(std::holds_alternative<HttpResponse>(result.outcome));
  CHECK(std::get<HttpResponse>(result.outcome).status == 302);
  CHECK(server.trapped() == 0);
}

TEST_CASE("client certificate: who shows it is let in, who does not is not") {
  Guarded guarded;
  const auto url = guarded.server->base_url() + "/metadata";
  Client known(
      {guarded.server->ca_file(), 4, guarded.server->ca_file(), guarded.server->key_file()});
  const auto result = known.get(url);
  REQUIRE(std::holds_alternative<HttpResponse>(result.outcome));
  CHECK(std::get<HttpResponse>(result.outcome).status == 200);
  Client unknown({guarded.server->ca_file(), 4});
  CHECK(std::holds_alternative<HttpFailure>(unknown.get(url).outcome));
}

TEST_CASE("client certificate: what cannot be shown is said at the start") {
  Guarded guarded;
  const auto& server = *guarded.server;
  const auto start = [](const std::string& certificate, const std::string& key) {
    return CurlClient::create({"", 4, certificate, key}, [](HttpResult) {});
  };
  CHECK(start(server.ca_file(), server.key_file()).has_value());
  CHECK(start("/nonexistent/cert.pem", server.key_file()).error().code == "client_certificate");
  CHECK(start(server.ca_file(), server.ca_file()).error().code == "client_certificate");
  const Guarded other;
  CHECK(start(server.ca_file(), other.server->key_file()).error().code == "client_certificate");
}
