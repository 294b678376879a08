#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/domain/check_in.h"
#include "kiosk/store/audit.h"
#include "kiosk/store/set_aside.h"
#include "kiosk/store/sqlite.h"
#include "kiosk/store/sync_store.h"
#include "kiosk/store/vault.h"

namespace kiosk::store {

struct OpenArguments {
  std::string path;  ///< of the ledger file, or ":memory:"
  Vault vault;
  std::string kiosk_code;  ///< "K1"; see valid_kiosk_code
  Now now;
  /// At least this incarnation of the number series: raised by IT when the code was used before.
  int minimum_incarnation = 1;
  std::string vfs = {};   ///< a registered sqlite3_vfs; empty: the default one
  AsidePlace aside = {};  ///< of a vfs over what is no file
};

using CommitOutcome =
    std::variant<domain::Committed, domain::AlreadyCheckedIn, domain::ChangedMeanwhile>;

struct CopyRequest {
  std::string visit_key;
  std::string language;  ///< of the copy, BCP 47; empty: as the original
  Now now;
};

/// What erasing leaves: the days from the start of today to the end of tomorrow; of the audit trail
/// of whom acts told since `from`, what they told since `told_from`, and the rows since
/// `rows_from`.
struct KeptDays {
  Instant from;
  Instant until;
  Instant told_from = {};
  Instant rows_from = {};
};

/// A row of the staff's lists. Without the check-in when its sealed record does not open.
struct ListedArrival {
  domain::ArrivalMessage message;
  std::string reason;  ///< the server's words when it refused, without the patient's; else empty
  std::optional<domain::CheckIn> check_in;
  bool refused = false;
};

/// A ledger that was set aside, as the start of this one found it.
struct AsideLedger {
  std::string path;
  std::int64_t taken = 0;    ///< its arrivals that were taken over since this start
  std::int64_t left = 0;     ///< those that cannot be, for nothing proves them
  std::int64_t waiting = 0;  ///< those that the disk has not taken yet
  bool whole = true;         ///< false: it cannot be read to its end, and may hold more

  /// The server has, or is told by this ledger, all that it holds.
  bool settled() const { return whole && left + waiting == 0; }
  bool operator==(const AsideLedger&) const = default;
};

/// What a ledger's file still holds that the server does not have.
struct LeftArrivals {
  std::vector<ListedArrival> rows;  ///< oldest first, without check-ins
  bool damaged = false;             ///< the file is, and there may have been more
};

/// Counts for status and alerts; nothing of a patient.
struct LedgerStatus {
  std::int64_t outbox_pending = 0;
  std::int64_t refused = 0;
  std::int64_t unacknowledged = 0;
  std::int64_t jobs_held = 0;
  std::int64_t jobs_unknown = 0;
  std::int64_t jobs_failed = 0;
  std::int64_t people = 0;
  std::int64_t appointments = 0;
  std::int64_t check_ins = 0;
  std::int64_t audit_last = 0;  ///< number of the newest row of the audit trail
  int incarnation = 1;
  Instant last_committed;           ///< a clock is never believed to be before this
  bool own_code_elsewhere = false;  ///< another machine gives numbers with our code; we gave up
  bool revoked = false;             ///< personal data was destroyed, and none is taken in
  std::int64_t audit_told = 0;      ///< the newest row whose hash the server has

  /// True when staff have something to look at.
  bool needs_attention() const;
  bool operator==(const LedgerStatus&) const = default;
};

/// All that the kiosk must not lose, in one SQLite file: check-ins, numbers, print jobs, the
/// outbox, the audit chain, and the appointments of today and tomorrow. Whatever a function reports
/// as done has been synced to the disk. Thread: the store's worker only; no call waits for anything
/// but the disk. Errors of every call: those of Database, store/sealed, store/bad_record.
class Ledger final : public SyncStore {
 public:
  /// Opens or creates the ledger. A file that fails its check is set aside and a new one begins
  /// with the next incarnation of the number series: see `set_aside`. What was being sent to the
  /// printer is now `unknown`; what was queued is `held`, for its patient has gone.
  ///
  /// Errors: store/wrong_key, store/newer_version, store/not_a_ledger, store/in_use,
  /// store/bad_code.
  static Result<std::unique_ptr<Ledger>> open(const OpenArguments& arguments);

