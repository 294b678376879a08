#include "kiosk/sync/url.h"

#include <algorithm>
#include <charconv>

#include "kiosk/sync/http.h"

namespace kiosk::sync {
namespace {

constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

tl::unexpected<Error> bad_url() {
  return fail("sync", "bad_url", "not an absolute http(s) URL");
}

/// Splits "host:port" or "[v6]:port"; false when the port is no number.
bool split_authority(std::string_view authority, Origin& origin) {
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    origin.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!port.empty() && port.front() != ':') return false;
  } else {
    const auto colon = authority.find(':');
    origin.host = authority.substr(0, colon);
    port = colon == std::string_view::npos ? "" : authority.substr(colon);
  }
  if (port.size() <= 1) return port.empty() && !origin.host.empty();
  const auto [end, error] =
      std::from_chars(port.data() + 1, port.data() + port.size(), origin.port);
  return error == std::errc() && end == port.data() + port.size() && origin.port > 0 &&
         origin.port < 65536 && !origin.host.empty();
}

}  // namespace

std::string_view header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_text(key, name)) return value;
  return {};
}

Result<Origin> origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return bad_url();
  Origin origin;
  origin.scheme = url.substr(0, scheme_end);
  std::transform(origin.scheme.begin(), origin.scheme.end(), origin.scheme.begin(), lower);
  if (origin.scheme != "http" && origin.scheme != "https") return bad_url();
  origin.port = origin.scheme == "https" ? 443 : 80;
  const auto rest = url.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return bad_url();
  if (!split_authority(authority, origin)) return bad_url();
  std::transform(origin.host.begin(), origin.host.end(), origin.host.begin(), lower);
  return origin;
}

bool is_loopback(const Origin& origin) {
  if (origin.host == "localhost" || origin.host == "::1") return true;
  return origin.host.starts_with("127.") &&
         origin.host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<void> check_allowed(std::string_view url) {
  const auto origin = origin_of(url);
  if (!origin) return pass_on(origin.error());
  if (origin->scheme == "http" && !is_loopback(*origin))
    return fail("sync", "plain_http", "plain http is allowed on loopback only");
  return {};
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() + 8);
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

std::string query_value(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain =
        c > ' ' && c < 0x7f && std::string_view("%&+#\"").find(c) == std::string::npos;
    encoded += plain ? std::string(1, c) : percent_encoded(std::string_view(&c, 1));
  }
  return encoded;
}

std::string form_body(const FormFields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += percent_encoded(name) + '=' + percent_encoded(value);
  }
  return body;
}

std::string join(std::string_view base, std::string_view path) {
  while (!base.empty() && base.back() == '/') base.remove_suffix(1);
  if (path.empty()) return std::string(base);
  return std::string(base) + '/' + std::string(path);
}

Result<std::string> resolve_link(std::string_view base, const std::string& link) {
  const auto own = origin_of(base);
  if (!own) return pass_on(own.error());
  if (std::any_of(link.begin(), link.end(),
                  [](char c) { return c == 0x7f || (c >= 0 && c <= ' '); }))
    return fail("sync", "bad_url", "page link holds a space or a control character");
  if (link.find("://") == std::string::npos) {
    const auto root_end = base.find('/', base.find("://") + 3);
    const auto root = base.substr(0, root_end);
    if (link.starts_with("//"))
      return fail("sync", "foreign_link", "page link names another server");
    if (link.starts_with('/')) return std::string(root) + link;
    if (link.starts_with('?')) return join(base, "") + link;
    return join(base, link);
  }
  const auto there = origin_of(link);
  if (!there) return pass_on(there.error());
  const bool both_here = is_loopback(*own) && is_loopback(*there) && own->port == there->port;
  if (*there != *own && !both_here)
    return fail("sync", "foreign_link", "page link names another server");
  return link;
}

}  // namespace kiosk::sync
