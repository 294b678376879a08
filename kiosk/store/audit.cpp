#include "kiosk/store/audit.h"

#include <string>

namespace kiosk::store {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr int page_rows = 1000;

struct AuditRow {
  std::int64_t seq = 0;
  Now now;
  Bytes previous_hash;
  Bytes commitment;
  std::optional<Bytes> payload;
  std::optional<Bytes> salt;
  Bytes row_hash;
};

void append_integer(Bytes& bytes, std::int64_t value) {
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
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

bool holds(const Vault& vault, const AuditRow& row, std::int64_t seq, const Bytes& previous) {
  if (row.seq != seq || row.previous_hash != previous) return false;
  if (row.commitment.size() != Vault::hash_bytes) return false;
  if (row.row_hash != hash_of(vault, row)) return false;
  if (row.payload.has_value() != row.salt.has_value()) return false;
  if (!row.payload) return true;
  const auto payload = vault.open(*row.payload, place("payload", seq));
  const auto salt = vault.open(*row.salt, place("salt", seq));
  return payload && salt && row.commitment == commitment_to(*salt, *payload);
}

AuditRow row_from(const Row& r) {
  AuditRow row;
  row.seq = r.integer(0);
  row.now = Now{r.instant(1), static_cast<ClockTrust>(r.integer(2))};
  row.previous_hash = r.blob(3);
  row.commitment = r.blob(4);
  if (!r.null(5)) row.payload = r.blob(5);
  if (!r.null(6)) row.salt = r.blob(6);
  row.row_hash = r.blob(7);
  return row;
}

}  // namespace

std::int64_t append_audit(Transaction& transaction, const Vault& vault, const Now& now,
                          ByteView payload) {
  if (!transaction.state()) return 0;
  transaction.run("UPDATE ledger SET audit_last = audit_last + 1");
  auto head = transaction.database().select_one(
      "SELECT audit_last, row_hash FROM ledger LEFT JOIN audit ON seq = audit_last - 1",
      [](const Row& r) { return std::pair(r.integer(0), r.blob(1)); });
  if (!head || !*head) {
    transaction.fail(head ? Error{"store", "corrupt", "the ledger's own row is gone"}
                          : head.error());
    return 0;
  }
  AuditRow row;
  row.seq = (*head)->first;
  row.now = now;
  row.previous_hash = (*head)->second;
  const Bytes salt = vault.random(salt_bytes);
  row.commitment = commitment_to(salt, payload);
  const Bytes sealed_payload = vault.seal(payload, place("payload", row.seq));
  const Bytes sealed_salt = vault.seal(salt, place("salt", row.seq));
  transaction.run("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", row.seq, now.instant,
                  now.trust, ByteView(row.previous_hash), ByteView(row.commitment),
                  ByteView(sealed_payload), ByteView(sealed_salt), ByteView(hash_of(vault, row)));
  return row.seq;
}

void erase_audit_payloads(Transaction& transaction, Instant until) {
  transaction.run(
      "UPDATE audit SET payload = NULL, salt = NULL WHERE payload IS NOT NULL AND instant_ms < ?1 "
      "AND seq NOT IN (SELECT id FROM check_in)",
      until);
}

Result<std::optional<std::int64_t>> first_broken_audit_row(Database& database, const Vault& vault) {
  auto last = database.count("SELECT audit_last FROM ledger");
  if (!last) return pass_on(last.error());
  std::int64_t seq = 0;
  Bytes previous;
  while (true) {
    auto rows = database.select(
        "SELECT seq, instant_ms, trust, previous_hash, commitment, payload, salt, row_hash "
        "FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        row_from, seq, page_rows);
    if (!rows) return pass_on(rows.error());
    for (const AuditRow& row : *rows) {
      ++seq;
      if (!holds(vault, row, seq, previous)) return seq;
      previous = row.row_hash;
    }
    if (rows->empty()) break;
  }
  if (seq != *last) return seq + 1;
  return std::nullopt;
}

}  // namespace kiosk::store
