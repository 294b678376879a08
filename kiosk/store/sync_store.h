#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/domain/appointment.h"
#include "kiosk/domain/outbox.h"

namespace kiosk::store {

/// How new the stored appointments are, in the server's time.
struct Bookmark {
  Instant server_time;
  bool operator==(const Bookmark&) const = default;
};

/// What stands for the whole audit trail up to a row.
struct AuditHead {
  int incarnation = 1;  ///< of the ledger: each begins a trail of its own
  std::int64_t seq = 0;
  std::string hash;  ///< of the row, hexadecimal
  Instant written;
  bool operator==(const AuditHead&) const = default;
};

/// One page of the server's answers, stored in one transaction.
struct Page {
  std::vector<domain::Person> people;
  std::vector<domain::Visit> visits;
};

/// What the sync engine needs of the ledger. Called on the store's thread only, where the engine is
/// stepped; every call is one transaction and bounded by the size of its arguments.
class SyncStore {
 public:
  virtual ~SyncStore() = default;

  /// Outbox rows to work on now: not acknowledged, not refused, not_before <= now, the first of
  /// each stream only, oldest first, at most `limit`.
  virtual Result<std::vector<domain::ArrivalMessage>> due(Instant now, std::size_t limit) = 0;
  /// The earliest not_before of what is pending, for sleeping.
  virtual Result<std::optional<Instant>> next_due() = 0;
  /// Committed before the first byte leaves: attempts + 1 and `unknown` = true.
  virtual Result<void> sending(std::int64_t outbox_id, Instant now) = 0;
  /// The server holds it: done. `encounter_id` may be empty (way c).
  virtual Result<void> acknowledged(std::int64_t outbox_id, const std::string& encounter_id,
                                    Instant now) = 0;
  /// The server said no; the row goes to the staff's list with the server's words (without patient
  /// data).
  virtual Result<void> refused(std::int64_t outbox_id, const std::string& reason, Instant now) = 0;
  /// Try again not before `when`; `unknown` tells whether the server may have it already. `why` is
  /// for the staff's list and holds nothing of a patient; empty: what is known stays.
  virtual Result<void> postpone(std::int64_t outbox_id, Instant when, bool unknown,
                                const std::string& why) = 0;

  /// Inserts or replaces by id; rows whose appointment lies outside `keep_from`..`keep_until` are
  /// dropped unless already stored, then updated in place.
  virtual Result<void> store_page(const Page& page, Instant keep_from, Instant keep_until) = 0;
  /// Removes appointments (gone on the server); check-ins of them stay, and what the server
  /// acknowledged a while ago goes to the staff's list.
  virtual Result<void> forget(std::span<const std::string> appointment_ids) = 0;
  /// Ids of stored appointments that start in the interval, for the daily reconcile.
  virtual Result<std::vector<std::string>> stored_ids(Instant from, Instant until) = 0;
  /// Ids of appointments whose arrival the server acknowledged and that were confirmed since then;
  /// a server that was put back to an earlier state has forgotten it.
  virtual Result<std::vector<std::string>> told_ids(Instant since) = 0;
  /// More than one arrival stands there of a visit that was told, or of one of its tickets where a
  /// nonce is given: it is told again, which settles them. False when it is none of ours.
  virtual Result<bool> settle_again(const std::string& visit_key, const std::string& nonce) = 0;
  /// The hospital has withdrawn this kiosk: it takes in nobody's data.
  virtual bool revoked() const = 0;
  /// Looks at a ticket of today that the hospital holds. When its number is of our series and this
  /// ledger never gave it, we give those of the next incarnation if we have given none yet. True
  /// when another machine gives those of ours: then we give no more.
  virtual Result<bool> given_elsewhere(const std::string& number, const std::string& nonce) = 0;
  /// The newest row of the audit trail; nothing when the server has its hash already.
  virtual Result<std::optional<AuditHead>> audit_head() = 0;
  /// The server has the hash of this row.
  virtual Result<void> audit_told(std::int64_t seq) = 0;
  virtual Result<void> set_bookmark(const Bookmark& bookmark) = 0;
};

}  // namespace kiosk::store
