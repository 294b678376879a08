#include "kiosk/sync/smart_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fmt/format.h>

#include <cstdio>

namespace kiosk::sync {
namespace {

using File = Handle<std::FILE, std::fclose>;
using Digest = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;

/// In place of OpenSSL's own question for a passphrase, which would wait at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

/// JWS has r and s side by side where OpenSSL has DER.
Result<std::string> raw_signature(std::string_view der) {
  const unsigned char* from = bytes_of(der);
  const EcSignature pair(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())));
  std::string raw(2 * p384_bytes, '\0');
  auto* to = reinterpret_cast<unsigned char*>(raw.data());
  const int bytes = static_cast<int>(p384_bytes);
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, bytes) != bytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + p384_bytes, bytes) != bytes)
    return fail("sync", "smart_key", "OpenSSL does not sign");
  return raw;
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

Result<SmartKey> SmartKey::load(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail("sync", "smart_key", "cannot open " + path);
  auto* read = PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr);
  if (read == nullptr)
    return fail("sync", "smart_key", path + " holds no private key (PEM, without a passphrase)");
  auto key = jws_key(read, path, "smart_key");
  if (!key) return pass_on(key.error());
  return SmartKey(std::move(*key));
}

std::string_view SmartKey::algorithm() const {
  return algorithm_of(key_);
}

Result<std::string> SmartKey::sign(std::string_view text) const {
  const Digest digest(EVP_MD_CTX_new());
  std::size_t size = 0;
  std::string signature;
  // Twice: how long it is at most, then the signature.
  bool good =
      digest && EVP_DigestSignInit(digest.get(), nullptr, EVP_sha384(), nullptr, key_.get()) == 1;
  good = good && EVP_DigestSign(digest.get(), nullptr, &size, bytes_of(text), text.size()) == 1;
  signature.resize(size);
  good = good && EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                &size, bytes_of(text), text.size()) == 1;
  if (!good) return fail("sync", "smart_key", "OpenSSL does not sign");
  signature.resize(size);
  return algorithm() == "ES384" ? raw_signature(signature) : signature;
}

Result<std::string> SmartKey::jws(std::string_view head, std::string_view claims) const {
  auto text = base64url(head) + "." + base64url(claims);
  const auto signature = sign(text);
  if (!signature) return pass_on(signature.error());
  return text + "." + base64url(*signature);
}

Result<std::string> signed_assertion(const SmartKey& key, const Assertion& assertion) {
  const auto issued = to_ms(assertion.issued) / 1'000;
  const auto head = fmt::format(R"({{"alg":"{}","kid":{},"typ":"JWT"}})", key.algorithm(),
                                json_text(assertion.key_id));
  const auto claims =
      fmt::format(R"({{"iss":{0},"sub":{0},"aud":{1},"jti":{2},"iat":{3},"exp":{4}}})",
                  json_text(assertion.client_id), json_text(assertion.token_url),
                  json_text(assertion.id), issued, issued + assertion_lasts.count());
  return key.jws(head, claims);
}

}  // namespace kiosk::sync
