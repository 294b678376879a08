#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/base/request_id.h"

namespace kiosk::sync {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One HTTP exchange that is asked for, as a value.
struct HttpRequest {
  RequestId id;
  std::string method = "GET";
  std::string url;  ///< absolute
  Headers headers;
  std::string body;
  Milliseconds connect_timeout{5'000};
  Milliseconds timeout{15'000};                     ///< of the whole exchange
  std::size_t answer_bytes_max = 32 * 1024 * 1024;  ///< a longer answer is `too_large`

  bool operator==(const HttpRequest&) const = default;
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;

  bool operator==(const HttpResponse&) const = default;
};

/// How far an exchange came that has no answer. After the first byte of a request that writes, the
/// server may or may not have acted.
enum class HttpFailureKind {
  not_connected,     ///< name, connect, TLS: nothing of the request left
  timed_out_unsent,  ///< the time was up before the first byte left
  timed_out_sent,    ///< the time was up after it
  lost,              ///< the connection broke after the first byte had left
  too_large,         ///< there was an answer, longer than allowed
  not_fhir           ///< a page for people came: a proxy or portal speaks, not the server
};

struct HttpFailure {
  HttpFailureKind kind = HttpFailureKind::not_connected;
  std::string what;

  bool operator==(const HttpFailure&) const = default;
};

struct HttpResult {
  RequestId id;
  std::variant<HttpResponse, HttpFailure> outcome;
  Milliseconds elapsed{0};  ///< monotonic, from start to end of the exchange

  bool operator==(const HttpResult&) const = default;
};

/// Nothing of the request can have reached the server.
inline bool surely_unsent(HttpFailureKind kind) {
  return kind == HttpFailureKind::not_connected || kind == HttpFailureKind::timed_out_unsent;
}

/// The first header of that name, whatever its case; empty when there is none.
std::string_view header(const Headers& headers, std::string_view name);

}  // namespace kiosk::sync
