// Print jobs: what was asked of the printer and how far it came.
#include "kiosk/store/ledger.h"
#include "kiosk/store/records.h"

namespace kiosk::store {

using namespace domain;

namespace {

// Unknown never goes back to the queue: whoever was asked says whether the ticket came out, and a
// second one is a COPY.
bool legal(PrintState from, PrintState to) {
  switch (from) {
    case PrintState::queued:
      return to == PrintState::sending || to == PrintState::held;
    case PrintState::sending:
      return to == PrintState::printed || to == PrintState::failed || to == PrintState::unknown;
    case PrintState::failed:
      return to == PrintState::queued || to == PrintState::held;
    case PrintState::held:
      return to == PrintState::queued || to == PrintState::sending;
    case PrintState::unknown:
      return to == PrintState::printed || to == PrintState::failed;
    case PrintState::printed:
      return false;
  }
  return false;
}

Act act_of(PrintState state) {
  switch (state) {
    case PrintState::queued:
      return Act::ticket_queued;
    case PrintState::sending:
      return Act::ticket_sent;
    case PrintState::printed:
      return Act::ticket_printed;
    case PrintState::failed:
      return Act::ticket_failed;
    case PrintState::unknown:
      return Act::ticket_unknown;
    case PrintState::held:
      return Act::ticket_held;
  }
  return Act::ticket_unknown;
}

std::string copy_place(const std::string& number, Instant created) {
  return "print_job/" + number + "/" + std::to_string(to_ms(created));
}

CheckIn checked_in_elsewhere(const Visit& known, Person person) {
  CheckIn check_in;
  check_in.visit_key = visit_key(known.appointment.id, known.round);
  check_in.appointment_id = known.appointment.id;
  check_in.appointment_version = known.appointment.version;
  check_in.patient_id = known.appointment.patient_id;
  check_in.online = true;
  check_in.person = std::move(person);
  check_in.appointment = known.appointment;
  return check_in;
}

std::string jobs(std::string_view where) {
  return "SELECT j.id, j.state, j.copy, j.number, j.language, j.created_ms, c.visit_key, "
         "coalesce(j.record, c.record) FROM print_job j LEFT JOIN check_in c "
         "ON c.id = j.check_in_id WHERE " +
         std::string(where);
}

}  // namespace

Result<CheckIn> Ledger::opened_check_in(const std::string& place, const Bytes& record) {
  auto plain = vault_.open(record, place);
  if (!plain) return pass_on(plain.error());
  return decode_check_in(*plain);
}

Result<PrintJob> Ledger::job_from(const Row& r) {
  PrintJob job;
  job.id = r.integer(0);
  job.state = static_cast<PrintState>(r.integer(1));
  job.copy = static_cast<Copy>(r.integer(2));
  job.number = r.text(3);
  auto check_in = opened_check_in(
      r.null(6) ? copy_place(job.number, r.instant(5)) : "check_in/" + r.text(6), r.blob(7));
  if (!check_in) return pass_on(check_in.error());
  job.check_in = std::move(*check_in);
  if (const std::string language = r.text(4); !language.empty()) job.check_in.language = language;
  return with_other_number(std::move(job));
}

Result<PrintJob> Ledger::with_other_number(PrintJob job) {
  const std::string& key = job.check_in.visit_key;
  auto own = own_arrival(key);
  if (!own) return pass_on(own.error());
  if (*own && (*own)->number != job.number) {
    job.other_number = std::move((*own)->number);
    return job;
  }
  auto known = visit(job.check_in.appointment_id);
  if (!known) return pass_on(known.error());
  if (!*known || visit_key((*known)->appointment.id, (*known)->round) != key) return job;
  const auto& arrival = (*known)->arrival;
  if (arrival && arrival->number != job.number) job.other_number = arrival->number;
  return job;
}

Result<std::vector<PrintJob>> Ledger::jobs_in(PrintState state, int limit) {
  return database_.select(
      jobs("j.state = ?1 ORDER BY j.id LIMIT ?2"), [this](const Row& r) { return job_from(r); },
      state, limit);
}

Result<std::optional<PrintJob>> Ledger::next_print_job() {
  auto jobs = jobs_in(PrintState::queued, 1);
  if (!jobs) return pass_on(jobs.error());
  if (jobs->empty()) return std::nullopt;
  return std::move(jobs->front());
}

Result<std::vector<PrintJob>> Ledger::held_jobs() {
  return jobs_in(PrintState::held, list_rows_max);
}

Result<std::vector<PrintJob>> Ledger::unknown_jobs() {
  return jobs_in(PrintState::unknown, list_rows_max);
}

Result<std::optional<PrintJob>> Ledger::print_job(std::int64_t id) {
  return database_.select_one(
      jobs("j.id = ?1"), [this](const Row& r) { return job_from(r); }, id);
}

Result<std::optional<PrintJob>> Ledger::last_job_of(const std::string& visit_key) {
  return database_.select_one(
      jobs("c.visit_key = ?1 ORDER BY j.id DESC LIMIT 1"),
      [this](const Row& r) { return job_from(r); }, visit_key);
}

Result<void> Ledger::set_print_state(std::int64_t job, PrintState from, PrintState to) {
  if (!legal(from, to)) return fail("store", "wrong_state", "a print job takes no such step");
  Transaction transaction(database_);
  change_one(transaction, "UPDATE print_job SET state = ?3 WHERE id = ?1 AND state = ?2", job, from,
             to);
  note_ticket(transaction, now_, job, to);
  return transaction.commit();
}

void Ledger::note_ticket(Transaction& transaction, const Now& now, std::int64_t job,
                         PrintState state) {
  if (!transaction.state()) return;
  auto key = database_.select_one(
      "SELECT visit_key FROM print_job j JOIN check_in c ON c.id = j.check_in_id WHERE j.id = ?1",
      [](const Row& r) { return r.text(0); }, job);
  if (!key) return transaction.fail(key.error());
  append_audit(transaction, vault_, now, {act_of(state), key->value_or(""), "", {}, job});
}

Result<std::optional<std::string>> Ledger::visit_key_of_number(const std::string& number) {
  auto keys = database_.select(
      "SELECT visit_key FROM check_in WHERE number = ?1 AND number_day = "
      "(SELECT max(number_day) FROM check_in WHERE number = ?1) LIMIT 2",
      [](const Row& r) { return r.text(0); }, number);
  if (!keys) return pass_on(keys.error());
  if (keys->size() != 1) return std::nullopt;
  return std::move(keys->front());
}

Result<PrintJob> Ledger::add_copy(const CopyRequest& request) {
  // A visit key is the appointment's id, or the id, a slash and the round; no id has a slash.
  auto known = visit(request.visit_key.substr(0, request.visit_key.find('/')));
  if (!known) return pass_on(known.error());
  auto arrival = own_arrival(request.visit_key);
  if (!arrival) return pass_on(arrival.error());
  const bool listed_visit =
      *known && visit_key((*known)->appointment.id, (*known)->round) == request.visit_key;
  if (listed_visit && (*known)->arrival) *arrival = (*known)->arrival;
  if (!*arrival || (*arrival)->number.empty()) {
    return fail("store", "no_number", "no ticket number is known for this visit");
  }
  auto own = database_.select_one(
      "SELECT id, record FROM check_in WHERE visit_key = ?1",
      [](const Row& r) { return std::pair(r.integer(0), r.blob(1)); }, request.visit_key);
  if (!own) return pass_on(own.error());
  CheckIn check_in;
  if (*own) {
    auto opened = opened_check_in("check_in/" + request.visit_key, (*own)->second);
    if (!opened) return pass_on(opened.error());
    check_in = std::move(*opened);
  } else {
    auto who = person((*known)->appointment.patient_id);
    if (!who) return pass_on(who.error());
    check_in = checked_in_elsewhere(**known, std::move(*who));
  }
  const bool ours = *own && (*arrival)->token == check_in.token;
  return queue_copy(request, **arrival, std::move(check_in),
                    ours ? std::optional((*own)->first) : std::nullopt);
}

Result<PrintJob> Ledger::queue_copy(const CopyRequest& request, const Arrival& arrival,
                                    CheckIn check_in, std::optional<std::int64_t> own_row) {
  check_in.token = arrival.token;
  check_in.nonce = arrival.nonce;
  check_in.confirmed.instant = arrival.confirmed_at;
  const Instant created = request.now.instant;
  std::optional<Bytes> sealed;
  if (!own_row) sealed = vault_.seal(encode(check_in), copy_place(arrival.number, created));
  Transaction transaction(database_);
  const auto id = append_audit(transaction, vault_, request.now,
                               {Act::copy, request.visit_key, arrival.number});
  transaction.run(
      "INSERT INTO print_job (id, check_in_id, number, copy, state, language, created_ms, record) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      id, own_row, arrival.number, Copy::copy, PrintState::queued, request.language, created,
      sealed ? std::optional<ByteView>(*sealed) : std::nullopt);
  if (auto done = transaction.commit(); !done) return pass_on(done.error());
  if (!request.language.empty()) check_in.language = request.language;
  return with_other_number(
      {id, PrintState::queued, Copy::copy, arrival.number, std::move(check_in)});
}

}  // namespace kiosk::store
