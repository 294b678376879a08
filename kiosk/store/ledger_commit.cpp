// Committing a check-in: the one transaction behind everything that the kiosk shows, prints or
// sends.
#include <algorithm>

#include "kiosk/base/check.h"
#include "kiosk/store/ledger.h"
#include "kiosk/store/number_series.h"
#include "kiosk/store/records.h"

namespace kiosk::store {

using namespace domain;

namespace {

// What would make the patient decide anew: whether, when, where and with whom.
bool same_visit(const Appointment& a, const Appointment& b) {
  const auto facts = [](const Appointment& x) {
    return std::tie(x.status, x.start, x.patient_id, x.clinic_id, x.clinic_name, x.doctor_id,
                    x.doctor_name, x.location_id, x.place_name, x.site_id, x.queue_number, x.marks,
                    x.modality);
  };
  return facts(a) == facts(b);
}

bool changed(const CheckIn& shown, const Visit& stored) {
  if (visit_key(stored.appointment.id, stored.round) != shown.visit_key) return true;
  const std::string& version = stored.appointment.version;
  if (!version.empty() && version == shown.appointment_version) return false;
  return !same_visit(shown.appointment, stored.appointment);
}

bool has_arrived(AppointmentStatus status) {
  return status == AppointmentStatus::arrived || status == AppointmentStatus::checked_in;
}

tl::unexpected<Error> cannot_record(const Error& cause) {
  if (cause.code == "code_in_use") return pass_on(cause);
  return fail("store", "cannot_record",
              "record a check-in: " + std::string(cause.code) + ": " + cause.what);
}

}  // namespace

Result<CommitOutcome> Ledger::commit_check_in(const CheckIn& check_in) {
  KIOSK_CHECK(!check_in.visit_key.empty() && !check_in.nonce.empty() && !check_in.token.empty());
  if (revoked_) return fail("store", "revoked", "the hospital has withdrawn this kiosk's rights");
  Transaction transaction(database_);
  if (!transaction.state()) return cannot_record(transaction.state().error());
  auto answer = answer_without_commit(check_in);
  if (!answer) return cannot_record(answer.error());
  if (*answer) return std::move(**answer);
  const Committed recorded = record(transaction, check_in);
  if (auto done = transaction.commit(); !done) {
    if (transaction.end_is_unknown()) return answer_after_unknown_end(check_in, done.error());
    return cannot_record(done.error());
  }
  forget_notes();
  return CommitOutcome(recorded);
}

Result<std::optional<CommitOutcome>> Ledger::answer_without_commit(const CheckIn& check_in) {
  auto same = committed(check_in.visit_key, check_in.nonce);
  if (!same) return pass_on(same.error());
  if (*same) return CommitOutcome(**same);
  auto stored = visit(check_in.appointment_id);
  if (!stored) return pass_on(stored.error());
  if (!*stored) {
    auto own = own_arrival(check_in.visit_key);
    if (!own) return pass_on(own.error());
    if (*own) return CommitOutcome(AlreadyCheckedIn{**own});
    return std::nullopt;
  }
  const Visit& known = **stored;
  const bool same_round = visit_key(known.appointment.id, known.round) == check_in.visit_key;
  if (same_round && known.arrival) return CommitOutcome(AlreadyCheckedIn{*known.arrival});
  if (same_round && has_arrived(known.appointment.status)) {
    Arrival arrival;
    arrival.visit_key = check_in.visit_key;
    return CommitOutcome(AlreadyCheckedIn{arrival});
  }
  if (changed(check_in, known)) return CommitOutcome(ChangedMeanwhile{known.appointment});
  return std::nullopt;
}

Result<std::optional<Committed>> Ledger::committed(const std::string& visit_key,
                                                   const std::string& nonce) {
  return database_.select_one(
      "SELECT id, o.number, o.token, o.confirmed_ms FROM check_in c JOIN outbox o USING (id) "
      "WHERE c.visit_key = ?1 AND o.nonce = ?2",
      [&](const Row& r) {
        return Committed{visit_key, r.text(1), r.text(2), r.integer(0), r.instant(3)};
      },
      visit_key, nonce);
}

Committed Ledger::record(Transaction& transaction, const CheckIn& check_in) {
  write_notes(transaction);
  const Ticket ticket = take_number(transaction, check_in);
  const Instant confirmed = check_in.confirmed.instant;
  const auto id =
      append_audit(transaction, vault_, check_in.confirmed,
                   {Act::check_in,
                    check_in.visit_key,
                    ticket.number,
                    {},
                    0,
                    "version " + check_in.appointment_version + ", nonce " + check_in.nonce});
  const Bytes token_hash = vault_.lookup_hash("token", check_in.token);
  const Bytes sealed = vault_.seal(encode(check_in), "check_in/" + check_in.visit_key);
  transaction.run(
      "INSERT INTO check_in (id, visit_key, appointment_id, number, number_day, queue, "
      "token_hash, confirmed_ms, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      id, check_in.visit_key, check_in.appointment_id, ticket.number, ticket.day, ticket.queue,
      ByteView(token_hash), confirmed, ByteView(sealed));
  transaction.run(
      "INSERT INTO print_job (id, check_in_id, number, copy, state, language, created_ms) "
      "VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6)",
      id, ticket.number, Copy::original, PrintState::queued, check_in.language, confirmed);
  transaction.run(
      "INSERT INTO outbox (id, visit_key, appointment_id, patient_id, nonce, number, token, "
      "confirmed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      id, check_in.visit_key, check_in.appointment_id, check_in.patient_id, check_in.nonce,
      ticket.number, check_in.token, confirmed);
  transaction.run("UPDATE ledger SET last_committed_ms = max(last_committed_ms, ?1)", confirmed);
  return Committed{check_in.visit_key, ticket.number, check_in.token, id, confirmed};
}

// A booking's own number counts within its queue (clinic, doctor, place): two doctors may each have
// a "12". One that would name two visits of a queue, or looks like ours, gives way to our series.
Ledger::Ticket Ledger::take_number(Transaction& transaction, const CheckIn& check_in) {
  const Appointment& booked = check_in.appointment;
  Ticket own{check_in.own_number, iso(check_in.service_day.date),
             "own/" + booked.clinic_id + "/" + booked.doctor_id + "/" + booked.location_id};
  if (own.number.empty() || parse_series_number(kiosk_code_, own.number)) {
    return take_series_number(transaction, check_in);
  }
  auto taken = database_.count(
      "SELECT count(*) FROM check_in WHERE number = ?1 AND number_day = ?2 AND queue = ?3",
      own.number, own.day, own.queue);
  if (!taken) transaction.fail(taken.error());
  if (taken.value_or(0) > 0) return take_series_number(transaction, check_in);
  return own;
}

// The series starts anew only on a later day that the server has confirmed, and not on the first
// such day after numbers were given by another clock: they may have been given on that same day. A
// machine's clock may be a day ahead, and then go back to a day whose numbers are in use. So may a
// server's: back on an earlier day the series goes on behind the highest number of any day before.
Ledger::Ticket Ledger::take_series_number(Transaction& transaction, const CheckIn& check_in) {
  struct Series {
    std::string day;
    std::int64_t last;
    std::int64_t peak;  ///< of the days before
    bool untrusted;
    int incarnation;
    std::int64_t rival;
  };
  auto row = database_.select_one(
      "SELECT series_day, series_last, series_peak, series_untrusted, incarnation, "
      "rival_incarnation FROM ledger",
      [](const Row& r) {
        return Series{r.text(0),
                      r.integer(1),
                      r.integer(2),
                      r.integer(3) != 0,
                      static_cast<int>(r.integer(4)),
                      r.integer(5)};
      });
  if (!row || !*row) {
    transaction.fail(row ? Error{"store", "corrupt", "the ledger's own row is gone"} : row.error());
    return {};
  }
  Series& series = **row;
  if (series.rival >= series.incarnation) {
    transaction.fail({"store", "code_in_use", "another machine gives numbers with this code"});
  }
  const ClockTrust trust = check_in.confirmed.trust;
  const std::string day = iso(check_in.service_day.date);
  if (series.day.empty()) {
    series.day = day;
  } else if (trust == ClockTrust::server && day > series.day) {
    series.day = day;
    series.peak = std::max(series.peak, series.last);
    if (!series.untrusted) series.last = 0;
    series.untrusted = false;
  } else if (day < series.day) {
    series.last = std::max(series.last, series.peak);
  }
  if (trust == ClockTrust::not_before || day > series.day) series.untrusted = true;
  ++series.last;
  transaction.run(
      "UPDATE ledger SET series_day = ?1, series_last = ?2, series_peak = ?3, "
      "series_untrusted = ?4",
      series.day, series.last, series.peak, series.untrusted ? 1 : 0);
  return {series_number(kiosk_code_, {series.incarnation, series.last}), series.day, ""};
}

// The connection is a new one, which has brought to the disk whatever of the log can be read.
Result<CommitOutcome> Ledger::answer_after_unknown_end(const CheckIn& check_in,
                                                       const Error& error) {
  auto found = committed(check_in.visit_key, check_in.nonce);
  if (found && *found) {
    forget_notes();
    return CommitOutcome(**found);
  }
  if (found) return cannot_record(error);
  return fail("store", "commit_unknown", "record a check-in: " + error.what);
}

}  // namespace kiosk::store
