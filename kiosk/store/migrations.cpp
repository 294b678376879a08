#include "kiosk/store/migrations.h"

#include <array>
#include <string>

namespace kiosk::store {

namespace {

// "KIOS", so that no other program's database is taken for a ledger.
constexpr std::int64_t application_id = 0x4B494F53;

// Personal values stand in `record` and `payload` only, sealed by the vault; what must be found
// without opening them stands as a keyed hash. Server ids, instants, numbers and nonces are plain.
// States are the enumerators' order in kiosk/domain; an outbox row is pending, acknowledged,
// refused.
//
// A check-in, its original print job, its outbox entry and its audit row share one number, the
// audit row's, which is never given again. Each index is a page more in every commit, and a day's
// tables are small: only what must be unique or is looked up at a patient's touch has one.
constexpr const char* version_1 = R"sql(
CREATE TABLE ledger (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  kiosk_code TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  rival_incarnation INTEGER NOT NULL DEFAULT 0,
  key_check BLOB NOT NULL,
  series_day TEXT NOT NULL DEFAULT '',
  series_last INTEGER NOT NULL DEFAULT 0,
  series_untrusted INTEGER NOT NULL DEFAULT 0,
  last_committed_ms INTEGER NOT NULL DEFAULT 0,
  audit_last INTEGER NOT NULL DEFAULT 0,
  bookmark_ms INTEGER
) STRICT;

-- Written over to prove that the disk takes more than a check-in needs.
CREATE TABLE proof (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person_lookup (
  hash BLOB NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  PRIMARY KEY (hash, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_lookup_person ON person_lookup (person_id);

CREATE TABLE appointment (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  booking_hash BLOB,
  token_hash BLOB,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX appointment_patient ON appointment (patient_id);
CREATE INDEX appointment_start ON appointment (start_ms);
CREATE INDEX appointment_booking ON appointment (booking_hash) WHERE booking_hash IS NOT NULL;
CREATE INDEX appointment_token ON appointment (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE check_in (
  id INTEGER PRIMARY KEY,
  visit_key TEXT NOT NULL UNIQUE,
  appointment_id TEXT NOT NULL,
  number TEXT NOT NULL CHECK (number <> ''),
  number_day TEXT NOT NULL,
  queue TEXT NOT NULL,
  token_hash BLOB NOT NULL,
  confirmed_ms INTEGER NOT NULL,
  record BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX check_in_number ON check_in (number, number_day, queue);
CREATE INDEX check_in_token ON check_in (token_hash);

CREATE TABLE print_job (
  id INTEGER PRIMARY KEY,
  check_in_id INTEGER REFERENCES check_in (id) ON DELETE CASCADE,
  number TEXT NOT NULL,
  copy INTEGER NOT NULL CHECK (copy IN (0, 1)),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
  language TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  record BLOB,
  CHECK ((check_in_id IS NULL) = (record IS NOT NULL))
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  visit_key TEXT NOT NULL,
  appointment_id TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  nonce TEXT NOT NULL,
  number TEXT NOT NULL,
  token TEXT NOT NULL,
  confirmed_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0 CHECK (unknown IN (0, 1)),
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2),
  settled_ms INTEGER,
  reason TEXT NOT NULL DEFAULT '',
  encounter_id TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  instant_ms INTEGER NOT NULL,
  trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
  previous_hash BLOB NOT NULL,
  commitment BLOB NOT NULL,
  payload BLOB,
  salt BLOB,
  row_hash BLOB NOT NULL
) STRICT;
)sql";

// Chain keys of vaults before this one, sealed by this one: each chained the rows up to `last_seq`.
// `revoked_ms`: then the personal data was destroyed; while it is set, none is taken in.
constexpr const char* version_2 = R"sql(
CREATE TABLE audit_key (
  last_seq INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;
ALTER TABLE ledger ADD COLUMN revoked_ms INTEGER;
)sql";

// The head of the audit trail, sealed; and the newest row whose hash the server was told.
constexpr const char* version_3 = R"sql(
ALTER TABLE ledger ADD COLUMN audit_seal BLOB;
ALTER TABLE ledger ADD COLUMN audit_told INTEGER NOT NULL DEFAULT 0;
)sql";
// The day's tables with whole numbers as keys and the first 64 bits of each look-up hash: a large
// hospital's first download writes a third as much, and each record stands where it was put first.
constexpr const char* version_4 = R"sql(
ALTER TABLE person RENAME TO old_person;
ALTER TABLE person_lookup RENAME TO old_person_lookup;
ALTER TABLE appointment RENAME TO old_appointment;
DROP INDEX person_lookup_person;
DROP INDEX appointment_patient;
DROP INDEX appointment_booking;
DROP INDEX appointment_token;

CREATE TABLE person (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  record BLOB NOT NULL
) STRICT;

CREATE TABLE person_lookup (
  hash INTEGER NOT NULL,
  person INTEGER NOT NULL REFERENCES person (key) ON DELETE CASCADE,
  PRIMARY KEY (hash, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_lookup_person ON person_lookup (person);

CREATE TABLE appointment (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  patient_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  booking_hash INTEGER,
  token_hash INTEGER,
  record BLOB NOT NULL
) STRICT;
CREATE INDEX appointment_patient ON appointment (patient_id);
CREATE INDEX appointment_booking ON appointment (booking_hash) WHERE booking_hash IS NOT NULL;
CREATE INDEX appointment_token ON appointment (token_hash) WHERE token_hash IS NOT NULL;

INSERT INTO person (id, record) SELECT id, record FROM old_person ORDER BY id;
INSERT INTO person_lookup SELECT {hash}, key FROM old_person_lookup
  JOIN person ON person.id = person_id;
INSERT INTO appointment (id, patient_id, start_ms, booking_hash, token_hash, record)
  SELECT id, patient_id, start_ms, {booking_hash}, {token_hash}, record FROM old_appointment
  ORDER BY id;

DROP TABLE old_person_lookup;
DROP TABLE old_person;
DROP TABLE old_appointment;
)sql";

// One row for a birth date instead of one for each number's end, and found by the hash alone: what
// a person is listed under is told by the record; `Ledger::open` lists everybody anew. And of whom
// a row of the audit trail tells, sealed apart from what it tells.
constexpr const char* version_5 = R"sql(
DROP TABLE person_lookup;
CREATE TABLE person_lookup (
  hash INTEGER NOT NULL,
  person INTEGER NOT NULL,
  PRIMARY KEY (hash, person)
) STRICT, WITHOUT ROWID;
ALTER TABLE audit ADD COLUMN personal BLOB;
)sql";

// The highest number of the days before `series_day`; and keyed hashes of the nonces of
// the last tickets that were erased, oldest first, by which the kiosk knows its own.
constexpr const char* version_6 = R"sql(
ALTER TABLE ledger ADD COLUMN series_peak INTEGER NOT NULL DEFAULT 0;
CREATE TABLE erased_ticket (
  key INTEGER PRIMARY KEY,
  nonce_hash INTEGER NOT NULL UNIQUE
) STRICT;
)sql";

/// The first eight bytes of a blob as a whole number, as Vault::lookup_key has it.
std::string first_64_bits(const std::string& column) {
  std::string bits;
  for (int digit = 0; digit < 16; ++digit) {
    bits += bits.empty() ? "" : " | ";
    bits += "(instr('123456789ABCDEF', substr(hex(" + column + "), " + std::to_string(digit + 1) +
            ", 1)) << " + std::to_string(60 - 4 * digit) + ")";
  }
  return "iif(" + column + " IS NULL, NULL, " + bits + ")";
}

/// `text` with each column in braces as its first 64 bits.
std::string with_short_hashes(std::string text) {
  for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
    const auto close = text.find('}', open);
    text.replace(open, close + 1 - open, first_64_bits(text.substr(open + 1, close - open - 1)));
  }
  return text;
}

constexpr std::array migrations = {version_1, version_2, version_3,
                                   version_4, version_5, version_6};

constexpr auto newest = static_cast<std::int64_t>(migrations.size());

}  // namespace

Result<std::int64_t> schema_version(Database& database) {
  auto version = database.count("PRAGMA user_version");
  if (!version) return version;
  auto owner = database.count("PRAGMA application_id");
  if (!owner) return owner;
  auto tables = database.count("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables;
  if (*tables != 0 && *owner != application_id) {
    return fail("store", "not_a_ledger", "the file is another program's database");
  }
  if (*version < 0 || *version > newest) {
    return fail("store", "newer_version",
                "the ledger has schema version " + std::to_string(*version) +
                    ", this program knows versions up to " + std::to_string(newest));
  }
  return version;
}

Result<std::int64_t> migrate(Database& database) {
  const auto found = schema_version(database);
  if (!found) return found;
  for (auto next = *found + 1; next <= newest; ++next) {
    Transaction transaction(database);
    if (!transaction.state()) return pass_on(transaction.state().error());
    const std::string script = with_short_hashes(migrations[static_cast<std::size_t>(next - 1)]) +
                               ";PRAGMA application_id = " + std::to_string(application_id) +
                               ";PRAGMA user_version = " + std::to_string(next);
    if (auto made = database.script(script.c_str()); !made) return pass_on(made.error());
    if (auto done = transaction.commit(); !done) return pass_on(done.error());
  }
  return *found;
}

Result<void> check_schema(Database& database) {
  const auto found = schema_version(database);
  if (!found) return pass_on(found.error());
  if (*found == newest) return {};
  return fail("store", "older_version",
              "the ledger is of an older version, or empty: let the kiosk run once");
}

}  // namespace kiosk::store
