// The ledger and its key: whether it is the right one, sealing all anew with another one, and
// destroying what only the key makes readable.
#include <filesystem>

#include "kiosk/store/ledger.h"
#include "kiosk/store/records.h"

namespace kiosk::store {

namespace {

constexpr std::string_view key_check_place = "ledger/key_check";
constexpr std::string_view key_check_text = "kiosk ledger";

/// A column of sealed values that stand for nothing but themselves. `place` is the expression of
/// what each was sealed for; it says the same as the place in the code that seals it.
struct SealedColumn {
  const char* table;
  const char* column;
  const char* id;
  const char* place;
};
constexpr SealedColumn person_column = {"person", "record", "key", "'person/' || id"};
constexpr SealedColumn check_in_column = {"check_in", "record", "id", "'check_in/' || visit_key"};
constexpr SealedColumn sealed_columns[] = {
    person_column,
    check_in_column,
    {"print_job", "record", "id", "'print_job/' || number || '/' || created_ms"},
    {"audit", "payload", "seq", "'audit.payload/' || seq"},
    {"audit", "salt", "seq", "'audit.salt/' || seq"},
    {"audit", "personal", "seq", "'audit.personal/' || seq"},
    {"ledger", "audit_seal", "only", "'ledger/audit_seal'"},
    {"audit_key", "sealed", "last_seq", "'audit_key/' || last_seq"},
};

std::string audit_key_place(std::int64_t last_seq) {
  return "audit_key/" + std::to_string(last_seq);
}

struct SealedRow {
  std::string place;
  Bytes bytes;
};

Result<Bytes> opened(const Vault& vault, const SealedRow& row) {
  auto plain = vault.open(row.bytes, row.place);
  if (!plain) return fail(row.place, plain.error());
  return plain;
}

/// Calls `work(id, row)` for every value of the column; ids are as texts. The first error ends the
/// transaction.
template <typename Work>
void for_each(Transaction& transaction, const SealedColumn& sealed, Work work) {
  if (!transaction.state()) return;
  const std::string from = std::string(" FROM ") + sealed.table + " WHERE ";
  auto ids = transaction.database().select(
      std::string("SELECT ") + sealed.id + from + sealed.column + " IS NOT NULL",
      [](const Row& r) { return r.text(0); });
  if (!ids) return transaction.fail(ids.error());
  const std::string one =
      std::string("SELECT ") + sealed.place + ", " + sealed.column + from + sealed.id + " = ?1";
  for (const std::string& id : *ids) {
    auto row = transaction.database().select_one(
        one,
        [](const Row& r) {
          return SealedRow{r.text(0), r.blob(1)};
        },
        id);
    if (!row) return transaction.fail(row.error());
    if (!*row) continue;
    if (Result<void> done = work(id, **row); !done) return transaction.fail(done.error());
  }
}

void reseal(Transaction& transaction, const Vault& old, const Vault& next,
            const SealedColumn& sealed) {
  const std::string update = std::string("UPDATE ") + sealed.table + " SET " + sealed.column +
                             " = ?2 WHERE " + sealed.id + " = ?1";
  for_each(transaction, sealed, [&](const std::string& id, const SealedRow& row) -> Result<void> {
    auto plain = opened(old, row);
    if (!plain) return pass_on(plain.error());
    transaction.run(update, id, ByteView(next.seal(*plain, row.place)));
    return transaction.state();
  });
}

}  // namespace

Bytes Ledger::sealed_key_check() const {
  return vault_.seal(as_bytes(key_check_text), key_check_place);
}

Result<void> Ledger::check_key() {
  struct Key {
    Bytes check;
    bool revoked;
  };
  auto key = database_.select_one("SELECT key_check, revoked_ms IS NOT NULL FROM ledger",
                                  [](const Row& r) {
                                    return Key{r.blob(0), r.integer(1) != 0};
                                  });
  if (!key) return pass_on(key.error());
  if (!*key) return {};
  revoked_ = (*key)->revoked;
  if (revoked_) vault_ = Vault::without_secret(vault_.random_source());
  auto text = vault_.open((*key)->check, key_check_place);
  if (!text || as_text(*text) != key_check_text) {
    return fail("store", "wrong_key", "the ledger was sealed with another key");
  }
  return know_earlier_chains();
}

Result<void> Ledger::know_earlier_chains() {
  auto known = database_.select(
      "SELECT last_seq, sealed FROM audit_key", [this](const Row& r) -> Result<bool> {
        const std::int64_t last = r.integer(0);
        auto added = vault_.add_earlier_chain(last, r.blob(1), audit_key_place(last));
        if (!added) return pass_on(added.error());
        return true;
      });
  if (!known) return pass_on(known.error());
  return {};
}

void Ledger::rekey(Transaction& transaction, const Vault& next) {
  const Vault old = vault_;
  for (const SealedColumn& sealed : sealed_columns) reseal(transaction, old, next, sealed);
  auto last = database_.count("SELECT audit_last FROM ledger");
  if (!last) return transaction.fail(last.error());
  transaction.run("INSERT INTO audit_key VALUES (?1, ?2)", *last,
                  ByteView(next.seal_chain_key_of(old, audit_key_place(*last))));
  vault_ = next;
  list_people_anew(transaction);
  rehash_visits(transaction, old);
  rehash_check_ins(transaction);
  transaction.run("DELETE FROM erased_ticket");  // nobody knows the nonces any more
  transaction.run("UPDATE ledger SET key_check = ?1", ByteView(sealed_key_check()));
  if (auto known = know_earlier_chains(); !known) transaction.fail(known.error());
}

// What does not open is found by nobody; the next download brings it anew.
void Ledger::list_people_anew(Transaction& transaction) {
  transaction.run("DELETE FROM person_lookup");
  for_each(transaction, person_column,
           [&](const std::string& key, const SealedRow& row) -> Result<void> {
             const auto plain = opened(vault_, row);
             const auto person = decode_person(plain ? *plain : Bytes());
             if (person) list_person(transaction, *person, std::stoll(key));
             return transaction.state();
           });
}

void Ledger::rehash_visits(Transaction& transaction, const Vault& old) {
  for_each(transaction, {"appointment", "record", "id", "'appointment/' || id"},
           [&](const std::string&, const SealedRow& row) -> Result<void> {
             auto plain = opened(old, row);
             if (!plain) return pass_on(plain.error());
             auto visit = decode_visit(*plain);
             if (!visit) return fail(row.place, visit.error());
             store_visit(transaction, *visit);
             return transaction.state();
           });
}

// The records themselves are sealed anew by now.
void Ledger::rehash_check_ins(Transaction& transaction) {
  for_each(transaction, check_in_column,
           [&](const std::string& id, const SealedRow& row) -> Result<void> {
             auto check_in = opened_check_in(row.place, row.bytes);
             if (!check_in) return fail(row.place, check_in.error());
             transaction.run("UPDATE check_in SET token_hash = ?2 WHERE id = ?1", id,
                             ByteView(vault_.lookup_hash("token", check_in->token)));
             return transaction.state();
           });
}

Result<void> Ledger::change_key(const KeyChange& change, const Now& now) {
  const Vault old = vault_;
  const auto done = [&]() -> Result<void> {
    Transaction transaction(database_);
    for (const char* sql : change.first) transaction.run(sql);
    if (change.revoked) {
      auto newest = database_.count("SELECT max(instant_ms) FROM audit");
      if (!newest) transaction.fail(newest.error());
      const Instant all = from_ms(newest.value_or(0) + 1);
      erase_audit(transaction, vault_, now, {all, all, all});
    }
    rekey(transaction, change.next);
    transaction.run("UPDATE ledger SET revoked_ms = ?1", change.revoked);
    append_audit(transaction, vault_, now, {change.act});
    return transaction.commit();
  }();
  if (!done) {
    vault_ = old;
    static_cast<void>(check_key());  // sees the mark of a revocation that took place all the same
    return done;
  }
  revoked_ = change.revoked.has_value();
  return empty_log();
}

Result<void> Ledger::rotate_key(const Vault& next, const Now& now) {
  return change_key({{}, next, std::nullopt, domain::Act::key_rotated}, now);
}

Result<void> Ledger::destroy_personal_data(const Now& now) {
  if (auto right = check_key(); !right) return right;
  if (revoked_) return empty_log();
  // First, for what they hold is proven by the key.
  const auto cleared = clear_asides(std::nullopt);
  auto changed = change_key(
      {{"DELETE FROM person", "DELETE FROM person_lookup", "DELETE FROM appointment",
        "DELETE FROM print_job", "DELETE FROM check_in", "DELETE FROM outbox WHERE state = 1",
        // It forgets which numbers it gave: they must not be taken for another's.
        "UPDATE ledger SET bookmark_ms = NULL, incarnation = incarnation + 1, "
        "series_last = 0"},
       Vault::without_secret(vault_.random_source()),
       now.instant,
       domain::Act::revoked},
      now);
  return changed ? cleared : changed;
}

bool Ledger::revoked_at(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size == 0) return false;  // SQLite would delete the log of an empty database
  auto database = Database::open({path, ""});
  if (!database) return false;
  const auto revoked = database->count("SELECT count(*) FROM ledger WHERE revoked_ms IS NOT NULL");
  database->disconnect(Database::Close::leave_files_alone);
  return revoked.value_or(0) > 0;
}

}  // namespace kiosk::store
