// What the server is still to be told, and what it said.
#include <algorithm>

#include "kiosk/store/ledger.h"
#include "kiosk/store/ledger_copy.h"
#include "kiosk/store/log_check.h"
#include "kiosk/store/migrations.h"

namespace kiosk::store {

using domain::Act;
using domain::ArrivalMessage;

namespace {

enum class OutboxState { pending, acknowledged, refused };

ArrivalMessage message_from(const Row& r) {
  ArrivalMessage m;
  m.id = r.integer(0);
  m.visit_key = r.text(1);
  m.appointment_id = r.text(2);
  m.patient_id = r.text(3);
  m.nonce = r.text(4);
  m.number = r.text(5);
  m.token = r.text(6);
  m.confirmed_at = r.instant(7);
  m.attempts = static_cast<int>(r.integer(8));
  m.not_before = r.instant(9);
  m.unknown = r.integer(10) != 0;
  return m;
}

/// A row of message_from's columns, then state and reason.
ListedArrival listed_from(const Row& r) {
  return {message_from(r), r.text(12), std::nullopt,
          r.integer(11) == static_cast<std::int64_t>(OutboxState::refused)};
}

constexpr const char* listed_columns =
    "o.id, o.visit_key, o.appointment_id, patient_id, nonce, o.number, token, o.confirmed_ms, "
    "attempts, not_before_ms, unknown, state, reason";

}  // namespace

// A stream is a visit key, which is unique: each row is the first of its stream.
Result<std::vector<ArrivalMessage>> Ledger::due(Instant now, std::size_t limit) {
  return database_.select(
      "SELECT id, visit_key, appointment_id, patient_id, nonce, number, token, confirmed_ms, "
      "attempts, not_before_ms, unknown FROM outbox WHERE state = 0 AND not_before_ms <= ?1 "
      "ORDER BY id LIMIT ?2",
      message_from, now, limit);
}

Result<std::optional<Instant>> Ledger::next_due() {
  return database_.select_one(
      "SELECT not_before_ms FROM outbox WHERE state = 0 ORDER BY not_before_ms LIMIT 1",
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

void Ledger::refuse(Transaction& transaction, std::int64_t outbox_id, const std::string& reason,
                    Instant now) {
  change_one(transaction,
             "UPDATE outbox SET state = ?2, reason = ?3, settled_ms = ?4 WHERE id = ?1", outbox_id,
             OutboxState::refused, reason, now);
  // Servers like to repeat the data that they refuse.
  const auto end = reason.starts_with("HTTP ") ? std::min(reason.find(": "), reason.size()) : 0;
  note_arrival(transaction, Act::refused, outbox_id, reason.substr(0, end),
               end < reason.size() ? reason.substr(end == 0 ? 0 : end + 2) : "");
  unanswered_.erase(outbox_id);
}

Result<void> Ledger::postpone(std::int64_t outbox_id, Instant when, bool unknown) {
  Transaction transaction(database_);
  change_one(transaction,
             "UPDATE outbox SET not_before_ms = ?2, unknown = ?3 WHERE id = ?1 AND state = 0",
             outbox_id, when, unknown ? 1 : 0);
  // Once for each sending: later attempts may fail for days before they come to send.
  if (unanswered_.erase(outbox_id) > 0 && unknown) {
    note_arrival(transaction, Act::answer_lost, outbox_id, "");
  }
  return transaction.commit();
}

Result<bool> Ledger::issued_nonce(const std::string& nonce) {
  auto rows = database_.count("SELECT count(*) FROM outbox WHERE nonce = ?1", nonce);
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

// Of a damaged file both ends are read up to where it breaks.
Result<LeftArrivals> Ledger::left_in(const std::string& path) {
  const auto copy = LedgerCopy::make(path);
  if (!copy) return pass_on(copy.error());
  LeftArrivals left;
  left.damaged = !check_log((*copy)->path() + "-wal");
  if (left.damaged) mend_log_file((*copy)->path() + "-wal");
  auto database = Database::open({(*copy)->path(), ""});
  if (!database) return pass_on(database.error());
  const auto version = schema_version(*database);
  if (!version) return pass_on(version.error());
  if (*version == 0) return left;
  const auto read = [&](const char* order) {
    return database->select(std::string("SELECT ") + listed_columns +
                                " FROM outbox o WHERE state <> 1 ORDER BY o.id " + order,
                            [&](const Row& r) {
                              left.rows.push_back(listed_from(r));
                              return 0;
                            });
  };
  const auto id = [](const ListedArrival& row) { return row.message.id; };
  auto all = read("ASC");
  if (!all && all.error().code == "corrupt") {
    left.damaged = true;
    static_cast<void>(read("DESC"));
    if (!left.rows.empty()) all = {};
  }
  if (!all) return pass_on(all.error());
  std::sort(left.rows.begin(), left.rows.end(),
            [&](const auto& a, const auto& b) { return id(a) < id(b); });
  const auto same = [&](const auto& a, const auto& b) { return id(a) == id(b); };
  left.rows.erase(std::unique(left.rows.begin(), left.rows.end(), same), left.rows.end());
  return left;
}

}  // namespace kiosk::store
