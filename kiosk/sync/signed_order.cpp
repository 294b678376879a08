#include "kiosk/sync/signed_order.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fmt/format.h>

#include <cstdio>

#include "kiosk/sync/fhir_read.h"

namespace kiosk::sync {
namespace {

tl::unexpected<Error> bad(std::string what) {
  return fail("sync", "bad_order", "the order " + std::move(what));
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

Result<OrderKey> OrderKey::load(const std::string& path) {
  const Handle<std::FILE, std::fclose> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail("sync", "order_key", "cannot open " + path);
  auto* read = PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr);
  if (read == nullptr) return fail("sync", "order_key", path + " holds no public key (PEM)");
  auto key = jws_key(read, path, "order_key");
  if (!key) return pass_on(key.error());
  return OrderKey(std::move(*key));
}

bool OrderKey::has_signed(std::string_view text, std::string signature,
                          std::string_view algorithm) const {
  if (algorithm != algorithm_of(key_)) return false;
  if (algorithm == "ES384") signature = der_signature(signature);
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> digest(EVP_MD_CTX_new());
  return digest && !signature.empty() &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha384(), nullptr, key_.get()) == 1 &&
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
  const auto claims = fmt::format(R"({{"action":"revoke","kiosk":{}}})", json_text(kiosk_code));
  return key.jws(head, claims);
}

}  // namespace kiosk::sync
