#include "tests/simulation/sign_in.h"

#include <unistd.h>

#include <cstdio>

#include "kiosk/base/check.h"
#include "kiosk/sync/smart_sign_in.h"

namespace simulation {
namespace {

using kiosk::sync::HttpRequest;
using kiosk::sync::HttpResponse;
using kiosk::sync::SmartKey;

constexpr const char* token_url = "http://127.0.0.1/token";
constexpr const char* configuration_path = "/.well-known/smart-configuration";

struct Keys {
  std::string public_key;
  SmartKey private_key;
};

/// One pair for all kiosks: making one takes long, and nothing that is traced depends on it. RSA
/// signs and verifies faster than P-384.
const Keys& keys() {
  static const Keys made = [] {
    const auto pair = emulators::make_key_pair("RS384");
    std::string path = "/tmp/simulation-key-XXXXXX";
    const int file = mkstemp(path.data());
    KIOSK_CHECK(file >= 0);
    const auto written = write(file, pair.private_key.data(), pair.private_key.size());
    KIOSK_CHECK(written == ssize_t(pair.private_key.size()));
    close(file);
    auto key = SmartKey::load(path);
    std::remove(path.c_str());
    KIOSK_CHECK(key.has_value());
    return Keys{pair.public_key, std::move(*key)};
  }();
  return made;
}

}  // namespace

SignIn::SignIn()
    : desk_([] {
        emulators::TokenDesk::Options options;
        options.public_key = keys().public_key;
        return options;
      }()) {}

std::unique_ptr<kiosk::sync::Authorizer> SignIn::authorizer(const std::string& base_url,
                                                            std::function<std::string()> random_id,
                                                            std::function<double()> jitter) const {
  kiosk::sync::SmartSettings settings;
  settings.base_url = base_url;
  settings.token_url = token_url;
  settings.client_id = "kiosk-1";
  settings.key_id = "key-1";
  settings.scopes = {"system/*.rs"};
  return kiosk::sync::smart_sign_in(std::move(settings), keys().private_key, std::move(random_id),
                                    std::move(jitter));
}

std::optional<HttpResponse> SignIn::answer(const HttpRequest& request, kiosk::Instant now) {
  if (request.url == token_url) return desk_.token(token_url, request.body, now);
  if (request.url.ends_with(configuration_path)) return desk_.configuration(token_url);
  const auto authorization = kiosk::sync::header(request.headers, "Authorization");
  if (!desk_.accepts(authorization, now)) return HttpResponse{401, {}, "no such token"};
  return std::nullopt;
}

void SignIn::withdraw() {
  desk_.withdraw_client();
  desk_.end_all_tokens();
}

}  // namespace simulation
