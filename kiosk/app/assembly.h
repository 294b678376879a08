#pragma once

#include <memory>
#include <optional>

#include "kiosk/shell/clock.h"
#include "kiosk/shell/config.h"
#include "kiosk/shell/vault_key.h"
#include "kiosk/store/ledger.h"
#include "kiosk/sync/authorizer.h"
#include "kiosk/sync/engine.h"

// What the running kiosk and `kiosk sync` stand on.
namespace kiosk::app {

/// When this program was built; no clock that shows less is believed. From the compiler, so that it
/// needs no configuration.
Instant build_floor();

/// The ledger, the server's engine on it, and the clock. In the order in which they may go.
struct Core {
  std::unique_ptr<sync::Authorizer> authorizer;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<sync::Engine> engine;
  std::unique_ptr<shell::Clock> clock;
  std::optional<sync::OrderKey> order_key;  ///< of who may withdraw this kiosk
};

/// Opens the ledger, whose folder is made, and finishes a key change that was cut short. Errors:
/// those of shell::open_with_keys, sync::OrderKey::load and sync::Engine::create.
Result<Core> make_core(const shell::Config& config, const shell::VaultKeys& keys,
                       std::unique_ptr<sync::Authorizer> authorizer);

}  // namespace kiosk::app
