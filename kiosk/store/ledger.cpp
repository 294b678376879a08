#include "kiosk/store/ledger.h"

#include <algorithm>

#include "kiosk/store/log_check.h"
#include "kiosk/store/migrations.h"
#include "kiosk/store/number_series.h"
#include "kiosk/store/records.h"
#include "kiosk/store/set_aside.h"

namespace kiosk::store {

using domain::PrintState;

namespace {

constexpr std::int64_t last_version_without_seal = 2;  ///< of the audit trail's head

bool in_memory(const OpenArguments& arguments) {
  return arguments.path == ":memory:";
}

bool is_file(const OpenArguments& arguments) {
  return !in_memory(arguments) && arguments.vfs.empty();
}

Result<void> check_file(Database& database, const OpenArguments& arguments) {
  const auto text = [](const Row& r) { return r.text(0); };
  auto mode = database.select_one("PRAGMA journal_mode", text);
  if (!mode) return pass_on(mode.error());
  if (!in_memory(arguments) && *mode != "wal") {
    return fail("store", "cannot_open", "no write-ahead log on this file system");
  }
  auto check = database.select_one("PRAGMA quick_check(1)", text);
  if (!check) return pass_on(check.error());
  if (*check != "ok") return fail("store", "corrupt", check->value_or("the check says nothing"));
  return {};
}

// As far as a broken file still tells; the names of the files set aside tell the rest.
int incarnation_in(const OpenArguments& arguments) {
  auto database = Database::open({arguments.path, arguments.vfs});
  if (!database) return 0;
  const auto incarnation = database->count("SELECT incarnation FROM ledger");
  database->disconnect(Database::Close::leave_files_alone);
  return static_cast<int>(std::clamp<std::int64_t>(incarnation.value_or(0), 0, 100'000));
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const OpenArguments& arguments) {
  auto ledger = open_sound(arguments);
  if (ledger && !in_memory(arguments)) (*ledger)->take_over_asides(arguments.path);
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open_sound(const OpenArguments& arguments) {
  if (!valid_kiosk_code(arguments.kiosk_code)) {
    return fail("store", "bad_code",
                "the kiosk code must be letters and digits, at most 8, and end in a digit");
  }
  const auto there = is_file(arguments) ? check_is_there(arguments.path) : Result<void>();
  auto ledger = there ? open_file(arguments) : pass_on(there.error());
  if (ledger || ledger.error().code != "corrupt" || in_memory(arguments)) return ledger;
  const int successor =
      std::max({there ? incarnation_in(arguments) : 0,
                arguments.aside.incarnation_after(arguments.path), arguments.minimum_incarnation}) +
      1;
  auto aside = arguments.aside.put(arguments.path, successor, arguments.now.instant);
  if (!aside) return pass_on(aside.error());
  auto fresh = open_file(arguments);
  if (fresh) (*fresh)->set_aside_ = std::move(*aside);
  return fresh;
}

Result<std::unique_ptr<Ledger>> Ledger::open_file(const OpenArguments& arguments) {
  auto database = Database::open({arguments.path, arguments.vfs});
  if (!database) return pass_on(database.error());
  auto ready = database->write_log_anew();
  if (ready && is_file(arguments)) ready = check_log(arguments.path + "-wal");
  if (ready) ready = check_file(*database, arguments);
  if (!ready) {
    database->disconnect(Database::Close::leave_files_alone);
    return pass_on(ready.error());
  }
  const auto found = migrate(*database);
  if (!found) {
    database->disconnect(Database::Close::leave_files_alone);
    return pass_on(found.error());
  }
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(*database), arguments));
  if (auto started = ledger->start(arguments, *found); !started) {
    ledger->database_.disconnect(Database::Close::leave_files_alone);
    return pass_on(started.error());
  }
  return ledger;
}

Result<void> Ledger::start(const OpenArguments& arguments, std::int64_t found_version) {
  if (auto key = check_key(); !key) return key;
  const int first =
      std::max(arguments.minimum_incarnation,
               in_memory(arguments) ? 1 : arguments.aside.incarnation_after(arguments.path));
  Transaction transaction(database_);
  transaction.run(
      "INSERT INTO ledger (only, kiosk_code, incarnation, key_check) VALUES (1, ?1, ?2, ?3) "
      "ON CONFLICT DO NOTHING",
      kiosk_code_, first, ByteView(sealed_key_check()));
  transaction.run(
      "UPDATE ledger SET incarnation = ?1, series_last = 0, series_peak = 0 "
      "WHERE incarnation < ?1",
      arguments.minimum_incarnation);
  transaction.run("UPDATE ledger SET kiosk_code = ?1", kiosk_code_);
  if (found_version > 0 && found_version <= last_version_without_seal)
    seal_audit(transaction, vault_);
  // As a program of before version 5 leaves it, which listed people in another way.
  const auto unlisted = database_.count(
      "SELECT EXISTS (SELECT 1 FROM person) AND NOT EXISTS (SELECT 1 FROM person_lookup)");
  if (!unlisted) transaction.fail(unlisted.error());
  if (unlisted.value_or(0) > 0) list_people_anew(transaction);
  auto incarnation = database_.count("SELECT incarnation FROM ledger");
  if (!incarnation) transaction.fail(incarnation.error());
  append_audit(transaction, vault_, now_,
               {domain::Act::started, "",
                kiosk_code_ + ", incarnation " + std::to_string(incarnation.value_or(0))});
  const auto cut_short = move_jobs(transaction, PrintState::sending, PrintState::unknown) +
                         move_jobs(transaction, PrintState::failed, PrintState::held);
  print_cut_short_ = cut_short > 0;
  move_jobs(transaction, PrintState::queued, PrintState::held);
  return transaction.commit();
}

std::size_t Ledger::move_jobs(Transaction& transaction, PrintState from, PrintState to) {
  auto jobs = database_.select(
      "SELECT id FROM print_job WHERE state = ?1", [](const Row& r) { return r.integer(0); }, from);
  if (!jobs) transaction.fail(jobs.error());
  if (!jobs) return 0;
  for (const std::int64_t job : *jobs) {
    transaction.run("UPDATE print_job SET state = ?2 WHERE id = ?1", job, to);
    note_ticket(transaction, now_, job, to);
  }
  return jobs->size();
}

Result<void> Ledger::prove_writable() {
  constexpr int proof_bytes = 64 * 1024;  // a check-in writes less than 40 KiB
  Transaction transaction(database_);
  transaction.run("INSERT OR REPLACE INTO proof VALUES (1, zeroblob(?1))", proof_bytes);
  return transaction.commit();
}

Result<std::unique_ptr<Ledger>> Ledger::open_to_read(const OpenArguments& arguments) {
  auto database = Database::open({arguments.path, arguments.vfs});
  if (!database) return pass_on(database.error());
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(*database), arguments));
  ledger->read_only_ = true;
  auto ready = ledger->database_.script("PRAGMA query_only = ON");
  if (ready) ready = check_file(ledger->database_, arguments);
  if (ready) ready = check_schema(ledger->database_);
  if (ready) ready = ledger->check_key();
  if (!ready) return pass_on(ready.error());
  return ledger;
}

Ledger::~Ledger() {
  if (read_only_) database_.disconnect(Database::Close::leave_files_alone);
}

}  // namespace kiosk::store
