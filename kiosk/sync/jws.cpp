#include "kiosk/sync/jws.h"

#include <openssl/evp.h>
#include <sodium.h>

namespace kiosk::sync {
namespace {

constexpr int rsa_bits_min = 2048;
constexpr int p384_bits = 384;
constexpr int base64_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

bool is_ec(const EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "EC") == 1;
}

}  // namespace

Result<JwsKey> jws_key(EVP_PKEY* read, const std::string& path, std::string_view code) {
  JwsKey key(read, EVP_PKEY_free);
  const int bits = EVP_PKEY_get_bits(read);
  const bool rsa = EVP_PKEY_is_a(read, "RSA") == 1 && bits >= rsa_bits_min;
  if (!rsa && !(is_ec(read) && bits == p384_bits))
    return fail("sync", code, path + " is neither an EC P-384 nor an RSA key from 2048 bits");
  return key;
}

std::string_view algorithm_of(const JwsKey& key) {
  return is_ec(key.get()) ? "ES384" : "RS384";
}

std::string base64url(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(), base64_variant);
  out.pop_back();  // the end of a C string
  return out;
}

std::string from_base64url(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, base64_variant) != 0)
    return {};
  out.resize(size);
  return out;
}

}  // namespace kiosk::sync
