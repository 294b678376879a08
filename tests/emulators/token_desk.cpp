#include "tests/emulators/token_desk.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/emulators/hospital_state.h"

namespace emulators {
namespace {

using kiosk::sync::HttpResponse;
using nlohmann::json;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c == '+' || c == '/' ? '!' : c;
  const std::size_t pads = (4 - text.size() % 4) % 4;
  text.append(pads, '=');
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                                   static_cast<int>(text.size()));
  out.resize(size < 0 ? 0 : static_cast<std::size_t>(size) - pads);
  return out;
}

/// r and s side by side, as JWS has them, in DER.
std::string der_of(const std::string& raw) {
  if (raw.size() != 96) return {};
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes_of(raw), 48, nullptr),
                 BN_bin2bn(bytes_of(raw) + 48, 48, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return out;
}

bool signed_by(EVP_PKEY* key, const std::string& text, const std::string& signature) {
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> digest(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha384(), nullptr, key) == 1 &&
         EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

Key read_public(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr));
}

std::string text_in(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

HttpResponse respond(int status, const json& body) {
  return {
      status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, body.dump()};
}

std::string value_of(const Fields& form, const std::string& name) {
  for (const auto& [key, value] : form)
    if (key == name) return value;
  return {};
}

}  // namespace

std::string TokenDesk::judge(const std::string& token_url, const std::string& assertion,
                             kiosk::Instant now) {
  if (withdrawn_) return "client withdrawn";
  const auto first = assertion.find('.');
  const auto second = assertion.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return "no JWT";
  const auto head = json::parse(from_base64url(assertion.substr(0, first)), nullptr, false);
  const auto claims =
      json::parse(from_base64url(assertion.substr(first + 1, second - first - 1)), nullptr, false);
  if (!head.is_object() || !claims.is_object()) return "no JSON";
  const auto key = read_public(options_.public_key);
  if (!key) return "no key";
  const bool ec = EVP_PKEY_is_a(key.get(), "EC") == 1;
  if (head.value("alg", "") != (ec ? "ES384" : "RS384")) return "alg";
  if (head.value("typ", "") != "JWT") return "typ";
  if (head.value("kid", "") != options_.key_id) return "kid";
  const auto raw = from_base64url(assertion.substr(second + 1));
  if (!signed_by(key.get(), assertion.substr(0, second), ec ? der_of(raw) : raw))
    return "signature";
  if (claims.value("iss", "") != options_.client_id || claims.value("sub", "") != claims["iss"])
    return "iss and sub";
  if (claims.value("aud", "") != token_url) return "aud";
  const auto seconds = kiosk::to_ms(now) / 1'000;
  const auto ends = claims.value("exp", std::int64_t{0});
  if (ends <= seconds) return "expired";
  if (ends > seconds + 300) return "exp too far away";
  const auto id = claims.value("jti", "");
  if (id.size() < 16) return "jti";
  if (!used_ids_.insert(id).second) return "jti used again";
  return {};
}

HttpResponse TokenDesk::token(const std::string& token_url, const std::string& form,
                              kiosk::Instant now) {
  const auto fields = parse_form(form);
  const auto refuse = [&](const char* error, const std::string& why) {
    if (refusals_.size() < 1'000) refusals_.push_back(why);
    return respond(400, {{"error", error}, {"error_description", why}});
  };
  if (value_of(fields, "grant_type") != "client_credentials")
    return refuse("unsupported_grant_type", "grant_type");
  if (value_of(fields, "client_assertion_type") !=
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return refuse("invalid_request", "client_assertion_type");
  const auto wrong = judge(token_url, value_of(fields, "client_assertion"), now);
  if (!wrong.empty()) return refuse("invalid_client", wrong);
  const auto asked = value_of(fields, "scope");
  if (asked.empty()) return refuse("invalid_scope", "scope");
  const auto token = fmt::format("token-{}-{}", ++given_, kiosk::to_ms(now));
  tokens_[token] = now + options_.token_lasts;
  json body{{"access_token", token},
            {"token_type", "bearer"},
            {"expires_in", options_.token_lasts.count()}};
  if (options_.scope != "absent")
    body["scope"] = options_.scope == "as asked" ? asked : options_.scope;
  return respond(200, body);
}

HttpResponse TokenDesk::configuration(const std::string& token_url) const {
  return respond(
      200, {{"token_endpoint", token_url},
            {"grant_types_supported", json::array({"client_credentials"})},
            {"token_endpoint_auth_methods_supported", json::array({"private_key_jwt"})},
            {"token_endpoint_auth_signing_alg_values_supported", json::array({"ES384", "RS384"})},
            {"capabilities", json::array({"client-confidential-asymmetric"})}});
}

bool TokenDesk::accepts(std::string_view authorization, kiosk::Instant now) const {
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization.starts_with(scheme)) return false;
  const auto found = tokens_.find(std::string(authorization.substr(scheme.size())));
  return found != tokens_.end() && now < found->second;
}

KeyPair make_key_pair(const std::string& kind) {
  const Key key(kind == "ES384" ? EVP_EC_gen("P-384") : EVP_RSA_gen(2048));
  const Memory secret(BIO_new(BIO_s_mem()));
  const Memory open(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key.get());
  return {text_in(secret.get()), text_in(open.get())};
}

}  // namespace emulators
