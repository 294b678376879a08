#include "kiosk/sync/signed_order.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/openssl_handles.h"

namespace kiosk::sync {
namespace {

constexpr int rsa_bits_min = 2048;
constexpr int p384_bits = 384;
constexpr std::size_t p384_bytes = 48;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

tl::unexpected<Error> bad(std::string what) {
  return fail("sync", "bad_order", "the order " + std::move(what));
}

/// Empty when it is not RFC 4648 5 without padding.
std::string from_base64url(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return {};
  out.resize(size);
  return out;
}

/// JWS has r and s side by side (RFC 7518 3.4) where OpenSSL wants DER; empty when it is neither.
std::string der_signature(const std::string& raw) {
  if (raw.size() != 2 * p384_bytes) return {};
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(raw), int(p384_bytes), nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(raw) + p384_bytes, int(p384_bytes), nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  std::string der(std::size_t(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &to);
  return der;
}

std::string member(std::string_view json, const char* name) {
  const auto members = read_members(json);
  if (!members) return {};
  const auto found = members->find(name);
  return found == members->end() || found->second.size() != 1 ? std::string()
                                                              : found->second.front();
}

}  // namespace

struct OrderKey::Key {
  Handle<EVP_PKEY, EVP_PKEY_free> key;
};

Result<OrderKey> OrderKey::load(const std::string& path) {
  const Handle<std::FILE, std::fclose> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail("sync", "order_key", "cannot open " + path);
  auto key = std::make_shared<Key>();
  key->key.reset(PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr));
  if (!key->key) return fail("sync", "order_key", path + " holds no public key (PEM)");
  const int bits = EVP_PKEY_get_bits(key->key.get());
  const bool ec = EVP_PKEY_is_a(key->key.get(), "EC") == 1 && bits == p384_bits;
  const bool rsa = EVP_PKEY_is_a(key->key.get(), "RSA") == 1 && bits >= rsa_bits_min;
  if (!ec && !rsa)
    return fail("sync", "order_key",
                path + " is neither an EC P-384 nor an RSA key from 2048 bits");
  return OrderKey(std::move(key));
}

bool OrderKey::has_signed(std::string_view text, std::string signature,
                          std::string_view algorithm) const {
  const bool ec = EVP_PKEY_is_a(key_->key.get(), "EC") == 1;
  if (algorithm != (ec ? "ES384" : "RS384")) return false;
  if (ec) signature = der_signature(signature);
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> digest(EVP_MD_CTX_new());
  return digest && !signature.empty() &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha384(), nullptr, key_->key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

Result<void> OrderKey::check(std::string_view text, std::string_view kiosk_code) const {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (text.size() > order_bytes_max || first == last || text.find('.', first + 1) != last)
    return bad("is no JWS in compact form");
  const auto head = from_base64url(text.substr(0, first));
  const auto claims = from_base64url(text.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(text.substr(last + 1));
  if (head.empty() || claims.empty() || signature.empty()) return bad("is no JWS in compact form");
  if (!has_signed(text.substr(0, last), signature, member(head, "alg")))
    return bad("is not signed by server.orders.key_file");
  if (member(claims, "action") != "revoke") return bad("asks for something else than \"revoke\"");
  if (member(claims, "kiosk") != kiosk_code) return bad("is for another kiosk");
  return {};
}

Result<std::string> make_order(const SmartKey& key, std::string_view kiosk_code) {
  const auto head = fmt::format(R"({{"alg":"{}","typ":"JWT"}})", key.algorithm());
  const auto claims = fmt::format(R"({{"action":"revoke","kiosk":"{}"}})", kiosk_code);
  auto text = base64url(head) + "." + base64url(claims);
  const auto signature = key.sign(text);
  if (!signature) return pass_on(signature.error());
  return text + "." + base64url(*signature);
}

}  // namespace kiosk::sync
