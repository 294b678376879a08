#include <cstddef>
#include <cstdint>

#include "kiosk/base/bytes.h"
#include "kiosk/sync/smart_answers.h"
#include "kiosk/sync/url.h"

// Any bytes as what a token endpoint and .well-known/smart-configuration answer; the first byte
// chooses the status. Must neither crash nor hang, and what it gives must be usable.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kiosk::sync;
  if (size == 0) return 0;
  HttpResponse response;
  response.status = data[0] == '4' ? 400 : 200;
  response.body = kiosk::as_text({data + 1, size - 1});
  const std::vector<std::string> wanted{"system/Patient.rs", "system/Task.crs"};
  if (const auto grant = read_grant(response, wanted)) {
    for (const char c : grant->token)
      if (c <= ' ' || c >= 0x7f) __builtin_trap();
    if (grant->token.empty() || grant->lasts < kiosk::Seconds(1) || response.status != 200)
      __builtin_trap();
    if (missing_scopes(grant->scopes, wanted).size() > wanted.size()) __builtin_trap();
  } else if (grant.error().code == "invalid_client" && response.status == 200) {
    __builtin_trap();
  }
  if (const auto endpoint = read_token_endpoint(response, "ES384"))
    if (!check_allowed(*endpoint)) __builtin_trap();
  return 0;
}
