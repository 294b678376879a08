// What a ledger's file still holds that the server does not have: read for the desk, and taken over
// from ledgers that were set aside.
//
// The columns of a damaged file may be spoilt, and no arrival may be told that nobody confirmed. So
// a row is taken over only where the patient's own record, which is sealed, says the same; any
// other one stays in its file for people to look at, and each start says so.
#include <algorithm>
#include <filesystem>

#include "kiosk/store/ledger.h"
#include "kiosk/store/ledger_copy.h"
#include "kiosk/store/ledger_files.h"
#include "kiosk/store/log_check.h"
#include "kiosk/store/migrations.h"
#include "kiosk/store/outbox_rows.h"
#include "kiosk/store/records.h"

namespace kiosk::store {

using domain::Act;
using domain::CheckIn;

namespace {

/// Far above a hospital's day; a file beyond it is for people, so that no start waits for it.
constexpr std::uintmax_t taken_bytes_max = 256U << 20;
constexpr std::size_t left_rows_max = 20'000;

struct LeftFile {
  std::unique_ptr<LedgerCopy> copy;  ///< none: it is read where it lies
  Database database;
  bool damaged = false;
};

Result<LeftFile> open_copy(const std::string& path) {
  auto copy = LedgerCopy::make(path);
  if (!copy) return pass_on(copy.error());
  if (auto there = check_is_there((*copy)->path()); !there) return pass_on(there.error());
  const std::string log = (*copy)->path() + "-wal";
  const bool damaged = !check_log(log);
  if (damaged) mend_log_file(log);
  auto database = Database::open({(*copy)->path(), ""});
  if (!database) return pass_on(database.error());
  return LeftFile{std::move(*copy), std::move(*database), damaged};
}

Result<LeftFile> open_in_place(const std::string& path, const std::string& vfs) {
  auto database = Database::open({path, vfs});
  if (!database) return pass_on(database.error());
  return LeftFile{nullptr, std::move(*database), false};
}

// Of a damaged file both ends are read up to where it breaks.
Result<LeftArrivals> read_left(LeftFile& file) {
  LeftArrivals left;
  left.damaged = file.damaged;
  const auto version = schema_version(file.database);
  if (!version) return pass_on(version.error());
  if (*version == 0) return left;
  const auto read = [&](const char* order) {
    return file.database.select(
        std::string("SELECT ") + listed_columns + " FROM outbox o WHERE state <> 1 ORDER BY o.id " +
            order + " LIMIT ?1",
        [&](const Row& r) {
          left.rows.push_back(listed_from(r));
          return 0;
        },
        left_rows_max);
  };
  const auto id = [](const ListedArrival& row) { return row.message.id; };
  auto all = read("ASC");
  if (left.rows.size() == left_rows_max) left.damaged = true;
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

bool small_enough(const std::string& path) {
  std::uintmax_t bytes = 0;
  for (const char* suffix : ledger_suffixes) {
    std::error_code none;
    const auto size = std::filesystem::file_size(path + suffix, none);
    if (!none) bytes += size;
  }
  return bytes <= taken_bytes_max;
}

/// The number is not sealed with it, but stands in two places.
bool proves(const CheckIn& sealed, const domain::ArrivalMessage& row) {
  return !row.number.empty() && sealed.visit_key == row.visit_key &&
         sealed.appointment_id == row.appointment_id && sealed.patient_id == row.patient_id &&
         sealed.nonce == row.nonce && sealed.token == row.token &&
         sealed.confirmed.instant == row.confirmed_at;
}

}  // namespace

Result<LeftArrivals> Ledger::left_in(const std::string& path) {
  auto file = open_copy(path);
  if (!file) return pass_on(file.error());
  return read_left(*file);
}

struct Ledger::ProvenRow {
  ListedArrival arrival;
  std::string day, queue;  ///< of its number
};

std::optional<Ledger::ProvenRow> Ledger::proven(Database& aside, const ListedArrival& arrival) {
  const domain::ArrivalMessage& message = arrival.message;
  auto found = aside.select_one(
      "SELECT number_day, queue, record FROM check_in WHERE id = ?1 AND number = ?2",
      [&](const Row& r) {
        ProvenRow row{arrival, r.text(0), r.text(1)};
        auto check_in = opened_check_in("check_in/" + message.visit_key, r.blob(2));
        if (check_in) row.arrival.check_in = std::move(*check_in);
        return row;
      },
      message.id, message.number);
  if (!found || !*found || !(*found)->arrival.check_in) return std::nullopt;
  if (!proves(*(*found)->arrival.check_in, message)) return std::nullopt;
  return std::move(*found);
}

// Its ticket may have come out or not: a patient who comes back is given a copy.
void Ledger::take_over(Transaction& transaction, const ProvenRow& row) {
  const domain::ArrivalMessage& message = row.arrival.message;
  const CheckIn& check_in = *row.arrival.check_in;
  const auto id = append_audit(
      transaction, vault_, now_,
      {Act::taken_over, message.visit_key, message.number, {}, 0, "nonce " + message.nonce});
  const Bytes token_hash = vault_.lookup_hash("token", message.token);
  const Bytes sealed = vault_.seal(encode(check_in), "check_in/" + message.visit_key);
  // None where the visit was confirmed here anew: this one's ticket is its second.
  transaction.run(
      "INSERT OR IGNORE INTO check_in (id, visit_key, appointment_id, number, number_day, queue, "
      "token_hash, confirmed_ms, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      id, message.visit_key, message.appointment_id, message.number, row.day, row.queue,
      ByteView(token_hash), message.confirmed_at, ByteView(sealed));
  const bool refused = row.arrival.refused;
  transaction.run(
      "INSERT INTO outbox (id, visit_key, appointment_id, patient_id, nonce, number, token, "
      "confirmed_ms, unknown, state, settled_ms, reason) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      id, message.visit_key, message.appointment_id, message.patient_id, message.nonce,
      message.number, message.token, message.confirmed_at, message.unknown ? 1 : 0,
      refused ? OutboxState::refused : OutboxState::pending,
      refused ? std::optional(now_.instant) : std::nullopt,
      shown_reason(row.arrival.reason, check_in));
  transaction.run("UPDATE ledger SET last_committed_ms = max(last_committed_ms, ?1)",
                  message.confirmed_at);
}

AsideLedger Ledger::take_over(const std::string& path) {
  AsideLedger aside{path};
  aside.whole = false;
  if (vfs_.empty() && !small_enough(path)) return aside;
  auto file = vfs_.empty() ? open_copy(path) : open_in_place(path, vfs_);
  if (!file) return aside;
  if (auto left = read_left(*file)) {
    aside.whole = !left->damaged;
    take_over(aside, file->database, left->rows);
  }
  if (!file->copy) file->database.disconnect(Database::Close::leave_files_alone);
  return aside;
}

void Ledger::take_over(AsideLedger& aside, Database& from, const std::vector<ListedArrival>& rows) {
  std::vector<ProvenRow> taken;
  for (const ListedArrival& row : rows) {
    const auto known =
        database_.count("SELECT count(*) FROM outbox WHERE nonce = ?1 AND visit_key = ?2",
                        row.message.nonce, row.message.visit_key);
    if (known.value_or(0) > 0) continue;
    auto one = known && !revoked_ ? proven(from, row) : std::nullopt;
    if (one) {
      taken.push_back(std::move(*one));
    } else {
      ++aside.left;
    }
  }
  if (taken.empty()) return;
  Transaction transaction(database_);
  for (const ProvenRow& row : taken) take_over(transaction, row);
  const auto count = static_cast<std::int64_t>(taken.size());
  (transaction.commit() ? aside.taken : aside.waiting) += count;
}

void Ledger::take_over_asides(const std::string& path) {
  for (const std::string& file : aside_place_.files(path)) asides_.push_back(take_over(file));
}

void Ledger::take_over_waiting() {
  for (AsideLedger& aside : asides_) {
    if (aside.waiting == 0) continue;
    const auto before = aside.taken;
    aside = take_over(aside.path);
    aside.taken += before;
  }
}

Result<void> Ledger::clear_asides(const std::optional<KeptDays>& kept) {
  Result<void> done;
  std::erase_if(asides_, [&](const AsideLedger& aside) {
    const auto since = set_aside_at(aside.path);
    const bool young = kept && since && *since >= kept->from && *since < kept->until;
    if (!aside.settled() || young) return false;
    if (auto cleared = aside_place_.clear(aside.path); !cleared) {
      done = pass_on(cleared.error());
      return false;
    }
    const auto name = std::filesystem::path(aside.path).filename().string();
    note(now_, {Act::erased, "", "what was set aside as " + name});
    return true;
  });
  return done;
}

}  // namespace kiosk::store
