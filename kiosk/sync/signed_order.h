#pragma once

#include <string>
#include <string_view>

#include "kiosk/base/result.h"
#include "kiosk/sync/smart_key.h"

// The hospital withdraws a kiosk that was stolen by an order that it signs and lays where the kiosk
// looks: a JWS in compact form (RFC 7515 7.1), ES384 or RS384, that says
// {"action":"revoke","kiosk":"K1"}. Whose signature it bears decides, not who brings it.
namespace kiosk::sync {

/// A longer one is none.
inline constexpr std::size_t order_bytes_max = 16 * 1024;

/// The public key of who may give orders: EC P-384 or RSA from 2048 bits.
class OrderKey {
 public:
  /// Reads a PEM file. Errors: sync/order_key.
  static Result<OrderKey> load(const std::string& path);

  /// Whether `text` is an order to withdraw the kiosk of this code. Errors: sync/bad_order with
  /// what is wrong with it. Thread: any.
  Result<void> check(std::string_view text, std::string_view kiosk_code) const;

 private:
  explicit OrderKey(JwsKey key) : key_(std::move(key)) {}
  bool has_signed(std::string_view text, std::string signature, std::string_view algorithm) const;

  JwsKey key_;
};

/// The order itself, for who holds the private key. Errors: sync/smart_key.
Result<std::string> make_order(const SmartKey& key, std::string_view kiosk_code);

}  // namespace kiosk::sync