  /// Opens a ledger in which no kiosk runs, for reading alone: nothing is begun, moved or set
  /// aside.
  ///
  /// Errors: store/wrong_key, store/not_a_ledger, store/newer_version, store/in_use, and
  /// store/older_version when no kiosk of this version has run yet.
  static Result<std::unique_ptr<Ledger>> open_to_read(const OpenArguments& arguments);
  ~Ledger() override;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Where the file went that failed its check at this start; for an alert.
  const std::optional<std::string>& set_aside() const { return set_aside_; }
  /// All that were set aside, at this start or before, and are not cleared. What they hold that the
  /// server does not have is taken over at each start, as far as the patients' own records prove
  /// it.
  const std::vector<AsideLedger>& asides() const { return asides_; }
  /// Tries again what a full disk did not take at the start.
  void take_over_waiting();

  // --- the commit -------------------------------------------------------------------------------

  /// Records a confirmation in one transaction. Giving the same nonce again is the same
  /// confirmation and gives the same answer. The appointment that the patient saw must have been
  /// stored with `store_page` if it was read anew.
  ///
  /// Errors: store/cannot_record (nothing was recorded), store/commit_unknown (it cannot be told
  /// now whether it was), store/code_in_use (another machine uses our code; nothing was recorded),
  /// store/revoked (nothing was recorded).
  Result<CommitOutcome> commit_check_in(const domain::CheckIn& check_in);

  /// Proves by a small synced write that the ledger can record, e.g. after the disk was full.
  Result<void> prove_writable();

  // --- print jobs -------------------------------------------------------------------------------

  Result<std::optional<domain::PrintJob>> next_print_job();  ///< the oldest queued
  Result<std::optional<domain::PrintJob>> print_job(std::int64_t id);
  Result<std::vector<domain::PrintJob>> held_jobs();     ///< oldest first, at most list_rows_max
  Result<std::vector<domain::PrintJob>> unknown_jobs();  ///< oldest first, at most list_rows_max
  /// The newest job of a visit that we recorded, whatever its state.
  Result<std::optional<domain::PrintJob>> last_job_of(const std::string& visit_key);

  /// Errors: store/wrong_state when the job is not in `from` or such a step does not exist.
  Result<void> set_print_state(std::int64_t job, domain::PrintState from, domain::PrintState to);

  /// Queues a COPY bearing the number that is called: ours, or that of the kiosk that was first.
  /// Of a check-in made elsewhere, service_day and own_number stay empty.
  ///
  /// Errors: store/no_number when no number of this visit is known.
  Result<domain::PrintJob> add_copy(const CopyRequest& request);
  /// The visit key of our newest ticket with this number; nothing if none or more than one bears
  /// it.
  Result<std::optional<std::string>> visit_key_of_number(const std::string& number);

  // --- look-ups; exact matches, own check-ins merged as arrivals
  // ----------------------------------

  Result<std::vector<domain::PersonVisits>> find(const domain::Identifier& identifier);
  Result<std::vector<domain::PersonVisits>> find(const domain::BirthDateAndDigits& given);
  /// These two give the one visit that was asked for, not the person's others.
  Result<std::vector<domain::PersonVisits>> find_by_booking(const std::string& booking_number);
  Result<std::vector<domain::PersonVisits>> find_by_token(const std::string& token);
  Result<std::optional<domain::Visit>> visit(const std::string& appointment_id);
  Result<std::optional<Bookmark>> bookmark();

  // --- for staff and the machine
  // ------------------------------------------------------------------

  Result<LedgerStatus> status(Instant now);
  /// True when this ledger committed a check-in with that nonce (kept days, and thousands of
  /// tickets before them).
  Result<bool> issued_nonce(const std::string& nonce);
  /// An earlier life ended while a ticket was printed: a part of it may hang out of the printer.
  bool print_cut_short() const { return print_cut_short_; }
  /// Every committed check-in that the server has not acknowledged 3 minutes later; the first
  /// list_rows_max behind the outbox row `after`.
  Result<std::vector<ListedArrival>> unacknowledged(Instant now, std::int64_t after = 0);
  Result<std::vector<ListedArrival>> refused_arrivals(std::int64_t after = 0);
  /// Every check-in that the file at `path` holds unacknowledged, however young: of a ledger of any
  /// version, that was set aside, or whose key is gone. The file is only read, no kiosk may run.
  ///
  /// Errors: those of LedgerCopy, store/not_a_ledger, store/newer_version, store/corrupt when
  /// nothing can be read. Thread: any.
  static Result<LeftArrivals> left_in(const std::string& path);
  // --- the audit trail
  // ----------------------------------------------------------------------------

