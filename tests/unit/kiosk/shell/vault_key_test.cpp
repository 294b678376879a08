#include "kiosk/shell/vault_key.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "kiosk/store/key_file.h"

using namespace kiosk;
using namespace kiosk::shell;

namespace {

const Now now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21), ClockTrust::server};

/// A folder with a kiosk's files, and one as systemd makes it.
struct Machine {
  Machine() {
    std::string name = "/tmp/kiosk-vault-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    credentials = (folder / "credentials").string();
    std::filesystem::create_directory(credentials);
    config.ledger_file = (folder / "ledger.db").string();
    config.key_file = (folder / "key").string();
    config.key_storage = KeyStorage::disk;
  }
  ~Machine() { std::filesystem::remove_all(folder); }

  void credential(const char* name, char fill) const {
    const auto path = std::filesystem::path(credentials) / name;
    std::ofstream(path) << std::string(64, fill) << '\n';
    chmod(path.c_str(), 0440);
  }
  Result<VaultKeys> keys() const { return read_vault_keys(config, credentials); }
  store::OpenArguments arguments() const {
    return {config.ledger_file, store::Vault::without_secret(store::system_random()), "K1", now};
  }
  Result<OpenedLedger> open() const {
    const auto found = keys();
    if (!found) return pass_on(found.error());
    return open_with_keys(config, *found, arguments());
  }
  Result<std::string> change() const {
    const auto found = keys();
    return change_vault_key(config, found ? std::optional(*found) : std::nullopt, arguments());
  }
  std::string contents(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder;
  std::string credentials;
  Config config;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <typename T>
std::string code(const Result<T>& result) {
  return result ? "good" : std::string(result.error().code);
}

}  // namespace

TEST_CASE("vault key: on the disk it is made once, and never beside a ledger") {
  const Machine machine;
  CHECK(check_vault_keys(machine.config, ""));
  CHECK_FALSE(std::filesystem::exists(machine.config.key_file));
  REQUIRE(machine.open());
  CHECK_FALSE(machine.open()->by_next);
  std::filesystem::remove(machine.config.key_file);
  for (const auto& error : {machine.open().error(), check_vault_keys(machine.config, "").error()}) {
    CHECK(error.code == "key_missing");
    CHECK(has(error.what, machine.config.key_file + " is gone"));
    CHECK(has(error.what, "put the file back"));
  }
  CHECK_FALSE(std::filesystem::exists(machine.config.key_file));
}

TEST_CASE(
    "vault key: a key file that others may read or that is no key is refused with the cause") {
  const Machine machine;
  REQUIRE(machine.open());
  chmod(machine.config.key_file.c_str(), 0644);
  CHECK(code(machine.open()) == "key_permissions");
  CHECK(has(check_vault_keys(machine.config, "").error().what, "chmod 600"));
  std::ofstream(machine.config.key_file) << "no key";
  chmod(machine.config.key_file.c_str(), 0600);
  CHECK(code(machine.open()) == "bad_key");
  CHECK(code(check_vault_keys(machine.config, "")) == "bad_key");
}

TEST_CASE("vault key: another key than the ledger's is told with what to do, for each storage") {
  Machine machine;
  REQUIRE(machine.open());
  machine.credential(vault_credential, 'a');
  const std::pair<KeyStorage, const char*> expected[] = {
      {KeyStorage::credential, "the credential that this ledger was made with"},
      {KeyStorage::server, "let vault.key_url answer with the key that this ledger"},
      {KeyStorage::disk, "put the key file that belongs to this ledger back"}};
  for (const auto& [storage, words] : expected) {
    machine.config.key_storage = storage;
    const auto opened =
        open_with_keys(machine.config, {Bytes(32, 0xaa), std::nullopt}, machine.arguments());
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().domain == "vault");
    CHECK(opened.error().code == "wrong_key");
    const bool said = has(opened.error().what, words);
    CHECK(said);
  }
}

TEST_CASE("vault key: a credential is read where systemd puts it; each way to miss it is told") {
  Machine machine;
  machine.config.key_storage = KeyStorage::credential;
  CHECK(has(read_vault_keys(machine.config, "").error().what, "$CREDENTIALS_DIRECTORY"));
  CHECK(check_vault_keys(machine.config, "").has_value());  // judged in the unit only
  const auto missing = machine.keys();
  CHECK(code(missing) == "key_missing");
  CHECK(has(missing.error().what, "LoadCredentialEncrypted=kiosk-vault-key"));
  CHECK(code(check_vault_keys(machine.config, machine.credentials)) == "key_missing");
  machine.credential(vault_credential, 'x');
  CHECK(code(machine.keys()) == "bad_key");
  machine.credential(vault_credential, 'a');
  CHECK(machine.keys()->current == Bytes(32, 0xaa));
  CHECK_FALSE(machine.keys()->next.has_value());
  CHECK(machine.open());
  CHECK_FALSE(std::filesystem::exists(machine.config.key_file));
  machine.credential(vault_credential, 'b');
  CHECK(code(machine.open()) == "wrong_key");
}

