#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kiosk/shell/config.h"
#include "kiosk/shell/vault_key.h"
#include "kiosk/sync/exchange.h"

namespace kiosk::shell {

/// The answer of vault.key_url: the key as 64 hexadecimal digits in a line; while keys change, the
/// next key in a second one. Pure; fuzzed.
///
/// Errors: vault/bad_key; the answer is never repeated.
Result<VaultKeys> parse_key_answer(std::string_view body);

/// Asks vault.key_url for the keys, with the kiosk's sign-in, until it answers with them: after a
/// failure again in 1 s, then ever later up to 30 s. Steppable; it blocks on nothing.
class KeyFetch {
 public:
  KeyFetch(const Config& config, sync::Authorizer& authorizer, sync::Random random);

  /// Takes what requests ended with; gives those to send now.
  std::vector<sync::HttpRequest> step(Now now, std::vector<sync::HttpResult> results);
  const std::optional<VaultKeys>& keys() const { return keys_; }
  /// Why there is no key yet, once for each failure.
  std::optional<Error> take_trouble();

  static constexpr std::size_t answer_bytes_max = 1024;

 private:
  void on_reply(Now now, const sync::Reply& reply);

  const std::string url_;
  const Milliseconds connect_timeout_;
  const Milliseconds timeout_;
  const sync::Random random_;
  sync::Exchange exchange_;
  bool asking_ = false;
  int failures_ = 0;
  Instant next_{};
  std::optional<VaultKeys> keys_;
  std::optional<Error> trouble_;
};

}  // namespace kiosk::shell