  /// What time the rows bear that follow from calls without one.
  void set_now(const Now& now) { now_ = now; }
  /// An act that need not be on the disk at once: it rides with the next commit, or comes with
  /// `write_notes`. At most notes_max wait, then the act is lost and counted.
  void note(const Now& now, domain::AuditNote note);
  bool has_notes() const { return !notes_.empty(); }
  Result<void> write_notes();
  /// The first thing in the whole trail that does not hold; nothing when all does.
  Result<std::optional<AuditFault>> verify_audit() { return first_audit_fault(database_, vault_); }
  Result<AuditPage> audit_page(std::int64_t after) { return read_audit(database_, vault_, after); }

  /// Erases what lies outside the kept days and has been acknowledged, from the files' bytes too;
  /// nothing while the server has not confirmed the time. With it go settled ledgers that were set
  /// aside outside these days.
  Result<void> erase_old(const Now& now, const KeptDays& kept);

  // --- the key; ledger_key.cpp
  // ----------------------------------------------------------------------

  /// Seals and hashes everything anew with `next`'s key in one transaction: from its commit on,
  /// only that key opens the ledger. Ends a revocation. After an error the ledger must be opened
  /// anew, with whichever key opens it.
  ///
  /// Errors: store/sealed when a record does not open; nothing has changed then.
  Result<void> rotate_key(const Vault& next, const Now& now);

  /// Revocation: erases in one transaction all that is sealed, whatever was acknowledged, from the
  /// files' bytes too, and marks the ledger as revoked. Left are what the server was not told or
  /// refused (ids, nonce, number, instant), the number series, and the audit chain without its
  /// payloads, and ledgers set aside that are not settled. From now on the ledger opens with any
  /// vault, `store_page` drops what it is given and `commit_check_in` fails with store/revoked.
  /// Doing it again finishes what an error interrupted.
  Result<void> destroy_personal_data(const Now& now);
  bool revoked() const override { return revoked_; }
  /// Whether the ledger file at `path` is revoked, so that it needs no key; false when it cannot be
  /// told: opening it says what is wrong.
  static bool revoked_at(const std::string& path);

  // --- SyncStore
  // ----------------------------------------------------------------------------------

  Result<std::vector<domain::ArrivalMessage>> due(Instant now, std::size_t limit) override;
  Result<std::optional<Instant>> next_due() override;
  Result<void> sending(std::int64_t outbox_id, Instant now) override;
  Result<void> acknowledged(std::int64_t outbox_id, const std::string& encounter_id,
                            Instant now) override;
  Result<void> refused(std::int64_t outbox_id, const std::string& reason, Instant now) override;
  Result<void> postpone(std::int64_t outbox_id, Instant when, bool unknown,
                        const std::string& why) override;
  Result<void> store_page(const Page& page, Instant keep_from, Instant keep_until) override;
  Result<void> forget(std::span<const std::string> appointment_ids) override;
  Result<std::vector<std::string>> stored_ids(Instant from, Instant until) override;
  Result<std::vector<std::string>> told_ids(Instant since) override;
  Result<bool> given_elsewhere(const std::string& number, const std::string& nonce) override;
  Result<bool> settle_again(const std::string& visit_key, const std::string& nonce) override;
  Result<std::optional<AuditHead>> audit_head() override;
  Result<void> audit_told(std::int64_t seq) override;
  Result<void> set_bookmark(const Bookmark& bookmark) override;

  static constexpr Minutes unacknowledged_after{3};
  static constexpr int list_rows_max = 500;
  static constexpr std::size_t notes_max = 1000;

 private:
  struct Ticket {
    std::string number;
    std::string day;    ///< the series' day, or the service day of the booking's own number
    std::string queue;  ///< empty for our series; else whose the booking's own number is
  };

  Ledger(Database database, const OpenArguments& arguments)
      : database_(std::move(database)),
        vault_(arguments.vault),
        kiosk_code_(arguments.kiosk_code),
        now_(arguments.now),
        aside_place_(arguments.aside),
        vfs_(arguments.vfs) {}

  static Result<std::unique_ptr<Ledger>> open_file(const OpenArguments& arguments);
  static Result<std::unique_ptr<Ledger>> open_sound(const OpenArguments& arguments);
  Result<void> start(const OpenArguments& arguments, std::int64_t found_version);
  std::size_t move_jobs(Transaction& transaction, domain::PrintState from, domain::PrintState to);
  Result<void> check_key();
  Result<void> know_earlier_chains();
  Bytes sealed_key_check() const;
  Result<void> empty_log();

