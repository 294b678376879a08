#pragma once

#include <cstdint>
#include <functional>
#include <map>
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
  /// With the key that everybody knows: of a ledger whose personal data was destroyed.
  static Vault without_secret(RandomSource random);

  /// `identity` names the place of the record (table and row id): moved elsewhere it will not open.
  Bytes seal(ByteView plain, std::string_view identity) const;
  /// Errors: store/sealed when it was made with another key or for another place, or was changed.
  Result<Bytes> open(ByteView sealed, std::string_view identity) const;

  /// Keyed BLAKE2b of one value, for finding without storing it; 32 bytes.
  Bytes lookup_hash(std::string_view system, std::string_view value) const;
  /// Its first 64 bits, most significant first: what is found by it must be compared once opened.
  std::int64_t lookup_key(std::string_view system, std::string_view value) const;
  /// Keyed BLAKE2b for row `seq` of the audit chain; 32 bytes. Rows that an earlier key chained are
  /// hashed with that one's.
  Bytes chain_hash(std::int64_t seq, ByteView bytes) const;
  /// The chain key of the vault before this one, sealed so that its rows stay verifiable.
  Bytes seal_chain_key_of(const Vault& earlier, std::string_view identity) const;
  /// Makes known what `seal_chain_key_of` gave: it chained the rows up to `last_seq`.
  ///
  /// Errors: store/sealed.
  Result<void> add_earlier_chain(std::int64_t last_seq, ByteView sealed, std::string_view identity);

  Bytes random(std::size_t size) const { return random_(size); }
  const RandomSource& random_source() const { return random_; }

 private:
  struct Keys;
  Vault(std::shared_ptr<const Keys> keys, RandomSource random)
      : keys_(std::move(keys)), random_(std::move(random)) {}

  std::shared_ptr<const Keys> keys_;
  RandomSource random_;
  std::map<std::int64_t, Bytes> earlier_chains_;  ///< by the last row that each chained
};

/// BLAKE2b without a key, of `salt` followed by `payload`; 32 bytes.
Bytes commitment_to(ByteView salt, ByteView payload);

}  // namespace kiosk::store
