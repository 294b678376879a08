#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kiosk/base/result.h"

namespace kiosk::sync {

/// The parts of an absolute http(s) URL. `port` is the scheme's own when none is written.
struct Origin {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case, without brackets
  int port = 0;

  bool operator==(const Origin&) const = default;
};

/// Errors: sync/bad_url for anything but http(s)://host[:port][/...] without user information.
Result<Origin> origin_of(std::string_view url);

bool is_loopback(const Origin& origin);

/// Errors: sync/bad_url; sync/plain_http unless the scheme is https or the host is loopback.
Result<void> check_allowed(std::string_view url);

/// RFC 3986: all but unreserved characters as %XX.
std::string percent_encoded(std::string_view text);

/// A value of a conditional create's query: only what would end or change it is encoded, because
/// simple servers compare it as it stands.
std::string query_value(std::string_view text);

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded, in the given order.
std::string form_body(const FormFields& fields);

/// `base` with exactly one slash, then `path`.
std::string join(std::string_view base, std::string_view path);

/// A page link as the server wrote it, made absolute against `base`. Errors: sync/bad_url;
/// sync/foreign_link when it leads to another server, which must never see our credentials.
Result<std::string> resolve_link(std::string_view base, const std::string& link);

}  // namespace kiosk::sync
