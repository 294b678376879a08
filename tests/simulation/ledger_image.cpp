#include "tests/simulation/ledger_image.h"

#include "kiosk/base/check.h"
#include "kiosk/store/ledger.h"
#include "tests/simulation/disk.h"

namespace simulation {
namespace {

using kiosk::store::Vault;

Vault vault_of(std::uint8_t key, kiosk::store::RandomSource random) {
  auto vault = Vault::create(kiosk::Bytes(Vault::key_bytes, key), std::move(random));
  KIOSK_CHECK(vault.has_value());
  return *vault;
}

}  // namespace

Vault vault_with(kiosk::store::RandomSource random) {
  return vault_of(7, std::move(random));
}

Vault another_vault_with(kiosk::store::RandomSource random) {
  return vault_of(8, std::move(random));
}

const std::string& ledger_image(const std::string& kiosk_code, kiosk::Instant now) {
  static std::map<std::string, std::string> images;
  std::string& image = images[kiosk_code];
  if (!image.empty()) return image;
  Dice dice(1);
  Disk disk("image", "", Dice(2));
  const auto vault = vault_with([&](std::size_t size) { return dice.bytes(size); });
  auto ledger = kiosk::store::Ledger::open(
      {disk.path(), vault, kiosk_code, {now, kiosk::ClockTrust::rtc}, 1, Disk::vfs()});
  KIOSK_CHECK(ledger.has_value());
  ledger->reset();
  image = disk.files().at(disk.path()).content;
  return image;
}

}  // namespace simulation
