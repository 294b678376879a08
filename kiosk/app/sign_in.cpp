#include "kiosk/app/sign_in.h"

#include "kiosk/store/vault.h"
#include "kiosk/sync/smart_sign_in.h"

namespace kiosk::app {

std::string random_hex() {
  return to_hex(store::system_random()(16));
}

double random_unit() {
  const Bytes bytes = store::system_random()(4);
  const std::uint32_t value = std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 |
                              std::uint32_t(bytes[2]) << 8 | bytes[3];
  return double(value) / 4294967296.0;
}

Result<std::unique_ptr<sync::Authorizer>> make_authorizer(const shell::Config& config) {
  switch (config.sign_in) {
    case shell::SignIn::none:
      return sync::no_sign_in(config.profile.base_url);
    case shell::SignIn::bearer:
      return sync::bearer_from_file(config.token_file);
    case shell::SignIn::certificate:
      return sync::certificate_only();
    case shell::SignIn::smart:
      break;
  }
  auto key = sync::SmartKey::load(config.smart.key_file);
  if (!key) return pass_on(key.error());
  const shell::SmartSignIn& smart = config.smart;
  sync::SmartSettings settings{config.profile.base_url,
                               smart.token_url,
                               smart.client_id,
                               smart.key_id,
                               smart.scopes,
                               config.profile.connect_timeout,
                               config.profile.request_timeout};
  return sync::smart_sign_in(std::move(settings), std::move(*key), random_hex, random_unit);
}

}  // namespace kiosk::app