  struct ProvenRow;
  void take_over_asides(const std::string& path);
  AsideLedger take_over(const std::string& path);
  void take_over(AsideLedger& aside, Database& from, const std::vector<ListedArrival>& rows);
  void take_over(Transaction& transaction, const ProvenRow& row);
  std::optional<ProvenRow> proven(Database& aside, const ListedArrival& arrival);
  /// The settled ones; without days, whenever they were set aside.
  Result<void> clear_asides(const std::optional<KeptDays>& kept);

  struct KeyChange {
    std::vector<const char*> first;  ///< statements before it
    Vault next;
    std::optional<Instant> revoked;
    domain::Act act;
  };
  Result<void> change_key(const KeyChange& change, const Now& now);
  void rekey(Transaction& transaction, const Vault& next);
  void list_people_anew(Transaction& transaction);
  void rehash_visits(Transaction& transaction, const Vault& old);
  void rehash_check_ins(Transaction& transaction);

  Result<std::optional<CommitOutcome>> answer_without_commit(const domain::CheckIn& check_in);
  Result<std::optional<domain::Committed>> committed(const std::string& visit_key,
                                                     const std::string& nonce);
  domain::Committed record(Transaction& transaction, const domain::CheckIn& check_in);
  Ticket take_number(Transaction& transaction, const domain::CheckIn& check_in);
  Ticket take_series_number(Transaction& transaction, const domain::CheckIn& check_in);
  Result<CommitOutcome> answer_after_unknown_end(const domain::CheckIn& check_in,
                                                 const Error& error);

  Result<std::optional<domain::Arrival>> own_arrival(const std::string& visit_key);
  Result<domain::Visit> opened_visit(const std::string& id, const Bytes& record);
  Result<domain::Visit> merged(domain::Visit visit);
  Result<domain::Person> person(const std::string& id);
  template <typename Meant>
  Result<std::vector<domain::PersonVisits>> people_by_key(std::int64_t key, Meant is_meant);
  Result<std::vector<domain::PersonVisits>> alone(Result<std::vector<domain::Visit>> visits);

  void write_notes(Transaction& transaction);
  void forget_notes();
  void note_ticket(Transaction& transaction, const Now& now, std::int64_t job,
                   domain::PrintState state);
  void note_arrival(Transaction& transaction, domain::Act act, std::int64_t outbox_id,
                    const std::string& detail, const std::string& words = {});

  struct StoredRow {
    std::int64_t key;
    Bytes plain;
  };
  Result<std::optional<StoredRow>> stored_row(std::string_view sql, const std::string& id,
                                              const std::string& place);
  void store_person(Transaction& transaction, const domain::Person& person);
  void list_person(Transaction& transaction, const domain::Person& person, std::int64_t key);
  void unlist_person(Transaction& transaction, const StoredRow& row);
  void forget_people_without_appointments(Transaction& transaction);
  void store_visit(Transaction& transaction, const domain::Visit& visit);
  void watch_own_code(Transaction& transaction, const domain::Visit& visit);
  void list_forgotten(Transaction& transaction, std::span<const domain::Visit* const> visits,
                      Instant today);
  void list_gone(Transaction& transaction, const std::string& appointment_id);
  Result<std::optional<domain::CheckIn>> check_in_of(std::int64_t outbox_id);
  std::string without_patient(std::int64_t outbox_id, const std::string& reason);
  void refuse(Transaction& transaction, std::int64_t outbox_id, const std::string& words,
              Instant now);
  void erase_told(Transaction& transaction);
  void stop_issuing(Transaction& transaction, int incarnation_seen);

  Result<domain::PrintJob> queue_copy(const CopyRequest& request, const domain::Arrival& arrival,
                                      domain::CheckIn check_in,
                                      std::optional<std::int64_t> own_row);
  Result<domain::PrintJob> job_from(const Row& row);
  Result<domain::PrintJob> with_other_number(domain::PrintJob job);
  Result<std::vector<domain::PrintJob>> jobs_in(domain::PrintState state, int limit);
  Result<std::vector<ListedArrival>> listed(const std::string& which, std::int64_t value,
                                            std::int64_t after);
  Result<domain::CheckIn> opened_check_in(const std::string& place, const Bytes& record);

  Database database_;
  Vault vault_;
  std::string kiosk_code_;
  Now now_;
  std::vector<std::pair<Now, domain::AuditNote>> notes_;
  std::int64_t notes_lost_ = 0;
  std::set<std::int64_t> unanswered_;  ///< outbox rows that were sent and not heard of since
  bool print_cut_short_ = false;
  bool revoked_ = false;
  bool read_only_ = false;
  std::optional<std::string> set_aside_;
  AsidePlace aside_place_;
  std::string vfs_;
  std::vector<AsideLedger> asides_;
};

}  // namespace kiosk::store
