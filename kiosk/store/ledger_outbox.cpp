// What the server is still to be told, and what it said.
#include <algorithm>

#include "kiosk/store/ledger.h"
#include "kiosk/store/outbox_rows.h"

namespace kiosk::store {

using domain::Act;
using domain::ArrivalMessage;

namespace {

constexpr const char* first_of_stream =
    "o.state = 0 AND (EXISTS (SELECT 1 FROM check_in c WHERE c.id = o.id) OR NOT EXISTS (SELECT 1 "
    "FROM outbox e JOIN check_in USING (id) WHERE e.state = 0 AND e.visit_key = o.visit_key))";

}  // namespace

// A stream is a visit key. It has one row, and another one without a check-in where a ledger that
// was set aside had given a ticket too.
Result<std::vector<ArrivalMessage>> Ledger::due(Instant now, std::size_t limit) {
  auto messages = database_.select(
      std::string("SELECT id, visit_key, appointment_id, patient_id, nonce, number, token, "
                  "confirmed_ms, attempts, not_before_ms, unknown FROM outbox o WHERE ") +
          first_of_stream + " AND not_before_ms <= ?1 ORDER BY id LIMIT ?2",
      message_from, now, limit);
  if (!messages) return messages;
  for (auto& message : *messages)
    if (const auto told = check_in_of(message.id); told && *told)
      message.appointment_start = (*told)->appointment.start;
  return messages;
}

Result<std::optional<Instant>> Ledger::next_due() {
  return database_.select_one(std::string("SELECT not_before_ms FROM outbox o WHERE ") +
                                  first_of_stream + " ORDER BY not_before_ms LIMIT 1",
                              [](const Row& r) { return r.instant(0); });
}

Result<void> Ledger::sending(std::int64_t outbox_id, Instant) {
  Transaction transaction(database_);
  change_one(transaction,
             "UPDATE outbox SET attempts = attempts + 1, unknown = 1 WHERE id = ?1 AND state = 0",
             outbox_id);
  const auto attempt =
      database_.count("SELECT attempts FROM outbox WHERE id = ?1", outbox_id).value_or(0);
  note_arrival(transaction, Act::sent, outbox_id, "attempt " + std::to_string(attempt));
  auto done = transaction.commit();
  if (done) unanswered_.insert(outbox_id);
  return done;
}

void Ledger::note_arrival(Transaction& transaction, Act act, std::int64_t outbox_id,
                          const std::string& detail, const std::string& words) {
  if (!transaction.state()) return;
  auto key = database_.select_one(
      "SELECT visit_key FROM outbox WHERE id = ?1", [](const Row& r) { return r.text(0); },
      outbox_id);
  if (!key) return transaction.fail(key.error());
  append_audit(transaction, vault_, now_, {act, key->value_or(""), detail, {}, outbox_id, words});
}

Result<void> Ledger::acknowledged(std::int64_t outbox_id, const std::string& encounter_id,
                                  Instant now) {
  Transaction transaction(database_);
  change_one(
      transaction,
      "UPDATE outbox SET state = ?2, encounter_id = ?3, settled_ms = ?4, unknown = 0, reason = '' "
      "WHERE id = ?1",
      outbox_id, OutboxState::acknowledged, encounter_id, now);
  note_arrival(transaction, Act::acknowledged, outbox_id, "",
               encounter_id.empty() ? "" : "Encounter/" + encounter_id);
  unanswered_.erase(outbox_id);
  return transaction.commit();
}

Result<void> Ledger::refused(std::int64_t outbox_id, const std::string& reason, Instant now) {
  Transaction transaction(database_);
  change_one(transaction, "UPDATE outbox SET unknown = 0 WHERE id = ?1 AND state = 0", outbox_id);
  refuse(transaction, outbox_id, reason, now);
  return transaction.commit();
}

/// The check-in of the row's visit, as long as it is kept.
Result<std::optional<domain::CheckIn>> Ledger::check_in_of(std::int64_t outbox_id) {
  return database_.select_one(
      "SELECT visit_key, record FROM check_in WHERE visit_key = (SELECT visit_key FROM outbox "
      "WHERE id = ?1)",
      [&](const Row& r) { return opened_check_in("check_in/" + r.text(0), r.blob(1)); }, outbox_id);
}

/// Servers like to repeat the data that they refuse. Of whom they speak the check-in says; where it
/// is gone, their words are left away.
std::string Ledger::without_patient(std::int64_t outbox_id, const std::string& reason) {
  const auto found = check_in_of(outbox_id);
  if (!found || !*found) return reason.substr(0, reason.find(": "));
  return shown_reason(reason, **found);
}

void Ledger::refuse(Transaction& transaction, std::int64_t outbox_id, const std::string& words,
                    Instant now) {
  const std::string reason = without_patient(outbox_id, words);
  change_one(transaction,
             "UPDATE outbox SET state = ?2, reason = ?3, settled_ms = ?4 WHERE id = ?1", outbox_id,
             OutboxState::refused, reason, now);
  const auto end = reason.starts_with("HTTP ") ? std::min(reason.find(": "), reason.size()) : 0;
  note_arrival(transaction, Act::refused, outbox_id, reason.substr(0, end),
               end < reason.size() ? reason.substr(end == 0 ? 0 : end + 2) : "");
  unanswered_.erase(outbox_id);
}

Result<void> Ledger::postpone(std::int64_t outbox_id, Instant when, bool unknown,
                              const std::string& why) {
  Transaction transaction(database_);
  change_one(
      transaction,
      "UPDATE outbox SET not_before_ms = ?2, unknown = ?3, reason = iif(?4 = '', reason, ?4) "
      "WHERE id = ?1 AND state = 0",
      outbox_id, when, unknown ? 1 : 0, why);
  // Once for each sending: later attempts may fail for days before they come to send.
  if (unanswered_.erase(outbox_id) > 0 && unknown) {
    note_arrival(transaction, Act::answer_lost, outbox_id, "");
  }
  return transaction.commit();
}

Result<std::vector<std::string>> Ledger::told_ids(Instant since) {
  return database_.select(
      "SELECT DISTINCT appointment_id FROM outbox WHERE state = 1 AND confirmed_ms >= ?1",
      [](const Row& r) { return r.text(0); }, since);
}

Result<bool> Ledger::settle_again(const std::string& visit_key, const std::string& nonce) {
  constexpr const char* told = "state = 1 AND visit_key = ?1 AND (?2 = '' OR nonce = ?2)";
  const auto rows =
      database_.count(std::string("SELECT count(*) FROM outbox WHERE ") + told, visit_key, nonce);
  if (!rows) return pass_on(rows.error());
  if (*rows == 0) return false;
  Transaction transaction(database_);
  transaction.run(std::string("UPDATE outbox SET state = 0, not_before_ms = 0 WHERE ") + told,
                  visit_key, nonce);
  if (auto done = transaction.commit(); !done) return pass_on(done.error());
  return true;
}

Result<bool> Ledger::issued_nonce(const std::string& nonce) {
  auto rows = database_.count(
      "SELECT (SELECT count(*) FROM outbox WHERE nonce = ?1) + "
      "(SELECT count(*) FROM erased_ticket WHERE nonce_hash = ?2)",
      nonce, vault_.lookup_key("nonce", nonce));
  if (!rows) return pass_on(rows.error());
  return *rows > 0;
}

// How old a confirmation of the future is nobody knows: the clock was wrong then.
Result<std::vector<ListedArrival>> Ledger::unacknowledged(Instant now, std::int64_t after) {
  const Milliseconds young = unacknowledged_after;
  return listed("state <> 1 AND (o.confirmed_ms <= ?1 OR o.confirmed_ms > ?1 + " +
                    std::to_string(young.count()) + ")",
                to_ms(now - young), after);
}

Result<std::vector<ListedArrival>> Ledger::refused_arrivals(std::int64_t after) {
  return listed("state = ?1", static_cast<std::int64_t>(OutboxState::refused), after);
}

Result<std::vector<ListedArrival>> Ledger::listed(const std::string& which, std::int64_t value,
                                                  std::int64_t after) {
  return database_.select(
      std::string("SELECT ") + listed_columns +
          ", record FROM outbox o LEFT JOIN check_in c USING (id) WHERE " + which +
          " AND o.id > ?2 ORDER BY o.id LIMIT ?3",
      [this](const Row& r) {
        ListedArrival row = listed_from(r);
        auto check_in = opened_check_in("check_in/" + row.message.visit_key, r.blob(13));
        if (check_in) row.check_in = std::move(*check_in);
        return row;
      },
      value, after, list_rows_max);
}

}  // namespace kiosk::store
