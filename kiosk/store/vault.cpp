#include "kiosk/store/vault.h"

#include <sodium.h>

#include <array>

#include "kiosk/base/check.h"

namespace kiosk::store {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

void update(crypto_generichash_state& state, ByteView bytes) {
  crypto_generichash_update(&state, bytes.data(), bytes.size());
}

// Lengths go in first, so that ("ab", "c") and ("a", "bc") differ.
void update_counted(crypto_generichash_state& state, std::string_view text) {
  std::array<std::uint8_t, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<std::uint8_t>(text.size() >> (8 * i));
  }
  update(state, length);
  update(state, as_bytes(text));
}

/// Nonces drawn ahead, for asking the system costs as much as a short record's sealing. A copy
/// begins with none of its own: no two give the same.
class NoncePool {
 public:
  NoncePool() = default;
  NoncePool(const NoncePool&) {}
  NoncePool& operator=(const NoncePool&) = delete;

  Bytes next() {
    if (used_ == drawn_.size()) {
      randombytes_buf(drawn_.data(), drawn_.size());
      used_ = 0;
    }
    const auto from = drawn_.begin() + static_cast<std::ptrdiff_t>(used_);
    used_ += nonce_bytes;
    return {from, from + nonce_bytes};
  }

 private:
  static constexpr std::size_t nonces_ahead = 64;
  std::array<std::uint8_t, nonces_ahead * nonce_bytes> drawn_{};
  std::size_t used_ = nonces_ahead * nonce_bytes;
};

}  // namespace

struct Vault::Keys {
  std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> seal;
  std::array<std::uint8_t, 32> lookup;
  std::array<std::uint8_t, 32> chain;
};

RandomSource system_random() {
  KIOSK_CHECK(sodium_init() >= 0);
  return [nonces = NoncePool()](std::size_t size) mutable {
    if (size == nonce_bytes) return nonces.next();
    Bytes bytes(size);
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
  };
}

Result<Vault> Vault::create(ByteView key, RandomSource random) {
  if (sodium_init() < 0) return fail("store", "bad_key", "libsodium does not start");
  if (key.size() != key_bytes) {
    return fail("store", "bad_key", "the key has " + std::to_string(key.size()) + " bytes, not 32");
  }
  auto* keys = static_cast<Keys*>(sodium_malloc(sizeof(Keys)));
  if (!keys) return fail("store", "bad_key", "no memory for the key");
  const auto derive = [&](auto& into, std::uint64_t id) {
    crypto_kdf_derive_from_key(into.data(), into.size(), id, "kioskstr", key.data());
  };
  derive(keys->seal, 1);
  derive(keys->lookup, 2);
  derive(keys->chain, 3);
  sodium_mprotect_readonly(keys);
  return Vault(
      std::shared_ptr<const Keys>(keys, [](const Keys* k) { sodium_free(const_cast<Keys*>(k)); }),
      std::move(random));
}

Vault Vault::without_secret(RandomSource random) {
  auto vault = create(Bytes(key_bytes, 0), std::move(random));
  KIOSK_CHECK(vault.has_value());
  return std::move(*vault);
}

Bytes Vault::seal(ByteView plain, std::string_view identity) const {
  Bytes sealed = random_(nonce_bytes);
  KIOSK_CHECK(sealed.size() == nonce_bytes);
  sealed.resize(nonce_bytes + plain.size() + tag_bytes);
  const ByteView place = as_bytes(identity);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_bytes, nullptr, plain.data(),
                                             plain.size(), place.data(), place.size(), nullptr,
                                             sealed.data(), keys_->seal.data());
  return sealed;
}

Result<Bytes> Vault::open(ByteView sealed, std::string_view identity) const {
  if (sealed.size() < nonce_bytes + tag_bytes) {
    return fail("store", "sealed", "a sealed record is cut short");
  }
  Bytes plain(sealed.size() - nonce_bytes - tag_bytes);
  const ByteView place = as_bytes(identity);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.data(), nullptr, nullptr, sealed.data() + nonce_bytes, sealed.size() - nonce_bytes,
          place.data(), place.size(), sealed.data(), keys_->seal.data()) != 0) {
    return fail("store", "sealed", "a sealed record does not open with this key");
  }
  return plain;
}

Bytes Vault::lookup_hash(std::string_view system, std::string_view value) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, keys_->lookup.data(), keys_->lookup.size(), hash_bytes);
  update_counted(state, system);
  update_counted(state, value);
  Bytes hash(hash_bytes);
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

std::int64_t Vault::lookup_key(std::string_view system, std::string_view value) const {
  const Bytes hash = lookup_hash(system, value);
  std::uint64_t key = 0;
  for (const std::uint8_t byte : ByteView(hash).first(8)) key = key << 8 | byte;
  return static_cast<std::int64_t>(key);
}

Bytes Vault::chain_hash(std::int64_t seq, ByteView bytes) const {
  const auto earlier = earlier_chains_.lower_bound(seq);
  const ByteView key =
      earlier == earlier_chains_.end() ? ByteView(keys_->chain) : ByteView(earlier->second);
  Bytes hash(hash_bytes);
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), key.data(), key.size());
  return hash;
}

Bytes Vault::seal_chain_key_of(const Vault& earlier, std::string_view identity) const {
  return seal(earlier.keys_->chain, identity);
}

Result<void> Vault::add_earlier_chain(std::int64_t last_seq, ByteView sealed,
                                      std::string_view identity) {
  auto key = open(sealed, identity);
  if (!key) return pass_on(key.error());
  if (key->size() != keys_->chain.size()) {
    return fail("store", "sealed", "an earlier chain key has another length");
  }
  earlier_chains_[last_seq] = std::move(*key);
  return {};
}

Bytes commitment_to(ByteView salt, ByteView payload) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, Vault::hash_bytes);
  update(state, salt);
  update(state, payload);
  Bytes hash(Vault::hash_bytes);
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace kiosk::store