TEST_CASE("key change: on the disk the new key takes the old one's place") {
  const Machine machine;
  CHECK(code(machine.change()) == "no_ledger");
  REQUIRE(machine.open());
  const std::string before = machine.contents(machine.config.key_file);
  CHECK(has(machine.change().value(), "the old one is destroyed"));
  CHECK(machine.contents(machine.config.key_file) != before);
  CHECK_FALSE(std::filesystem::exists(store::next_key_file(machine.config.key_file)));
  CHECK_FALSE(machine.open()->by_next);
}

TEST_CASE(
    "key change: one that was cut short on the disk is finished by the next start or command") {
  for (const bool by_command : {false, true}) {
    for (const bool ledger_was_changed : {false, true}) {
      const Machine machine;
      REQUIRE(machine.open());
      const std::string next_file = store::next_key_file(machine.config.key_file);
      const Bytes next = store::create_key_file(next_file, store::system_random()).value();
      if (ledger_was_changed) {
        const auto vault = store::Vault::create(next, store::system_random()).value();
        REQUIRE(machine.open()->ledger->rotate_key(vault, now));
      }
      if (by_command) {
        CHECK(machine.change());
      } else {
        const auto opened = machine.open();
        REQUIRE(opened);
        CHECK(opened->by_next == ledger_was_changed);
        if (opened->by_next) CHECK(finish_key_change(machine.config));
      }
      const bool adopted = by_command || ledger_was_changed;
      CHECK((store::read_key_file(machine.config.key_file).value() == next) == adopted);
      const auto again = machine.open();
      REQUIRE(again);
      CHECK_FALSE(again->by_next);
    }
  }
}

TEST_CASE("key change: a damaged next key file is made anew") {
  const Machine machine;
  REQUIRE(machine.open());
  std::ofstream(store::next_key_file(machine.config.key_file)) << "half a k";
  CHECK(machine.change());
  CHECK(machine.open());
}

TEST_CASE("key change: with credentials both are needed, and either opens what it sealed") {
  Machine machine;
  machine.config.key_storage = KeyStorage::credential;
  machine.credential(vault_credential, 'a');
  REQUIRE(machine.open());
  CHECK(code(machine.change()) == "next_key_missing");
  machine.credential(next_vault_credential, 'a');
  CHECK(code(machine.change()) == "same_key");
  machine.credential(next_vault_credential, 'b');
  CHECK_FALSE(machine.open()->by_next);  // before
  const auto told = machine.change();
  REQUIRE(told);
  CHECK(has(*told, "encrypt the same key as kiosk-vault-key"));
  CHECK(machine.open()->by_next);  // until IT has put the new one in its place
  CHECK(machine.change());         // a second time is as good
  machine.credential(vault_credential, 'b');
  std::filesystem::remove(machine.credentials + "/" + next_vault_credential);
  CHECK_FALSE(machine.open()->by_next);
}

TEST_CASE("key change: a revoked ledger takes whatever key it is given, and serves again") {
  Machine machine;
  REQUIRE(machine.open()->ledger->destroy_personal_data(now));
  REQUIRE(store::destroy_key_file(machine.config.key_file));
  CHECK(check_vault_keys(machine.config, ""));
  CHECK(machine.change());
  CHECK_FALSE(store::Ledger::revoked_at(machine.config.ledger_file));
  CHECK_FALSE(machine.open()->ledger->revoked());

  Machine other;
  other.config.key_storage = KeyStorage::credential;
  other.credential(vault_credential, 'a');
  REQUIRE(other.open()->ledger->destroy_personal_data(now));
  other.credential(vault_credential, 'b');
  CHECK(other.open()->ledger->revoked());
  CHECK(other.change());
  CHECK_FALSE(other.open()->ledger->revoked());
  other.credential(vault_credential, 'a');
  CHECK(code(other.open()) == "wrong_key");
}

TEST_CASE("key advice: what IT must know of each storage is said in words") {
  Machine machine;
  const auto advice = [&](Tpm tpm) { return vault_advice(machine.config, tpm); };
  CHECK(has(advice(Tpm::present), "not protected against theft"));
  machine.config.key_storage = KeyStorage::server;
  machine.config.key_url = "https://keys.example.org/K1";
  CHECK(has(advice(Tpm::present), "starts only while https://keys.example.org/K1 answers"));
  machine.config.key_storage = KeyStorage::credential;
  CHECK(has(advice(Tpm::none), "no TPM"));
  CHECK(advice(Tpm::present).empty());
}

TEST_CASE(
    "key advice: whoever could read a stolen kiosk's data is warned of, with TPM or without") {
  Machine machine;
  const auto warns = [&](KeyStorage storage, Tpm tpm) {
    machine.config.key_storage = storage;
    return has(theft_warning(machine.config, tpm), "not protected against theft");
  };
  CHECK(warns(KeyStorage::disk, Tpm::none));
  CHECK(warns(KeyStorage::disk, Tpm::present));
  CHECK(warns(KeyStorage::credential, Tpm::none));
  CHECK_FALSE(warns(KeyStorage::credential, Tpm::present));
  CHECK_FALSE(warns(KeyStorage::server, Tpm::none));
}
