#include "kiosk/sync/audit_heads.h"

#include "kiosk/sync/fhir_write.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr Milliseconds refused_pause{6 * 60 * 60'000};

}  // namespace

void AuditHeads::step(Now now, std::optional<Instant> last_complete_run) {
  if (sending_ || !last_complete_run || last_complete_run == told_after_) return;
  if (not_before_ && now.instant < *not_before_) return;
  told_after_ = last_complete_run;
  const auto head = context_.store.audit_head();
  if (!head) return context_.log(head.error());
  if (!*head) return;
  auto request = audit_event_request(
      context_.profile(),
      audit_event_json(context_.settings.zone, context_.settings.kiosk_code, **head));
  sending_ = true;
  context_.exchange.send(
      now, std::move(request), Urgency::courtesy,
      [this, seq = (*head)->seq](Now at, const Reply& reply) { on_reply(at, seq, reply); });
}

void AuditHeads::on_reply(Now now, std::int64_t seq, const Reply& reply) {
  sending_ = false;
  switch (judge(reply)) {
    case Verdict::done:
      if (const auto told = context_.store.audit_told(seq); !told) context_.log(told.error());
      return;
    case Verdict::conflict:
    case Verdict::gone:
    case Verdict::refused:
    case Verdict::denied:
      not_before_ = now.instant + refused_pause;
      context_.log({"sync", "audit_refused", "AuditEvent: " + server_codes(reply)});
      return;
    case Verdict::busy:
    case Verdict::unsent:
    case Verdict::unknown:  // the same hash told twice harms nobody
      return;
  }
}

void AuditHeads::follow_clock(Milliseconds change) {
  for (auto* instant : {&told_after_, &not_before_})
    if (*instant) **instant += change;
}

}  // namespace kiosk::sync
