// The appointments of today and tomorrow: what a sync brings in, and finding who stands there.
#include <algorithm>
#include <map>
#include <set>

#include "kiosk/store/ledger.h"
#include "kiosk/store/number_series.h"
#include "kiosk/store/records.h"

namespace kiosk::store {

using namespace domain;

namespace {

/// An answer that says otherwise may have begun before the server acknowledged an arrival, or come
/// from a copy of its data that lags.
constexpr Minutes answer_age_max{10};
/// What was settled in the future was so by a wrong clock.
constexpr const char* told_a_while_ago = "state = 1 AND (settled_ms <= ?1 OR settled_ms > ?2)";
constexpr const char* replaced_reason =
    "the server acknowledged the arrival and shows a later one in its place";
constexpr const char* gone_reason =
    "the server acknowledged the arrival and no longer holds the appointment";
constexpr const char* forgotten_reason =
    "the server acknowledged the arrival and shows the appointment as not arrived again";

bool is_open(AppointmentStatus status) {
  return status == AppointmentStatus::booked || status == AppointmentStatus::pending ||
         status == AppointmentStatus::proposed || status == AppointmentStatus::waitlist;
}

std::string appointment_place(const std::string& id) {
  return "appointment/" + id;
}
std::string person_place(const std::string& id) {
  return "person/" + id;
}

std::int64_t birth_key(const Vault& vault, const Date& birth_date) {
  return vault.lookup_key("birth date", iso(birth_date));
}

std::int64_t identifier_key(const Vault& vault, const Identifier& identifier) {
  return vault.lookup_key("identifier/" + identifier.system, identifier.value);
}

// Everything that a person may be found by, sorted.
std::vector<std::int64_t> lookups_of(const Vault& vault, const Person& person) {
  std::vector<std::int64_t> keys;
  if (person.birth_date) keys.push_back(birth_key(vault, *person.birth_date));
  for (const Identifier& identifier : person.identifiers) {
    keys.push_back(identifier_key(vault, identifier));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::optional<std::int64_t> key_unless_empty(const Vault& vault, const char* kind,
                                             const std::string& text) {
  if (text.empty()) return std::nullopt;
  return vault.lookup_key(kind, text);
}

/// What a page brings, in the order of ids: neighbours in the indices are written together.
template <typename T, typename Id>
std::vector<const T*> in_order(const std::vector<T>& list, Id id) {
  std::vector<const T*> order;
  order.reserve(list.size());
  for (const T& one : list) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(),
                   [&](const T* a, const T* b) { return id(*a) < id(*b); });
  return order;
}

}  // namespace

Result<void> Ledger::store_page(const Page& page, Instant keep_from, Instant keep_until) {
  if (revoked_) return {};
  Transaction transaction(database_);
  // Each read of the loops would open the database once more.
  if (!transaction.state()) return transaction.state();
  std::set<std::string_view> patients;
  std::vector<const Visit*> told;
  for (const Visit* visit : in_order(page.visits, [](const Visit& one) -> const std::string& {
         return one.appointment.id;
       })) {
    const Appointment& appointment = visit->appointment;
    if (visit->arrival || is_open(appointment.status)) told.push_back(visit);
    if (appointment.start < keep_from || appointment.start >= keep_until) {
      auto stored =
          database_.count("SELECT count(*) FROM appointment WHERE id = ?1", appointment.id);
      if (!stored) return pass_on(stored.error());
      if (*stored == 0) continue;
    }
    store_visit(transaction, *visit);
    patients.insert(appointment.patient_id);
    if (visit->arrival && visit->arrival->confirmed_at >= keep_from)
      watch_own_code(transaction, *visit);
  }
  list_forgotten(transaction, told, keep_from);
  for (const Person* person :
       in_order(page.people, [](const Person& one) -> const std::string& { return one.id; })) {
    if (!patients.contains(person->id)) {
      auto wanted =
          database_.count("SELECT count(*) FROM appointment WHERE patient_id = ?1", person->id);
      if (!wanted) return pass_on(wanted.error());
      if (*wanted == 0) continue;
    }
    store_person(transaction, *person);
  }
  return transaction.commit();
}

// The row of a record and what it holds; nothing that does not open is held.
Result<std::optional<Ledger::StoredRow>> Ledger::stored_row(std::string_view sql,
                                                            const std::string& id,
                                                            const std::string& place) {
  return database_.select_one(
      sql,
      [&](const Row& r) {
        return StoredRow{r.integer(0), vault_.open(r.blob(1), place).value_or(Bytes())};
      },
      id);
}

void Ledger::store_visit(Transaction& transaction, const Visit& visit) {
  const Appointment& appointment = visit.appointment;
  const std::string place = appointment_place(appointment.id);
  const Bytes plain = encode(visit);
  const auto row =
      stored_row("SELECT key, record FROM appointment WHERE id = ?1", appointment.id, place);
  if (!row) return transaction.fail(row.error());
  if (*row && (*row)->plain == plain) return;
  const auto booking = key_unless_empty(vault_, "booking", appointment.booking_number);
  const auto token =
      key_unless_empty(vault_, "token", visit.arrival ? visit.arrival->token : std::string());
  const Bytes sealed = vault_.seal(plain, place);
  const char* sql = *row ? "UPDATE appointment SET patient_id = ?2, start_ms = ?3, "
                           "booking_hash = ?4, token_hash = ?5, record = ?6 WHERE id = ?1"
                         : "INSERT INTO appointment (id, patient_id, start_ms, booking_hash, "
                           "token_hash, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
  transaction.run(sql, appointment.id, appointment.patient_id, appointment.start, booking, token,
                  ByteView(sealed));
}

void Ledger::store_person(Transaction& transaction, const Person& person) {
  const std::string place = person_place(person.id);
  const Bytes plain = encode(person);
  const auto row = stored_row("SELECT key, record FROM person WHERE id = ?1", person.id, place);
  if (!row) return transaction.fail(row.error());
  if (*row && (*row)->plain == plain) return;
  const Bytes sealed = vault_.seal(plain, place);
  if (!*row) {
    transaction.run("INSERT INTO person (id, record) VALUES (?1, ?2)", person.id, ByteView(sealed));
    return list_person(transaction, person, database_.last_key());
  }
  transaction.run("UPDATE person SET record = ?2 WHERE key = ?1", (*row)->key, ByteView(sealed));
  unlist_person(transaction, **row);
  list_person(transaction, person, (*row)->key);
}

void Ledger::list_person(Transaction& transaction, const Person& person, std::int64_t key) {
  for (const std::int64_t hash : lookups_of(vault_, person)) {
    transaction.run("INSERT INTO person_lookup VALUES (?1, ?2)", hash, key);
  }
}

void Ledger::unlist_person(Transaction& transaction, const StoredRow& row) {
  const auto person = decode_person(row.plain);
  if (!person) {  // then all rows must be looked through
    transaction.run("DELETE FROM person_lookup WHERE person = ?1", row.key);
    return;
  }
  for (const std::int64_t hash : lookups_of(vault_, *person)) {
    transaction.run("DELETE FROM person_lookup WHERE hash = ?1 AND person = ?2", hash, row.key);
  }
}

void Ledger::forget_people_without_appointments(Transaction& transaction) {
  const auto gone =
      transaction.run("DELETE FROM person WHERE id NOT IN (SELECT patient_id FROM appointment)");
  if (gone == 0) return;
  transaction.run("DELETE FROM person_lookup WHERE person NOT IN (SELECT key FROM person)");
}

// An arrival that bears a number of our own series and that we did not give.
void Ledger::watch_own_code(Transaction& transaction, const Visit& visit) {
  const auto seen = parse_series_number(kiosk_code_, visit.arrival->number);
  if (!seen) return;
  const auto issued = issued_nonce(visit.arrival->nonce);
  if (!issued) return transaction.fail(issued.error());
  if (*issued) return;
  auto ours = database_.count("SELECT count(*) FROM outbox WHERE visit_key = ?1 AND number = ?2",
                              visit_key(visit.appointment.id, visit.round), visit.arrival->number);
  if (!ours) return transaction.fail(ours.error());
  if (*ours == 0) stop_issuing(transaction, seen->incarnation);
}

// A server that was put back to an earlier state no longer has what it acknowledged. Only the desk
// can tell that from an arrival that it undid. What was before today is over.
void Ledger::list_forgotten(Transaction& transaction, std::span<const Visit* const> visits,
                            Instant today) {
  if (visits.empty()) return;
  struct Told {
    std::int64_t id;
    std::string nonce;
    Instant confirmed;
  };
  auto told = database_.select(
      std::string("SELECT visit_key, id, nonce, confirmed_ms FROM outbox WHERE ") +
          told_a_while_ago + " AND confirmed_ms >= ?3",
      [](const Row& r) {
        return std::pair(r.text(0), Told{r.integer(1), r.text(2), r.instant(3)});
      },
      now_.instant - answer_age_max, now_.instant + answer_age_max, today);
  if (!told) return transaction.fail(told.error());
  const std::map<std::string, Told> rows(told->begin(), told->end());
  if (rows.empty()) return;
  for (const Visit* visit : visits) {
    const auto found = rows.find(visit_key(visit->appointment.id, visit->round));
    if (found == rows.end()) continue;
    const Told& row = found->second;
    const auto& arrival = visit->arrival;
    if (!arrival || is_open(visit->appointment.status)) {
      refuse(transaction, row.id, forgotten_reason, now_.instant);
    } else if (arrival->nonce != row.nonce && arrival->confirmed_at > row.confirmed) {
      // Beside ours it would not be the one that is called.
      refuse(transaction, row.id, replaced_reason, now_.instant);
    }
  }
}

void Ledger::list_gone(Transaction& transaction, const std::string& appointment_id) {
  auto told = database_.select(
      std::string("SELECT id FROM outbox WHERE ") + told_a_while_ago + " AND appointment_id = ?3",
      [](const Row& r) { return r.integer(0); }, now_.instant - answer_age_max,
      now_.instant + answer_age_max, appointment_id);
  if (!told) return transaction.fail(told.error());
  for (const std::int64_t id : *told) refuse(transaction, id, gone_reason, now_.instant);
}

// A ledger that has given no number yet steps out of the way: it stands on a machine that was set
// up anew. Any other one stops. A hospital shows the same ticket many times: what is known already
// is not written again.
void Ledger::stop_issuing(Transaction& transaction, int incarnation_seen) {
  transaction.run(
      "UPDATE ledger SET incarnation = ?1 + 1 WHERE series_last = 0 AND incarnation <= ?1",
      incarnation_seen);
  transaction.run("UPDATE ledger SET rival_incarnation = ?1 WHERE rival_incarnation < ?1",
                  incarnation_seen);
}

Result<bool> Ledger::given_elsewhere(const std::string& number, const std::string& nonce) {
  const auto seen = parse_series_number(kiosk_code_, number);
  if (!seen) return false;
  const auto ours = issued_nonce(nonce);
  if (!ours || *ours) return ours ? Result<bool>(false) : ours;
  Transaction transaction(database_);
  stop_issuing(transaction, seen->incarnation);
  if (auto done = transaction.commit(); !done) return pass_on(done.error());
  const auto stopped =
      database_.count("SELECT count(*) FROM ledger WHERE rival_incarnation >= incarnation");
  if (!stopped) return pass_on(stopped.error());
  return *stopped > 0;
}

Result<void> Ledger::forget(std::span<const std::string> appointment_ids) {
  Transaction transaction(database_);
  for (const std::string& id : appointment_ids) {
    transaction.run("DELETE FROM appointment WHERE id = ?1", id);
    list_gone(transaction, id);
  }
  forget_people_without_appointments(transaction);
  return transaction.commit();
}

Result<std::vector<std::string>> Ledger::stored_ids(Instant from, Instant until) {
  return database_.select(
      "SELECT id FROM appointment WHERE start_ms >= ?1 AND start_ms < ?2 ORDER BY key",
      [](const Row& r) { return r.text(0); }, from, until);
}

Result<std::optional<Bookmark>> Ledger::bookmark() {
  return database_.select_one("SELECT bookmark_ms FROM ledger WHERE bookmark_ms IS NOT NULL",
                              [](const Row& r) { return Bookmark{r.instant(0)}; });
}

Result<void> Ledger::set_bookmark(const Bookmark& bookmark) {
  if (revoked_) return {};
  Transaction transaction(database_);
  change_one(transaction, "UPDATE ledger SET bookmark_ms = ?1", bookmark.server_time);
  return transaction.commit();
}

// --- finding ------------------------------------------------------------------------------------

Result<std::optional<Arrival>> Ledger::own_arrival(const std::string& visit_key) {
  return database_.select_one(
      "SELECT encounter_id, nonce, o.number, token, o.confirmed_ms FROM check_in c "
      "JOIN outbox o USING (id) WHERE c.visit_key = ?1",
      [&](const Row& r) {
        return Arrival{r.text(0), visit_key, r.text(1), r.text(2), r.text(3), r.instant(4)};
      },
      visit_key);
}

// Of two numbers the earlier confirmation's is called, unless the server refused ours.
Result<Visit> Ledger::merged(Visit visit) {
  auto own = own_arrival(visit_key(visit.appointment.id, visit.round));
  if (!own) return pass_on(own.error());
  if (!*own) return visit;
  if (visit.arrival && !visit.arrival->number.empty()) {
    auto refused = database_.count("SELECT count(*) FROM outbox WHERE nonce = ?1 AND state = 2",
                                   (*own)->nonce);
    if (!refused) return pass_on(refused.error());
    if (*refused > 0 || visit.arrival->confirmed_at <= (*own)->confirmed_at) return visit;
  }
  if (visit.arrival && (*own)->encounter_id.empty()) {
    (*own)->encounter_id = visit.arrival->encounter_id;
  }
  visit.arrival = std::move(*own);
  return visit;
}

Result<Visit> Ledger::opened_visit(const std::string& id, const Bytes& record) {
  auto plain = vault_.open(record, appointment_place(id));
  if (!plain) return pass_on(plain.error());
  auto visit = decode_visit(*plain);
  if (!visit) return visit;
  return merged(std::move(*visit));
}

Result<std::optional<Visit>> Ledger::visit(const std::string& appointment_id) {
  return database_.select_one(
      "SELECT id, record FROM appointment WHERE id = ?1",
      [this](const Row& r) { return opened_visit(r.text(0), r.blob(1)); }, appointment_id);
}

Result<Person> Ledger::person(const std::string& id) {
  auto found = database_.select_one(
      "SELECT record FROM person WHERE id = ?1",
      [&](const Row& r) -> Result<Person> {
        auto plain = vault_.open(r.blob(0), person_place(id));
        if (!plain) return pass_on(plain.error());
        return decode_person(*plain);
      },
      id);
  if (!found) return pass_on(found.error());
  if (*found) return std::move(**found);
  Person unknown;
  unknown.id = id;
  return unknown;
}

// A key of 64 bits may lead to strangers too: who was meant is told by what was opened.
template <typename Meant>
Result<std::vector<PersonVisits>> Ledger::people_by_key(std::int64_t key, Meant is_meant) {
  auto ids = database_.select(
      "SELECT id FROM person_lookup JOIN person ON key = person WHERE hash = ?1 ORDER BY 1",
      [](const Row& r) { return r.text(0); }, key);
  if (!ids) return pass_on(ids.error());
  std::vector<PersonVisits> people;
  for (const std::string& id : *ids) {
    auto who = person(id);
    if (!who) return pass_on(who.error());
    if (!is_meant(*who)) continue;
    auto visits = database_.select(
        "SELECT id, record FROM appointment WHERE patient_id = ?1 ORDER BY start_ms, id",
        [this](const Row& r) { return opened_visit(r.text(0), r.blob(1)); }, id);
    if (!visits) return pass_on(visits.error());
    people.push_back({std::move(*who), std::move(*visits), Freshness::store});
  }
  return people;
}

Result<std::vector<PersonVisits>> Ledger::find(const Identifier& identifier) {
  return people_by_key(identifier_key(vault_, identifier), [&](const Person& person) {
    const auto& has = person.identifiers;
    return std::find(has.begin(), has.end(), identifier) != has.end();
  });
}

Result<std::vector<PersonVisits>> Ledger::find(const BirthDateAndDigits& given) {
  return people_by_key(birth_key(vault_, given.birth_date),
                       [&](const Person& person) { return matches(person, given); });
}

Result<std::vector<PersonVisits>> Ledger::alone(Result<std::vector<Visit>> visits) {
  if (!visits) return pass_on(visits.error());
  std::vector<PersonVisits> people;
  for (Visit& visit : *visits) {
    auto who = person(visit.appointment.patient_id);
    if (!who) return pass_on(who.error());
    people.push_back({std::move(*who), {std::move(visit)}, Freshness::store});
  }
  return people;
}

Result<std::vector<PersonVisits>> Ledger::find_by_booking(const std::string& booking_number) {
  auto visits = database_.select(
      "SELECT id, record FROM appointment WHERE booking_hash = ?1 ORDER BY start_ms, id",
      [this](const Row& r) { return opened_visit(r.text(0), r.blob(1)); },
      vault_.lookup_key("booking", booking_number));
  const auto another = [&](const Visit& one) {
    return one.appointment.booking_number != booking_number;
  };
  if (visits) std::erase_if(*visits, another);
  return alone(std::move(visits));
}

Result<std::vector<PersonVisits>> Ledger::find_by_token(const std::string& token) {
  const Bytes hash = vault_.lookup_hash("token", token);
  auto own_keys = database_.select(
      "SELECT visit_key FROM check_in WHERE token_hash = ?1",
      [](const Row& r) { return r.text(0); }, ByteView(hash));
  if (!own_keys) return pass_on(own_keys.error());
  auto visits = database_.select(
      "SELECT id, record FROM appointment WHERE token_hash = ?1 OR id IN "
      "(SELECT appointment_id FROM check_in WHERE token_hash = ?2) ORDER BY start_ms, id",
      [this](const Row& r) { return opened_visit(r.text(0), r.blob(1)); },
      vault_.lookup_key("token", token), ByteView(hash));
  if (!visits) return pass_on(visits.error());
  // A ticket of an arrival that the desk has undone leads nowhere.
  std::erase_if(*visits, [&](const Visit& visit) {
    const std::string key = visit_key(visit.appointment.id, visit.round);
    const bool ours = std::find(own_keys->begin(), own_keys->end(), key) != own_keys->end();
    return !ours && !(visit.arrival && visit.arrival->token == token);
  });
  return alone(std::move(visits));
}

}  // namespace kiosk::store
