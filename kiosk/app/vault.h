#pragma once

#include <functional>
#include <string>

#include "kiosk/shell/vault_key.h"
#include "kiosk/sync/authorizer.h"

// The vault's keys from wherever the configuration says: the threads and waiting around
// kiosk/shell/vault_key.h and key_fetch.h.
namespace kiosk::app {

struct VaultSources {
  std::string credentials_folder;  ///< $CREDENTIALS_DIRECTORY, or empty
  Instant clock_floor;             ///< no clock that shows less is believed
};

/// Waits so long for something to happen; false: give up.
using WaitForKeys = std::function<bool(Milliseconds)>;

/// Gets the keys; of a revoked ledger, which needs none, any. "server" is asked until it answers or
/// `wait` gives up; each failure is logged.
///
/// Errors: those of shell::read_vault_keys; vault/stopped when `wait` gave up.
Result<shell::VaultKeys> vault_keys(const shell::Config& config, const VaultSources& sources,
                                    sync::Authorizer& authorizer, const WaitForKeys& wait);

/// The same for a command that somebody waits for: "server" is asked for a minute.
Result<shell::VaultKeys> command_keys(const shell::Config& config,
                                      const std::string& credentials_folder,
                                      sync::Authorizer& authorizer);

store::OpenArguments ledger_arguments(const shell::Config& config, const Now& now);

/// `kiosk rotate-key`: gives the exit status; what happened and what to do next is printed.
int rotate_key(const shell::Config& config, const std::string& credentials_folder);

/// Whether this machine shows a TPM.
shell::Tpm machine_tpm();

/// What `kiosk check-config` says of the vault, printed; false when the kiosk would not start.
bool judge_vault_key(const shell::Config& config, const std::string& credentials_folder);

}  // namespace kiosk::app
