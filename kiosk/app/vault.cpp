#include "kiosk/app/vault.h"

#include <fmt/format.h>

#include <filesystem>

#include "kiosk/app/cli.h"
#include "kiosk/app/sign_in.h"
#include "kiosk/base/bounded_queue.h"
#include "kiosk/shell/clock.h"
#include "kiosk/shell/key_fetch.h"
#include "kiosk/shell/log.h"
#include "kiosk/sync/curl_client.h"

namespace kiosk::app {
namespace {

using shell::KeyStorage;

constexpr Milliseconds look_every{100};
/// A command has somebody who waits for it.
constexpr Seconds command_patience{60};

WaitForKeys command_wait() {
  return [waited = Milliseconds(0)](Milliseconds limit) mutable {
    BoundedQueue<int>(1).pop(limit, {});
    return (waited += limit) < command_patience;
  };
}

Result<shell::VaultKeys> fetch_keys(const shell::Config& config, const VaultSources& sources,
                                    sync::Authorizer& authorizer, const WaitForKeys& wait) {
  BoundedQueue<sync::HttpResult> results(16);
  auto http = sync::CurlClient::create(
      {config.ca_file, 16, config.certificate_file, config.certificate_key_file},
      [&](sync::HttpResult result) {
        if (!results.push(std::move(result))) shell::log(shell::Severity::error, "key_queue_full");
      });
  if (!http) return fail("sign-in", http.error());
  const shell::Clock clock(sources.clock_floor);
  shell::KeyFetch fetch(config, authorizer, random_unit);
  while (!fetch.keys()) {
    std::vector<sync::HttpResult> ended;
    while (auto result = results.try_pop()) ended.push_back(std::move(*result));
    for (sync::HttpRequest& request : fetch.step(clock.now(), std::move(ended))) {
      if (!(*http)->send(std::move(request))) shell::log(shell::Severity::error, "key_queue_full");
    }
    if (const auto trouble = fetch.take_trouble()) shell::log_error("no_key_yet", *trouble);
    if (!fetch.keys() && !wait(look_every)) {
      return fail("vault", "stopped", "no key came from " + config.key_url);
    }
  }
  return *fetch.keys();
}

Result<shell::VaultKeys> read_keys(const shell::Config& config, const VaultSources& sources,
                                   sync::Authorizer& authorizer, const WaitForKeys& wait) {
  if (config.key_storage == KeyStorage::server) {
    return fetch_keys(config, sources, authorizer, wait);
  }
  return shell::read_vault_keys(config, sources.credentials_folder);
}

Result<std::string> changed(const shell::Config& config, const std::string& credentials_folder) {
  const bool makes_its_own =
      config.key_storage == KeyStorage::disk && store::Ledger::revoked_at(config.ledger_file);
  std::optional<shell::VaultKeys> keys;
  if (!makes_its_own) {
    auto authorizer = make_authorizer(config);
    if (!authorizer) return fail("sign-in", authorizer.error());
    auto found = read_keys(config, {credentials_folder, {}}, **authorizer, command_wait());
    if (!found) return pass_on(found.error());
    keys = std::move(*found);
  }
  return shell::change_vault_key(config, keys, ledger_arguments(config, shell::Clock({}).now()));
}

}  // namespace

store::OpenArguments ledger_arguments(const shell::Config& config, const Now& now) {
  return {config.ledger_file, store::Vault::without_secret(store::system_random()),
          config.rules.kiosk_code, now, config.minimum_incarnation};
}

Result<shell::VaultKeys> vault_keys(const shell::Config& config, const VaultSources& sources,
                                    sync::Authorizer& authorizer, const WaitForKeys& wait) {
  if (store::Ledger::revoked_at(config.ledger_file)) {
    return shell::VaultKeys{Bytes(store::Vault::key_bytes, 0), std::nullopt};
  }
  return read_keys(config, sources, authorizer, wait);
}

Result<shell::VaultKeys> command_keys(const shell::Config& config,
                                      const std::string& credentials_folder,
                                      sync::Authorizer& authorizer) {
  return vault_keys(config, {credentials_folder, {}}, authorizer, command_wait());
}

int rotate_key(const shell::Config& config, const std::string& credentials_folder) {
  const auto next_step = changed(config, credentials_folder);
  if (!next_step) return complain(next_step.error());
  fmt::print("{}\n", *next_step);
  return exit_ok;
}

shell::Tpm machine_tpm() {
  std::error_code ignored;  // a unit may hide the device, but not that there is one
  for (const char* path : {"/dev/tpmrm0", "/sys/class/tpm/tpmrm0"})
    if (std::filesystem::exists(path, ignored)) return shell::Tpm::present;
  return shell::Tpm::none;
}

bool judge_vault_key(const shell::Config& config, const std::string& credentials_folder) {
  const std::string advice = shell::vault_advice(config, machine_tpm());
  if (!advice.empty()) fmt::print("note: {}\n", advice);
  if (config.key_storage == KeyStorage::credential && credentials_folder.empty()) {
    fmt::print("note: the credential is not judged here: no $CREDENTIALS_DIRECTORY\n");
  }
  const auto good = shell::check_vault_keys(config, credentials_folder);
  if (!good) fmt::print("vault: {}\n", good.error().what);
  return good.has_value();
}

}  // namespace kiosk::app
