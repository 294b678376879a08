#include "kiosk/sync/curl_client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <map>
#include <thread>

#include "kiosk/base/bounded_queue.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t header_bytes_max = 64 * 1024;
constexpr int wait_ms = 1'000;

struct EasyClose {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiClose {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ContextClose {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct ListClose {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One exchange under way. Its address is known to libcurl, so it does not move.
struct Transfer {
  HttpRequest request;
  HttpResponse response;
  std::size_t header_bytes = 0;
  bool request_begun = false;  ///< the connection stood and the first byte may have left
  bool too_large = false;
  std::unique_ptr<curl_slist, ListClose> headers;
  std::unique_ptr<CURL, EasyClose> easy;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto bytes = size * count;
  if (transfer.response.body.size() + bytes > transfer.request.answer_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(data, bytes);
  return bytes;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto bytes = size * count;
  transfer.header_bytes += bytes;
  if (transfer.header_bytes > header_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  const std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // after a 1xx
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    transfer.response.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  return bytes;
}

int on_request_begins(void* user, char*, char*, int, int) {
  static_cast<Transfer*>(user)->request_begun = true;
  return CURL_PREREQFUNC_OK;
}

bool only_reads(const HttpRequest& request) {
  return request.method == "GET" || request.url.ends_with("/_search");
}

HttpFailureKind kind_of(const Transfer& transfer, CURLcode code) {
  if (transfer.too_large) return HttpFailureKind::too_large;
  if (code == CURLE_OPERATION_TIMEDOUT)
    return transfer.request_begun ? HttpFailureKind::timed_out_sent
                                  : HttpFailureKind::timed_out_unsent;
  return transfer.request_begun ? HttpFailureKind::lost : HttpFailureKind::not_connected;
}

void set_request(Transfer& transfer) {
  CURL* easy = transfer.easy.get();
  const auto& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // ".." is a FHIR id (R4, 2.24.0.1)
  if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  if (!only_reads(request)) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  }
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers)
    list = curl_slist_append(list, (name + ": " + value).c_str());
  transfer.headers.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
}

void set_rules(Transfer& transfer, const CurlOptions& options) {
  CURL* easy = transfer.easy.get();
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // Debian's folder would vouch, too
  }
  if (!options.certificate_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options.certificate_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, options.certificate_key_file.c_str());
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");  // else OpenSSL asks at the terminal
  }
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // never by a variable of the environment
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs delays no end
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request_begins);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

/// libcurl would find out at the first request only.
Result<void> check_certificate(const CurlOptions& options) {
  if (options.certificate_file.empty()) return {};
  const auto wrong = [](std::string what) {
    return fail("sync", "client_certificate", std::move(what));
  };
  const std::unique_ptr<SSL_CTX, ContextClose> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return wrong("OpenSSL does not start");
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  const auto& certificate = options.certificate_file;
  const auto& key = options.certificate_key_file;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
    return wrong(certificate + " holds no certificate (PEM)");
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong(key + " holds no private key (PEM, without a passphrase) of that certificate");
  return {};
}

}  // namespace

class CurlClient::Worker {
 public:
  Worker(CurlOptions options, Sink sink, std::unique_ptr<CURLM, MultiClose> multi)
      : options_(std::move(options)),
        sink_(std::move(sink)),
        queue_(options_.queue_max),
        multi_(std::move(multi)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  ~Worker() {
    thread_.request_stop();
    curl_multi_wakeup(multi_.get());
    thread_.join();
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
  }

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  bool push(HttpRequest request) {
    const bool taken = queue_.push(std::move(request));
    curl_multi_wakeup(multi_.get());
    return taken;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      while (transfers_.size() < options_.queue_max) {
        auto request = queue_.try_pop();
        if (!request) break;
        start(std::move(*request));
      }
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (finish_some()) continue;
      curl_multi_poll(multi_.get(), nullptr, 0, wait_ms, nullptr);
    }
  }

  void fail(RequestId id, std::string what) {
    sink_({id, HttpFailure{HttpFailureKind::not_connected, std::move(what)}, Milliseconds(0)});
  }

  void start(HttpRequest request) {
    if (const auto allowed = check_allowed(request.url); !allowed)
      return fail(request.id, allowed.error().what);
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->easy.reset(curl_easy_init());
    if (!transfer->easy) return fail(transfer->request.id, "no memory for a transfer");
    set_rules(*transfer, options_);
    set_request(*transfer);
    CURL* easy = transfer->easy.get();
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
      return fail(transfer->request.id, "libcurl does not take the transfer");
    transfers_.emplace(easy, std::move(transfer));
  }

  bool finish_some() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_.get(), easy);
      const auto found = transfers_.find(easy);
      if (found == transfers_.end()) continue;
      const auto transfer = std::move(found->second);
      transfers_.erase(found);
      sink_(result_of(*transfer, code));
      any = true;
    }
    return any;
  }

  static HttpResult result_of(Transfer& transfer, CURLcode code) {
    curl_off_t elapsed_us = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_TOTAL_TIME_T, &elapsed_us);
    HttpResult result{transfer.request.id, {}, Milliseconds(elapsed_us / 1'000)};
    if (code != CURLE_OK) {
      result.outcome = HttpFailure{kind_of(transfer, code), curl_easy_strerror(code)};
      return result;
    }
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    result.outcome = std::move(transfer.response);
    return result;
  }

  const CurlOptions options_;
  const Sink sink_;
  BoundedQueue<HttpRequest> queue_;
  std::unique_ptr<CURLM, MultiClose> multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::jthread thread_;
};

Result<std::unique_ptr<CurlClient>> CurlClient::create(CurlOptions options, Sink sink) {
  // Counts its calls itself and is safe to repeat; never undone, as other libraries may use it.
  if (auto good = check_certificate(options); !good) return pass_on(good.error());
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return kiosk::fail("sync", "curl", "libcurl does not start");
  std::unique_ptr<CURLM, MultiClose> multi(curl_multi_init());
  if (!multi) return kiosk::fail("sync", "curl", "libcurl does not start");
  auto worker = std::make_unique<Worker>(std::move(options), std::move(sink), std::move(multi));
  return std::unique_ptr<CurlClient>(new CurlClient(std::move(worker)));
}

CurlClient::CurlClient(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
CurlClient::~CurlClient() = default;

bool CurlClient::send(HttpRequest request) {
  return worker_->push(std::move(request));
}

}  // namespace kiosk::sync
