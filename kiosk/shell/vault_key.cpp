#include "kiosk/shell/vault_key.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "kiosk/store/key_file.h"

namespace kiosk::shell {
namespace {

namespace fs = std::filesystem;
using store::KeyFileAccess;

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string credential_path(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

Error said(const Error& cause, std::string_view next_step) {
  return {"vault", cause.code, fmt::format("{}; {}", cause.what, next_step)};
}

constexpr std::string_view see_readme = "see \"Patients' data\" in the README";

tl::unexpected<Error> no_credentials() {
  return fail("vault", "key_missing",
              fmt::format("this process got no systemd credentials ($CREDENTIALS_DIRECTORY is not "
                          "set), and vault.key_storage is \"credential\"; run it as a unit with "
                          "LoadCredentialEncrypted={}:FILE, {}",
                          vault_credential, see_readme));
}

tl::unexpected<Error> lost_key_file(const Config& config) {
  return fail(
      "vault", "key_missing",
      fmt::format("the key file {0} is gone, and no other key opens the ledger {1}; put the file "
                  "back from its backup, or, to begin anew, move {1} and {1}-wal elsewhere and "
                  "raise kiosk.minimum_incarnation",
                  config.key_file, config.ledger_file));
}

Result<Bytes> read_credential(const std::string& folder) {
  auto key =
      store::read_key_file(credential_path(folder, vault_credential), KeyFileAccess::as_mounted);
  if (key) return key;
  return pass_on(
      said(key.error(), key.error().code == "key_missing"
                            ? fmt::format("the unit needs LoadCredentialEncrypted={}:FILE, {}",
                                          vault_credential, see_readme)
                            : fmt::format("encrypt the right key again, {}", see_readme)));
}

Result<Bytes> read_or_make_key_file(const Config& config) {
  auto key = store::read_key_file(config.key_file);
  if (key) return key;
  if (key.error().code != "key_missing" || is_there(config.key_file)) {
    return pass_on(said(key.error(), "put the right file there"));
  }
  if (is_there(config.ledger_file)) return lost_key_file(config);
  std::error_code ignored;
  fs::create_directories(fs::path(config.key_file).parent_path(), ignored);
  key = store::create_key_file(config.key_file, store::system_random());
  if (!key) return pass_on(said(key.error(), "the kiosk must be able to write there once"));
  return key;
}

std::optional<Bytes> if_there(const Result<Bytes>& key) {
  return key ? std::optional(*key) : std::nullopt;
}

std::string_view wrong_key_step(KeyStorage storage) {
  switch (storage) {
    case KeyStorage::credential:
      return "give the unit the credential that this ledger was made with";
    case KeyStorage::server:
      return "let vault.key_url answer with the key that this ledger was made with";
    case KeyStorage::disk:
      return "put the key file that belongs to this ledger back";
  }
  return {};
}

Result<Bytes> next_key(const Config& config, const std::optional<VaultKeys>& keys, bool revoked) {
  if (keys && keys->next) return *keys->next;
  if (config.key_storage == KeyStorage::disk) {
    const std::string path = store::next_key_file(config.key_file);
    if (auto begun = store::read_key_file(path)) return begun;
    if (auto gone = store::destroy_key_file(path); !gone) return pass_on(gone.error());
    return store::create_key_file(path, store::system_random());
  }
  if (revoked && keys) return keys->current;  // whatever the old one was, nothing is sealed with it
  const bool credential = config.key_storage == KeyStorage::credential;
  return fail("vault", "next_key_missing",
              credential ? fmt::format("the new key is the credential {}: give this command both, "
                                       "{}",
                                       next_vault_credential, see_readme)
                         : fmt::format("vault.key_url has to answer with two lines, the key and "
                                       "the new key, {}",
                                       see_readme));
}

std::string what_now(KeyStorage storage) {
  switch (storage) {
    case KeyStorage::credential:
      return fmt::format(
          "The ledger opens with {} only: encrypt the same key as {}, give that one "
          "to the unit, destroy the old one, then start the kiosk.",
          next_vault_credential, vault_credential);
    case KeyStorage::server:
      return "The ledger opens with the new key only: let vault.key_url answer with it alone, then "
             "start the kiosk.";
    case KeyStorage::disk:
      return "The new key is in place, the old one is destroyed: start the kiosk.";
  }
  return {};
}

}  // namespace

Result<VaultKeys> read_vault_keys(const Config& config, const std::string& credentials_folder) {
  if (config.key_storage == KeyStorage::credential) {
    if (credentials_folder.empty()) return no_credentials();
    auto key = read_credential(credentials_folder);
    if (!key) return pass_on(key.error());
    return VaultKeys{
        std::move(*key),
        if_there(store::read_key_file(credential_path(credentials_folder, next_vault_credential),
                                      KeyFileAccess::as_mounted))};
  }
  auto key = read_or_make_key_file(config);
  if (!key) return pass_on(key.error());
  return VaultKeys{std::move(*key),
                   if_there(store::read_key_file(store::next_key_file(config.key_file)))};
}

Result<void> check_vault_keys(const Config& config, const std::string& credentials_folder) {
  if (store::Ledger::revoked_at(config.ledger_file)) return {};
  switch (config.key_storage) {
    case KeyStorage::server:
      return {};
    case KeyStorage::credential: {
      if (credentials_folder.empty()) return {};
      auto key = read_credential(credentials_folder);
      if (!key) return pass_on(key.error());
      return {};
    }
    case KeyStorage::disk:
      break;
  }
  if (!is_there(config.key_file)) {
    if (is_there(config.ledger_file)) return lost_key_file(config);
    return {};
  }
  auto key = store::read_key_file(config.key_file);
  if (!key) return pass_on(said(key.error(), "put the right file there"));
  return {};
}

std::string theft_warning(const Config& config, Tpm tpm) {
  switch (config.key_storage) {
    case KeyStorage::disk:
      return "vault.key_storage \"disk\": the key lies beside the ledger; patients' data is not "
             "protected against theft";
    case KeyStorage::server:
      return {};
    case KeyStorage::credential:
      if (tpm == Tpm::present) return {};
      return "vault.key_storage \"credential\": this machine shows no TPM; a credential that is "
             "sealed with the machine's own key lies beside it and is not protected against theft: "
             "choose \"server\", or \"disk\" where that is accepted";
  }
  return {};
}

std::string vault_advice(const Config& config, Tpm tpm) {
  if (config.key_storage != KeyStorage::server) return theft_warning(config, tpm);
  return "vault.key_storage \"server\": the kiosk starts only while " + config.key_url + " answers";
}

Result<OpenedLedger> open_with_keys(const Config& config, const VaultKeys& keys,
                                    store::OpenArguments arguments) {
  std::vector<const Bytes*> tried{&keys.current};
  if (keys.next) tried.push_back(&*keys.next);
  for (const Bytes* key : tried) {
    auto vault = store::Vault::create(*key, store::system_random());
    if (!vault) return pass_on(vault.error());
    arguments.vault = std::move(*vault);
    auto ledger = store::Ledger::open(arguments);
    if (ledger) return OpenedLedger{std::move(*ledger), key != &keys.current};
    if (ledger.error().code != "wrong_key") return pass_on(ledger.error());
  }
  return fail("vault", "wrong_key",
              fmt::format("the ledger {} was sealed with another key; {}", config.ledger_file,
                          wrong_key_step(config.key_storage)));
}

Result<void> finish_key_change(const Config& config) {
  if (config.key_storage != KeyStorage::disk) return {};
  if (auto adopted = store::adopt_next_key_file(config.key_file); !adopted) {
    return pass_on(said(adopted.error(), "run kiosk rotate-key again"));
  }
  return {};
}

Result<std::string> change_vault_key(const Config& config, const std::optional<VaultKeys>& keys,
                                     const store::OpenArguments& arguments) {
  if (!is_there(config.ledger_file)) {
    return fail("vault", "no_ledger",
                fmt::format("there is no ledger {} yet: nothing is sealed, and the kiosk begins "
                            "with the key that it is given at its first start",
                            config.ledger_file));
  }
  const bool revoked = store::Ledger::revoked_at(config.ledger_file);
  auto opened = open_with_keys(
      config, keys.value_or(VaultKeys{Bytes(store::Vault::key_bytes, 0), std::nullopt}), arguments);
  if (!opened) return pass_on(opened.error());
  if (!opened->by_next) {
    auto key = next_key(config, keys, revoked);
    if (!key) return pass_on(key.error());
    if (!revoked && keys && *key == keys->current) {
      return fail("vault", "same_key", "the new key is the old one; make another");
    }
    auto vault = store::Vault::create(*key, store::system_random());
    if (!vault) return pass_on(vault.error());
    auto rotated = opened->ledger->rotate_key(*vault, arguments.now);
    if (!rotated) return fail("nothing may have changed, run it again", rotated.error());
  }
  opened->ledger.reset();
  if (auto finished = finish_key_change(config); !finished) return pass_on(finished.error());
  return what_now(config.key_storage);
}

}  // namespace kiosk::shell
