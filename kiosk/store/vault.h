#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace kiosk::store {

/// Gives that many random bytes; a seeded one makes a simulation repeatable.
using RandomSource = std::function<Bytes(std::size_t)>;

/// The operating system's randomness. Thread: any.
RandomSource system_random();

/// Seals what is personal before it reaches the disk. One key of 32 bytes; keys for sealing,
/// look-up and the audit chain are derived from it, so that no value is used for two purposes.
/// Copies share the key, which lies in guarded memory. Sealed form: nonce (24), ciphertext, tag
/// (16); XChaCha20-Poly1305. Thread: one owner a copy, because of the random source.
class Vault {
 public:
  static constexpr std::size_t key_bytes = 32;
  static constexpr std::size_t hash_bytes = 32;

  /// Errors: store/bad_key when `key` is not 32 bytes.
  static Result<Vault> create(ByteView key, RandomSource random);

  /// `identity` names the place of the record (table and row id): moved elsewhere it will not open.
  Bytes seal(ByteView plain, std::string_view identity) const;
  /// Errors: store/sealed when it was made with another key or for another place, or was changed.
  Result<Bytes> open(ByteView sealed, std::string_view identity) const;

  /// Keyed BLAKE2b of one value, for finding without storing it; 32 bytes.
  Bytes lookup_hash(std::string_view system, std::string_view value) const;
  /// Keyed BLAKE2b for the audit chain; 32 bytes.
  Bytes chain_hash(ByteView bytes) const;

  Bytes random(std::size_t size) const { return random_(size); }

 private:
  struct Keys;
  Vault(std::shared_ptr<const Keys> keys, RandomSource random)
      : keys_(std::move(keys)), random_(std::move(random)) {}

  std::shared_ptr<const Keys> keys_;
  RandomSource random_;
};

/// BLAKE2b without a key, of `salt` followed by `payload`; 32 bytes.
Bytes commitment_to(ByteView salt, ByteView payload);

}  // namespace kiosk::store
