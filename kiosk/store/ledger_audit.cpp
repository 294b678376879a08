// Acts that are written down in passing.
#include "kiosk/store/ledger.h"

namespace kiosk::store {

using domain::Act;

void Ledger::note(const Now& now, domain::AuditNote note) {
  if (notes_.size() < notes_max) {
    notes_.emplace_back(now, std::move(note));
  } else {
    ++notes_lost_;
  }
}

void Ledger::write_notes(Transaction& transaction) {
  for (const auto& [now, note] : notes_) append_audit(transaction, vault_, now, note);
  if (notes_lost_ == 0) return;
  append_audit(transaction, vault_, now_,
               {Act::acts_lost, "", std::to_string(notes_lost_) + " acts could not be recorded"});
}

Result<void> Ledger::write_notes() {
  if (notes_.empty()) return {};
  Transaction transaction(database_);
  write_notes(transaction);
  auto done = transaction.commit();
  if (done) forget_notes();
  return done;
}

void Ledger::forget_notes() {
  notes_.clear();
  notes_lost_ = 0;
}

Result<std::optional<AuditHead>> Ledger::audit_head() {
  return database_.select_one(
      "SELECT incarnation, seq, row_hash, instant_ms FROM ledger JOIN audit ON seq = audit_last "
      "WHERE audit_told < audit_last",
      [](const Row& r) {
        return AuditHead{static_cast<int>(r.integer(0)), r.integer(1), to_hex(r.blob(2)),
                         r.instant(3)};
      });
}

Result<void> Ledger::audit_told(std::int64_t seq) {
  Transaction transaction(database_);
  transaction.run("UPDATE ledger SET audit_told = max(audit_told, ?1)", seq);
  return transaction.commit();
}

}  // namespace kiosk::store
