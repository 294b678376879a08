#include "kiosk/app/assembly.h"

#include <algorithm>
#include <filesystem>

#include "kiosk/app/sign_in.h"
#include "kiosk/app/vault.h"
#include "kiosk/shell/log.h"

namespace kiosk::app {
namespace {

void tell_of(const store::AsideLedger& aside) {
  if (aside.taken > 0) {
    shell::log(shell::Severity::warning, "ledger_taken_over",
               {{"old", aside.path}, {"arrivals", std::to_string(aside.taken)}});
  }
  if (aside.settled()) return;
  shell::log(shell::Severity::error, "ledger_left",
             {{"old", aside.path},
              {"arrivals", (aside.whole ? "" : "at least ") + std::to_string(aside.left)},
              {"what", "export them: kiosk list unacknowledged --export FILE --ledger " +
                           aside.path + ", enter them by hand, then delete it"}});
}

Result<std::unique_ptr<store::Ledger>> open_ledger(const shell::Config& config,
                                                   const shell::VaultKeys& keys) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(config.ledger_file).parent_path(),
                                      ignored);
  auto opened = shell::open_with_keys(config, keys,
                                      ledger_arguments(config, shell::Clock(build_floor()).now()));
  if (!opened && opened.error().domain == "vault") return pass_on(opened.error());
  if (!opened) return fail("ledger " + config.ledger_file, opened.error());
  if (opened->by_next) {
    const auto finished = shell::finish_key_change(config);
    if (!finished) shell::log_error("key_change", finished.error());
    shell::log(shell::Severity::warning, "key_changed",
               {{"what", "the ledger opened with the new key; see kiosk rotate-key"}});
  }
  if (const auto& aside = opened->ledger->set_aside()) {
    shell::log(shell::Severity::error, "ledger_replaced", {{"old", *aside}});
  }
  for (const store::AsideLedger& aside : opened->ledger->asides()) tell_of(aside);
  return std::move(opened->ledger);
}

}  // namespace

Instant build_floor() {
  const auto date = domain::parse_date(KIOSK_BUILD_DATE);
  return date ? domain::day_of({}, *date).start : Instant{};
}

Result<Core> make_core(const shell::Config& config, const shell::VaultKeys& keys,
                       std::unique_ptr<sync::Authorizer> authorizer) {
  Core core;
  core.authorizer = std::move(authorizer);
  if (const auto why = shell::theft_warning(config, machine_tpm()); !why.empty())
    shell::log(shell::Severity::warning, "key_unprotected", {{"what", why}});
  auto ledger = open_ledger(config, keys);
  if (!ledger) return pass_on(ledger.error());
  core.ledger = std::move(*ledger);
  const auto status = core.ledger->status(Instant{});
  if (!status) return pass_on(status.error());
  core.clock = std::make_unique<shell::Clock>(std::max(build_floor(), status->last_committed));
  if (!config.order_key_file.empty()) {
    auto key = sync::OrderKey::load(config.order_key_file);
    if (!key) return fail("server.orders.key_file", key.error());
    core.order_key = std::move(*key);
  }
  sync::Settings settings{config.profile, config.rules.zone, config.rules.kiosk_code,
                          config.order_url, core.order_key};
  auto engine =
      sync::Engine::create(std::move(settings), *core.ledger, *core.authorizer, random_unit);
  if (!engine) return fail("server", engine.error());
  core.engine = std::move(*engine);
  return core;
}

}  // namespace kiosk::app
