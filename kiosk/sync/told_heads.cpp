#include "kiosk/sync/told_heads.h"

#include <iterator>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/url.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

/// Two months of a kiosk that tells a head every minute, on small pages.
constexpr int pages_max = 1'000;

}  // namespace

Result<std::vector<ToldHead>> told_heads(const SiteProfile& profile, const std::string& kiosk_code,
                                         const AskOne& ask) {
  std::vector<ToldHead> heads;
  auto request = audit_events_search(profile, kiosk_code);
  for (int page = 0; page < pages_max; ++page) {
    const Reply reply = ask(request);
    if (reply.status() == 0) {
      return fail("sync", "unreachable", profile.base_url + " does not answer: " + reply.what());
    }
    if (!reply.ok()) {
      return fail("sync", "refused", "the server gives no AuditEvents: " + server_codes(reply));
    }
    const auto reading = read_fhir(reply.body());
    if (!reading) return pass_on(reading.error());
    auto found = audit_heads_in(reply.body(), kiosk_code);
    if (!found) return pass_on(found.error());
    std::move(found->begin(), found->end(), std::back_inserter(heads));
    if (reading->next.empty()) return heads;
    const auto url = resolve_link(profile.base_url, reading->next);
    if (!url) return pass_on(url.error());
    request = page_request(profile, *url);
  }
  return fail("sync", "too_many", "the server gives page after page of AuditEvents without end");
}

}  // namespace kiosk::sync
