// What the ledger holds, for status and alerts, and erasing what is no longer needed.
#include <limits>

#include "kiosk/store/ledger.h"

namespace kiosk::store {

bool LedgerStatus::needs_attention() const {
  return refused + unacknowledged + jobs_held + jobs_unknown + jobs_failed > 0 ||
         own_code_elsewhere || revoked;
}

Result<LedgerStatus> Ledger::status(Instant now) {
  auto status = database_.select_one(
      "SELECT "
      "(SELECT count(*) FROM outbox WHERE state = 0), "
      "(SELECT count(*) FROM outbox WHERE state = 2), "
      "(SELECT count(*) FROM outbox WHERE state <> 1 AND (confirmed_ms <= ?1 OR confirmed_ms > "
      "?5)), "
      "(SELECT count(*) FROM print_job WHERE state = ?2), "
      "(SELECT count(*) FROM print_job WHERE state = ?3), "
      "(SELECT count(*) FROM print_job WHERE state = ?4), "
      "(SELECT count(*) FROM person), (SELECT count(*) FROM appointment), "
      "(SELECT count(*) FROM check_in), audit_last, incarnation, last_committed_ms, "
      "rival_incarnation >= incarnation, revoked_ms IS NOT NULL, audit_told FROM ledger",
      [](const Row& r) {
        return LedgerStatus{r.integer(0),
                            r.integer(1),
                            r.integer(2),
                            r.integer(3),
                            r.integer(4),
                            r.integer(5),
                            r.integer(6),
                            r.integer(7),
                            r.integer(8),
                            r.integer(9),
                            static_cast<int>(r.integer(10)),
                            r.instant(11),
                            r.integer(12) != 0,
                            r.integer(13) != 0,
                            r.integer(14)};
      },
      now - unacknowledged_after, domain::PrintState::held, domain::PrintState::unknown,
      domain::PrintState::failed, now);
  if (!status) return pass_on(status.error());
  if (!*status) return fail("store", "corrupt", "the ledger's own row is gone");
  return **status;
}

Result<void> Ledger::erase_old(const Now& now, const KeptDays& kept) {
  // A machine's clock may be a day ahead: today's arrivals would be gone, and their numbers be
  // taken for another machine's.
  if (now.trust != ClockTrust::server) return {};
  Transaction transaction(database_);
  transaction.run("DELETE FROM appointment WHERE start_ms < ?1 OR start_ms >= ?2", kept.from,
                  kept.until);
  forget_people_without_appointments(transaction);
  const auto settled = transaction.run(
      "DELETE FROM check_in WHERE (confirmed_ms < ?1 OR confirmed_ms >= ?2) "
      "AND id IN (SELECT id FROM outbox WHERE state = 1)",
      kept.from, kept.until);
  transaction.run("DELETE FROM print_job WHERE check_in_id IS NULL AND created_ms < ?1", kept.from);
  erase_told(transaction);
  erase_audit(transaction, vault_, now, {kept.from, kept.until, kept.told_from, settled > 0});
  // Only what the server vouches for may go, where it takes heads at all.
  auto told = database_.count("SELECT audit_told FROM ledger");
  if (!told) transaction.fail(told.error());
  const auto seq_max = told.value_or(0) > 0 ? *told : std::numeric_limits<std::int64_t>::max();
  prune_audit(transaction, vault_, now, kept.rows_from, seq_max);
  if (auto done = transaction.commit(); !done) return done;
  if (auto cleared = clear_asides(kept); !cleared) return cleared;
  return empty_log();
}

// The day may have been a wrong server's: when it comes again, these tickets are still our own.
void Ledger::erase_told(Transaction& transaction) {
  constexpr int tickets_max = 4096;  // of more than a week
  const std::string told = " FROM outbox WHERE state = 1 AND id NOT IN (SELECT id FROM check_in)";
  auto nonces = database_.select("SELECT nonce" + told + " ORDER BY id",
                                 [](const Row& r) { return r.text(0); });
  if (!nonces) return transaction.fail(nonces.error());
  for (const std::string& nonce : *nonces) {
    transaction.run("INSERT OR IGNORE INTO erased_ticket (nonce_hash) VALUES (?1)",
                    vault_.lookup_key("nonce", nonce));
  }
  transaction.run("DELETE" + told);
  transaction.run(
      "DELETE FROM erased_ticket WHERE key <= (SELECT max(key) FROM erased_ticket) - ?1",
      tickets_max);
}

// The log still holds what was erased until it is written back and cut.
Result<void> Ledger::empty_log() {
  auto busy = database_.count("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return pass_on(busy.error());
  if (*busy != 0) return fail("store", "in_use", "the write-ahead log cannot be emptied");
  return {};
}

}  // namespace kiosk::store
