#include "kiosk/sync/smart_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

using Members = std::map<std::string, std::vector<std::string>>;

constexpr std::size_t token_bytes_max = 16 * 1024;
constexpr std::size_t error_bytes_max = 40;
constexpr std::size_t scopes_max = 200;
constexpr std::int64_t lasts_max_s = 24 * 3600;
/// What SMART recommends; RFC 6749 lets `expires_in` be left out.
constexpr Seconds lasts_unsaid{300};

std::string one(const Members& members, const std::string& name) {
  const auto found = members.find(name);
  return found == members.end() || found->second.empty() ? std::string() : found->second.front();
}

/// The `error` of an answer, only where it looks like one of RFC 6749 5.2.
std::string error_in(const HttpResponse& response) {
  const auto members = read_members(response.body);
  const auto words = members ? one(*members, "error") : std::string();
  const bool code = std::all_of(words.begin(), words.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return code && words.size() <= error_bytes_max ? words : std::string();
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

struct Scope {
  std::string_view who;      ///< system, user, patient
  std::string_view what;     ///< resource type or *
  std::string_view actions;  ///< of "cruds"
};

std::optional<Scope> split(std::string_view text) {
  const auto slash = text.find('/');
  const auto query = text.find('?');
  const auto dot = text.find('.', slash == std::string_view::npos ? 0 : slash);
  if (slash == std::string_view::npos || dot == std::string_view::npos) return std::nullopt;
  if (query != std::string_view::npos) return std::nullopt;  // only a part of the resources
  Scope scope{text.substr(0, slash), text.substr(slash + 1, dot - slash - 1), text.substr(dot + 1)};
  if (scope.actions == "read") scope.actions = "rs";
  if (scope.actions == "write") scope.actions = "cud";
  if (scope.actions == "*") scope.actions = "cruds";
  return scope;
}

/// Which single actions of `wanted` no granted scope covers; one scope may lack what another has.
bool covered(const std::vector<std::string>& granted, const std::string& wanted) {
  if (std::find(granted.begin(), granted.end(), wanted) != granted.end()) return true;
  const auto need = split(wanted);
  if (!need) return false;
  return std::all_of(need->actions.begin(), need->actions.end(), [&](char action) {
    return std::any_of(granted.begin(), granted.end(), [&](const std::string& text) {
      const auto have = split(text);
      return have && have->who == need->who && (have->what == "*" || have->what == need->what) &&
             have->actions.find(action) != std::string_view::npos;
    });
  });
}

std::optional<Seconds> lifetime(const Members& members) {
  const auto words = one(members, "expires_in");
  if (words.empty()) return lasts_unsaid;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), seconds);
  if (error != std::errc() || end != words.data() + words.size() || seconds < 1)
    return std::nullopt;
  return Seconds(std::min(seconds, lasts_max_s));
}

}  // namespace

std::vector<std::string> scopes_in(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty() && scopes.size() < scopes_max) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) scopes.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::vector<std::string> missing_scopes(const std::vector<std::string>& granted,
                                        const std::vector<std::string>& wanted) {
  std::vector<std::string> missing;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing),
               [&](const std::string& scope) { return !covered(granted, scope); });
  return missing;
}

Result<Grant> read_grant(const HttpResponse& response, const std::vector<std::string>& wanted) {
  if (response.status != 200) {
    const auto error = error_in(response);
    const bool of_client = response.status == 400 || response.status == 401;
    auto words = fmt::format("the token endpoint answers HTTP {}", response.status);
    if (!error.empty()) words += ": " + error;
    if (of_client && error == "invalid_client") return fail("sync", "invalid_client", words);
    return fail("sync", "token_refused", words);
  }
  const auto members = read_members(response.body);
  if (!members)
    return fail("sync", "token_answer", "the token endpoint's answer: " + members.error().what);
  Grant grant;
  grant.token = one(*members, "access_token");
  const bool printable = std::all_of(grant.token.begin(), grant.token.end(),
                                     [](char c) { return c > ' ' && c < 0x7f; });
  if (grant.token.empty() || grant.token.size() > token_bytes_max || !printable)
    return fail("sync", "token_answer", "the token endpoint's answer holds no access_token");
  if (!same_word(one(*members, "token_type"), "bearer"))
    return fail("sync", "token_answer", "the token endpoint gives a token that is no bearer token");
  const auto lasts = lifetime(*members);
  if (!lasts) return fail("sync", "token_answer", "the token's expires_in is no time");
  grant.lasts = *lasts;
  grant.scopes = members->contains("scope") ? scopes_in(one(*members, "scope")) : wanted;
  return grant;
}

Result<std::string> read_token_endpoint(const HttpResponse& response, std::string_view algorithm) {
  const auto wrong = [](std::string what) {
    return fail("sync", "smart_configuration", ".well-known/smart-configuration: " + what);
  };
  if (response.status != 200) return wrong(fmt::format("HTTP {}", response.status));
  const auto members = read_members(response.body);
  if (!members) return wrong(members.error().what);
  const auto endpoint = one(*members, "token_endpoint");
  if (const auto allowed = check_allowed(endpoint); !allowed)
    return wrong("token_endpoint: " + allowed.error().what);
  const auto names = [&](const char* list, std::string_view wanted) {
    const auto found = members->find(list);
    return found == members->end() ||
           std::find(found->second.begin(), found->second.end(), wanted) != found->second.end();
  };
  if (!names("token_endpoint_auth_methods_supported", "private_key_jwt"))
    return wrong("the server does not take private_key_jwt");
  if (!names("token_endpoint_auth_signing_alg_values_supported", algorithm))
    return wrong(fmt::format("the server does not take {}", algorithm));
  return endpoint;
}

}  // namespace kiosk::sync
