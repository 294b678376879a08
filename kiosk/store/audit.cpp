#include "kiosk/store/audit.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "kiosk/store/records.h"

namespace kiosk::store {

namespace {

using domain::Act;
using domain::AuditNote;

constexpr std::size_t salt_bytes = 16;
constexpr std::string_view seal_place = "ledger/audit_seal";

/// What the ledger's own row says of the chain.
struct Seal {
  std::int64_t last = 0;  ///< the newest row
  Bytes hash;
  std::int64_t base = 0;  ///< the last row that was removed because of its age
  Bytes base_hash;
  Instant erased_until;    ///< payloads before it may be gone
  Instant personal_until;  ///< and before this of whom they told
  /// Up to this row those from an instant on that was yet to come may have lost that too.
  std::int64_t ahead_last = 0;
  Instant ahead_from;
};

struct Head {
  std::int64_t last = 0;
  std::int64_t next = 1;  ///< a number that no row has, whatever was put in
  int incarnation = 1;
  Bytes hash;                ///< of the last row, as it stands in the table
  std::optional<Seal> seal;  ///< none: it does not open
};

/// A row with what is sealed in it.
struct Sealed {
  AuditRow row;
  std::optional<Bytes> payload;
  std::optional<Bytes> salt;
  std::optional<Bytes> personal;  ///< its salt, then of whom the payload tells
};

void append_integer(Bytes& bytes, std::int64_t value) {
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

std::int64_t integer_at(ByteView bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{bytes[offset + i]} << (8 * i);
  return static_cast<std::int64_t>(value);
}

// Every part has a fixed length, so the encoding is unambiguous.
Bytes hash_of(const Vault& vault, const AuditRow& row) {
  Bytes bytes;
  append_integer(bytes, row.seq);
  append_integer(bytes, to_ms(row.now.instant));
  append_integer(bytes, static_cast<std::int64_t>(row.now.trust));
  append(bytes, row.previous_hash);
  append(bytes, row.commitment);
  return vault.chain_hash(row.seq, bytes);
}

std::string place(const char* column, std::int64_t seq) {
  return std::string("audit.") + column + "/" + std::to_string(seq);
}

/// `personal`: the commitment to whom it tells of, empty: of nobody.
Bytes encoded(const AuditNote& note, ByteView personal) {
  return encode_texts({domain::name(note.act), "",
                       note.stay ? std::to_string(to_ms(*note.stay)) : "", std::to_string(note.job),
                       note.detail, to_hex(personal)});
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Decoded {
  AuditNote note;
  std::string personal;  ///< the commitment, in hexadecimal
};

/// Nothing when it is of another version. The first ones had the visit in the payload.
std::optional<Decoded> decoded(ByteView payload) {
  const auto texts = decode_texts(payload);
  if (!texts || (texts->size() != 5 && texts->size() != 6)) return std::nullopt;
  const auto act = domain::act_named((*texts)[0]);
  const auto job = number((*texts)[3]);
  if (!act || !job) return std::nullopt;
  Decoded found{{*act, (*texts)[1], (*texts)[4], std::nullopt, *job}, ""};
  if (const auto stay = number((*texts)[2])) found.note.stay = from_ms(*stay);
  if (texts->size() == 6) found.personal = (*texts)[5];
  return found;
}

/// Puts the visit and the words into the note; false when they are not what was committed to.
bool take_personal(const Vault& vault, const Bytes& sealed_personal, std::int64_t seq,
                   Decoded& decoded) {
  const auto bytes = vault.open(sealed_personal, place("personal", seq));
  if (!bytes || bytes->size() < salt_bytes) return false;
  const ByteView all(*bytes);
  const auto texts = decode_texts(all.subspan(salt_bytes));
  if (!texts || texts->size() != 2) return false;
  decoded.note.visit_key = (*texts)[0];
  decoded.note.words = (*texts)[1];
  return to_hex(commitment_to(all.first(salt_bytes), all.subspan(salt_bytes))) == decoded.personal;
}

void put_hash(Bytes& bytes, const Bytes& hash) {
  append(bytes, hash.empty() ? Bytes(Vault::hash_bytes) : hash);
}

Bytes sealed(const Vault& vault, const Seal& seal) {
  Bytes bytes;
  append_integer(bytes, seal.last);
  append_integer(bytes, seal.base);
  append_integer(bytes, to_ms(seal.erased_until));
  put_hash(bytes, seal.hash);
  put_hash(bytes, seal.base_hash);
  append_integer(bytes, to_ms(seal.personal_until));
  append_integer(bytes, seal.ahead_last);
  append_integer(bytes, to_ms(seal.ahead_from));
  return vault.seal(bytes, seal_place);
}

std::optional<Seal> opened(const Vault& vault, const Bytes& sealed) {
  constexpr std::size_t first_size = 3 * 8 + 2 * Vault::hash_bytes;  // without personal_until
  constexpr std::size_t second_size = first_size + 8;                // without ahead_last
  constexpr std::size_t size = second_size + 2 * 8;
  const auto bytes = vault.open(sealed, seal_place);
  if (!bytes) return std::nullopt;
  const std::size_t found = bytes->size();
  if (found != first_size && found != second_size && found != size) return std::nullopt;
  Seal seal;
  seal.last = integer_at(*bytes, 0);
  seal.base = integer_at(*bytes, 8);
  seal.erased_until = from_ms(integer_at(*bytes, 16));
  if (found > first_size) seal.personal_until = from_ms(integer_at(*bytes, first_size));
  if (found > second_size) {
    seal.ahead_last = integer_at(*bytes, second_size);
    seal.ahead_from = from_ms(integer_at(*bytes, second_size + 8));
  }
  const auto hashes = bytes->begin() + 24;
  const auto middle = hashes + Vault::hash_bytes;
  if (seal.last > 0) seal.hash.assign(hashes, middle);
  if (seal.base > 0) seal.base_hash.assign(middle, middle + Vault::hash_bytes);
  return seal;
}

Result<Head> read_head(Database& database, const Vault& vault) {
  auto head = database.select_one(
      "SELECT audit_last, row_hash, audit_seal, (SELECT max(seq) FROM audit), incarnation "
      "FROM ledger LEFT JOIN audit ON seq = audit_last",
      [&](const Row& r) {
        const auto last = r.integer(0);
        Head read{last, std::max(last, r.integer(3)) + 1, static_cast<int>(r.integer(4)), r.blob(1),
                  std::nullopt};
        // Nothing is sealed before the first row.
        if (r.null(2) && read.last == 0) read.seal = Seal();
        if (!r.null(2)) read.seal = opened(vault, r.blob(2));
        return read;
      });
  if (!head) return pass_on(head.error());
  if (!*head) return fail("store", "corrupt", "the ledger's own row is gone");
  return std::move(**head);
}

/// A head that does not fit what was sealed stays as it is, to be found.
bool fits(const Head& head) {
  return head.seal && head.seal->last == head.last && head.seal->hash == head.hash;
}

void write_seal(Transaction& transaction, const Vault& vault, const Seal& seal) {
  const Bytes bytes = sealed(vault, seal);
  transaction.run("UPDATE ledger SET audit_seal = ?1", ByteView(bytes));
}

std::optional<Head> head_of(Transaction& transaction, const Vault& vault) {
  if (!transaction.state()) return std::nullopt;
  auto head = read_head(transaction.database(), vault);
  if (head) return std::move(*head);
  transaction.fail(head.error());
  return std::nullopt;
}

Sealed row_from(const Row& r) {
  Sealed read;
  read.row.seq = r.integer(0);
  read.row.now = Now{r.instant(1), static_cast<ClockTrust>(r.integer(2))};
  read.row.previous_hash = r.blob(3);
  read.row.commitment = r.blob(4);
  if (!r.null(5)) read.payload = r.blob(5);
  if (!r.null(6)) read.salt = r.blob(6);
  read.row.row_hash = r.blob(7);
  if (!r.null(8)) read.personal = r.blob(8);
  return read;
}

/// What is wrong with what a row tells; empty when nothing is. Takes it out of it.
std::string wrong_with_payload(const Vault& vault, Sealed& read, const Seal& seal) {
  AuditRow& row = read.row;
  const auto payload = vault.open(*read.payload, place("payload", row.seq));
  const auto salt = vault.open(*read.salt, place("salt", row.seq));
  if (!payload || !salt || row.commitment != commitment_to(*salt, *payload)) {
    return "tells something else than it did";
  }
  auto told = decoded(*payload);
  if (!told) return "";
  const bool of_somebody = !told->personal.empty();
  if (read.personal && !(of_somebody && take_personal(vault, *read.personal, row.seq, *told))) {
    return "tells of somebody else than it did";
  }
  row.note = std::move(told->note);
  const bool ahead = row.seq <= seal.ahead_last && row.now.instant >= seal.ahead_from;
  const bool due = ahead || row.now.instant < seal.personal_until;
  return of_somebody && !read.personal && !due ? "has lost whom it tells of, before its time" : "";
}

/// What is wrong with one row; empty when nothing is.
std::string wrong_with(const Vault& vault, Sealed& read, const Bytes& previous, const Seal& seal) {
  const AuditRow& row = read.row;
  if (row.row_hash != hash_of(vault, row) || row.commitment.size() != Vault::hash_bytes) {
    return "was changed";
  }
  if (row.previous_hash != previous) return "does not follow the row before it";
  if (read.payload && read.salt) return wrong_with_payload(vault, read, seal);
  if (read.payload || read.salt || read.personal) return "has lost a part of what it told";
  return row.now.instant < seal.erased_until ? "" : "has lost what it told, before its time";
}

std::string rows(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " row" : " rows");
}

/// What is wrong with the end of the chain.
std::optional<AuditFault> head_fault(const Head& head, std::int64_t last, const Bytes& hash) {
  if (!head.seal) return AuditFault{last, "is not what was sealed as the newest: the seal is gone"};
  const Seal& seal = *head.seal;
  if (last < seal.last) return AuditFault{last + 1, "was removed, with all after it"};
  if (last != head.last || last > seal.last) {
    return AuditFault{seal.last + 1, "was put in, or rows before it were exchanged"};
  }
  if (hash != seal.hash) return AuditFault{last, "is not the row that was sealed as the newest"};
  return std::nullopt;
}

}  // namespace

std::int64_t append_audit(Transaction& transaction, const Vault& vault, const Now& now,
                          const AuditNote& note) {
  const auto head = head_of(transaction, vault);
  if (!head) return 0;
  AuditRow row;
  row.seq = head->next;
  row.now = now;
  row.previous_hash = head->hash;
  std::optional<Bytes> personal;
  Bytes personal_commitment;
  if (!note.visit_key.empty() || !note.words.empty()) {
    personal = vault.random(salt_bytes);
    const Bytes whom = encode_texts({note.visit_key, note.words});
    personal_commitment = commitment_to(*personal, whom);
    append(*personal, whom);
    personal = vault.seal(*personal, place("personal", row.seq));
  }
  const Bytes payload = encoded(note, personal_commitment);
  const Bytes salt = vault.random(salt_bytes);
  row.commitment = commitment_to(salt, payload);
  row.row_hash = hash_of(vault, row);
  const Bytes sealed_payload = vault.seal(payload, place("payload", row.seq));
  const Bytes sealed_salt = vault.seal(salt, place("salt", row.seq));
  transaction.run("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", row.seq,
                  now.instant, now.trust, ByteView(row.previous_hash), ByteView(row.commitment),
                  ByteView(sealed_payload), ByteView(sealed_salt), ByteView(row.row_hash),
                  personal ? std::optional<ByteView>(*personal) : std::nullopt);
  if (!fits(*head)) {
    transaction.run("UPDATE ledger SET audit_last = ?1", row.seq);
    return row.seq;
  }
  Seal seal = *head->seal;
  seal.last = row.seq;
  seal.hash = row.row_hash;
  const Bytes bytes = sealed(vault, seal);
  transaction.run("UPDATE ledger SET audit_last = ?1, audit_seal = ?2", row.seq, ByteView(bytes));
  return row.seq;
}

void seal_audit(Transaction& transaction, const Vault& vault) {
  const auto head = head_of(transaction, vault);
  if (head) write_seal(transaction, vault, {head->last, head->hash, 0, {}, {}, {}, 0, {}});
}

void erase_audit(Transaction& transaction, const Vault& vault, const Now& now,
                 const AuditErase& erase) {
  auto head = head_of(transaction, vault);
  if (!head) return;
  // Who spoils the head does not keep anybody's data here.
  const bool look = erase.look_again || !fits(*head);
  const bool persons = look || erase.personal_until > head->seal->personal_until;
  const bool told = look || erase.told_until > head->seal->erased_until;
  const std::string kept = " AND seq NOT IN (SELECT id FROM check_in)";
  const auto say = [&](std::int64_t count, const char* what) {
    if (count > 0) append_audit(transaction, vault, now, {Act::erased, "", rows(count) + what});
  };
  if (told) {
    say(transaction.run("UPDATE audit SET payload = NULL, salt = NULL, personal = NULL "
                        "WHERE payload IS NOT NULL AND instant_ms < ?1" +
                            kept,
                        erase.told_until),
        " no longer tell what they told");
  }
  std::int64_t ahead = 0;
  if (persons) {
    const std::string forget = "UPDATE audit SET personal = NULL WHERE personal IS NOT NULL AND ";
    ahead = transaction.run(forget + "instant_ms >= ?1" + kept, erase.personal_from);
    const auto old = transaction.run(forget + "instant_ms < ?1" + kept, erase.personal_until);
    say(old + ahead, " no longer tell of whom");
  }
  if (!persons && !told) return;
  head = head_of(transaction, vault);
  if (!head || !fits(*head)) return;
  Seal seal = *head->seal;
  seal.erased_until = std::max(seal.erased_until, erase.told_until);
  seal.personal_until = std::max(seal.personal_until, erase.personal_until);
  if (ahead > 0) {
    const bool past = seal.ahead_last == 0 || seal.ahead_from < erase.personal_until;
    seal.ahead_from = past ? erase.personal_from : std::min(seal.ahead_from, erase.personal_from);
    seal.ahead_last = seal.last;
  }
  write_seal(transaction, vault, seal);
}

void prune_audit(Transaction& transaction, const Vault& vault, const Now& now, Instant until,
                 std::int64_t seq_max) {
  auto head = head_of(transaction, vault);
  if (!head || !fits(*head)) return;
  // The newest row always stays, and a check-in's row as long as the check-in.
  auto found = transaction.database().select_one(
      "SELECT seq, row_hash FROM audit WHERE seq <= ?2 AND seq < ?3 AND seq < coalesce("
      "(SELECT min(seq) FROM audit WHERE instant_ms >= ?1), ?3) AND seq < coalesce("
      "(SELECT min(id) FROM check_in), ?3) ORDER BY seq DESC LIMIT 1",
      [](const Row& r) { return std::pair(r.integer(0), r.blob(1)); }, until, seq_max, head->last);
  if (!found) return transaction.fail(found.error());
  if (!*found) return;
  const auto& [base, hash] = **found;
  transaction.run("DELETE FROM audit WHERE seq <= ?1", base);
  append_audit(transaction, vault, now,
               {Act::erased, "", "the rows up to " + std::to_string(base) + " were removed"});
  head = head_of(transaction, vault);
  if (!head || !fits(*head)) return;
  Seal seal = *head->seal;
  seal.base = base;
  seal.base_hash = hash;
  write_seal(transaction, vault, seal);
}

Result<AuditPage> read_audit(Database& database, const Vault& vault, std::int64_t after) {
  const auto head = read_head(database, vault);
  if (!head) return pass_on(head.error());
  const Seal seal = head->seal.value_or(Seal());
  std::int64_t last = std::max(after, seal.base);
  Bytes previous = seal.base_hash;
  if (last > seal.base) {
    auto hash = database.select_one(
        "SELECT row_hash FROM audit WHERE seq = ?1", [](const Row& r) { return r.blob(0); }, last);
    if (!hash) return pass_on(hash.error());
    previous = hash->value_or(Bytes());
  }
  auto rows = database.select(
      "SELECT seq, instant_ms, trust, previous_hash, commitment, payload, salt, row_hash, "
      "personal FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2",
      row_from, after, audit_page_rows);
  if (!rows) return pass_on(rows.error());
  AuditPage page;
  page.incarnation = head->incarnation;
  page.at_end = rows->size() < static_cast<std::size_t>(audit_page_rows);
  for (Sealed& read : *rows) {
    const bool gap = read.row.seq != last + 1;
    if (gap) page.faults.push_back({last + 1, "was removed"});
    std::string wrong = wrong_with(vault, read, previous, seal);
    if (!wrong.empty() && !gap) page.faults.push_back({read.row.seq, std::move(wrong)});
    last = read.row.seq;
    previous = read.row.row_hash;
    page.rows.push_back(std::move(read.row));
  }
  if (!page.at_end) return page;
  if (auto fault = head_fault(*head, last, previous)) page.faults.push_back(std::move(*fault));
  return page;
}

Result<std::optional<AuditFault>> first_audit_fault(Database& database, const Vault& vault) {
  std::int64_t after = 0;
  while (true) {
    auto page = read_audit(database, vault, after);
    if (!page) return pass_on(page.error());
    if (!page->faults.empty()) return std::move(page->faults.front());
    if (page->at_end) return std::nullopt;
    after = page->rows.back().seq;
  }
}

}  // namespace kiosk::store
