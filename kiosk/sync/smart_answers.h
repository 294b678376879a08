#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "kiosk/sync/http.h"

namespace kiosk::sync {

/// A longer answer is none of these.
inline constexpr std::size_t smart_answer_bytes_max = 64 * 1024;

/// What a token endpoint grants (RFC 6749 5.1).
struct Grant {
  std::string token;  ///< printable, without spaces
  Seconds lasts{0};   ///< at least 1 s, at most a day
  std::vector<std::string> scopes;

  bool operator==(const Grant&) const = default;
};

/// Reads the end of a token request. `wanted` is what was asked for, which an answer without
/// `scope` grants.
///
/// Errors: sync/invalid_client only where the endpoint itself says so; sync/token_refused,
/// sync/token_answer for what is none. Thread: any; pure.
Result<Grant> read_grant(const HttpResponse& response, const std::vector<std::string>& wanted);

/// The token endpoint out of `.well-known/smart-configuration`. Errors: sync/smart_configuration
/// when there is none, it is plain http beyond this machine, or it does not take an assertion
/// signed with `algorithm`.
Result<std::string> read_token_endpoint(const HttpResponse& response, std::string_view algorithm);

/// Those of `wanted` that no scope of `granted` covers. Scopes of SMART 1 and 2 may be mixed:
/// `system/*.read` covers `system/Patient.rs`.
std::vector<std::string> missing_scopes(const std::vector<std::string>& granted,
                                        const std::vector<std::string>& wanted);

/// Split at spaces.
std::vector<std::string> scopes_in(std::string_view text);

}  // namespace kiosk::sync
