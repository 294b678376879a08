#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/shell/config.h"
#include "kiosk/store/ledger.h"

// Where the key of the ledger's vault comes from. It is never made anew beside an existing ledger,
// and nothing is ever kept unsealed for want of one.
namespace kiosk::shell {

/// The names of the systemd credentials, each 32 bytes or 64 hexadecimal digits.
inline constexpr const char* vault_credential = "kiosk-vault-key";
inline constexpr const char* next_vault_credential = "kiosk-vault-key-new";

struct VaultKeys {
  Bytes current;
  std::optional<Bytes> next;  ///< while keys change
};

/// Reads the keys of key_storage "credential" (from `credentials_folder`, $CREDENTIALS_DIRECTORY of
/// the process, empty when it has none) or "disk". The key file of "disk" is made when there is no
/// ledger yet.
///
/// Errors: vault/key_missing, vault/bad_key, vault/key_permissions, vault/io; each says what to do.
Result<VaultKeys> read_vault_keys(const Config& config, const std::string& credentials_folder);

/// What keeps these keys from being read; nothing is made. Without a credentials folder the
/// credentials are not judged.
Result<void> check_vault_keys(const Config& config, const std::string& credentials_folder);

/// Of this machine.
enum class Tpm { none, present };
/// Why patients' data on a stolen kiosk could be read, in a sentence; empty: they could not.
std::string theft_warning(const Config& config, Tpm tpm);
/// What IT should know of the chosen key_storage, a sentence; empty: nothing.
std::string vault_advice(const Config& config, Tpm tpm);

struct OpenedLedger {
  std::unique_ptr<store::Ledger> ledger;
  bool by_next = false;  ///< the keys were changed, and what follows was not done yet
};

/// Opens the ledger with whichever of the keys it was sealed with. `arguments.vault` is replaced.
///
/// Errors: vault/wrong_key with what to do; those of Ledger::open.
Result<OpenedLedger> open_with_keys(const Config& config, const VaultKeys& keys,
                                    store::OpenArguments arguments);

/// The keys were changed: of "disk", the next key file takes the place of the old one. Nothing
/// happens where IT does it.
///
/// Errors: vault/io.
Result<void> finish_key_change(const Config& config);

/// Seals the ledger with the next key; a key change that was cut short is finished. `keys` may be
/// empty for a revoked ledger of "disk". Gives back what IT has to do now, in words.
///
/// Errors: vault/no_ledger, vault/next_key_missing, vault/same_key, those of `open_with_keys` and
/// Ledger::rotate_key.
Result<std::string> change_vault_key(const Config& config, const std::optional<VaultKeys>& keys,
                                     const store::OpenArguments& arguments);

}  // namespace kiosk::shell
