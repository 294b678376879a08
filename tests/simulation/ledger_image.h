#pragma once

#include <string>

#include "kiosk/base/instant.h"
#include "kiosk/store/vault.h"

namespace simulation {

/// The key of all ledgers here, with the randomness that its seals take.
kiosk::store::Vault vault_with(kiosk::store::RandomSource random);
/// The same with another key.
kiosk::store::Vault another_vault_with(kiosk::store::RandomSource random);

/// A ledger's file as it is after its first start, migrated and closed; made once a process.
/// kiosk_code and now: of its first row.
const std::string& ledger_image(const std::string& kiosk_code, kiosk::Instant now);

}  // namespace simulation
