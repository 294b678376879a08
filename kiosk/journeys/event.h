#pragma once

#include <string>
#include <variant>
#include <vector>

#include "kiosk/journeys/model.h"

namespace kiosk::journeys {

/// Nothing but time passed.
struct Tick {
  bool operator==(const Tick&) const = default;
};
/// A control was pressed; `action` is the node's action ("confirm", "digit:7").
struct Tapped {
  std::string action;
  bool operator==(const Tapped&) const = default;
};
struct CardNoticed {
  bool operator==(const CardNoticed&) const = default;
};
enum class CardKind { resident, hk_macao_taiwan_permit, foreign_permit };
/// A card was read completely.
struct CardRead {
  CardKind kind = CardKind::resident;
  std::string number;
  std::optional<domain::Date> valid_to;  ///< none: no end date
  bool operator==(const CardRead&) const = default;
};
enum class CardTrouble {
  unreadable,     ///< damaged, or the reader cannot tell why
  pulled,         ///< taken away before it was read
  not_supported,  ///< a card of no kind that is used here
  wrong_reader    ///< an ID card on the smart-card reader
};
struct CardUnreadable {
  CardTrouble trouble = CardTrouble::unreadable;
  bool operator==(const CardUnreadable&) const = default;
};
/// A smart card told who carries it.
struct IdentifierRead {
  domain::Identifier identifier;
  bool operator==(const IdentifierRead&) const = default;
};
struct CodeScanned {
  std::string text;
  bool operator==(const CodeScanned&) const = default;
};

enum class LookUpFailure { unavailable, no_data };
struct LookUpAnswered {
  RequestId request;
  std::variant<std::vector<domain::PersonVisits>, LookUpFailure> result;
  bool operator==(const LookUpAnswered&) const = default;
};
struct Gone {
  bool operator==(const Gone&) const = default;
};
struct Unavailable {
  bool operator==(const Unavailable&) const = default;
};
struct FreshAnswered {
  RequestId request;
  std::variant<domain::Visit, Gone, Unavailable> result;
  domain::Waiting waiting = {};  ///< by the server's count; the range not yet for her appointment
  bool operator==(const FreshAnswered&) const = default;
};
/// Nothing was recorded, and nothing will be.
struct CannotRecord {
  bool operator==(const CannotRecord&) const = default;
};
/// The ledger cannot tell now whether it was recorded; it may yet be found there and told.
struct RecordingUnknown {
  bool operator==(const RecordingUnknown&) const = default;
};
using CommitResult = std::variant<domain::Committed, domain::AlreadyCheckedIn,
                                  domain::ChangedMeanwhile, CannotRecord, RecordingUnknown>;
/// One result for each check-in of the request, in its order.
struct CommitAnswered {
  RequestId request;
  std::vector<CommitResult> results;
  bool operator==(const CommitAnswered&) const = default;
};
/// A ticket or copy was accepted for printing (job), or there is none to print (job 0).
struct TicketQueued {
  RequestId request;
  std::int64_t job = 0;
  bool operator==(const TicketQueued&) const = default;
};
struct PrintReported {
  std::int64_t job = 0;
  domain::PrintState state = domain::PrintState::queued;
  bool operator==(const PrintReported&) const = default;
};
struct SurroundingsChanged {
  Surroundings around;
  bool operator==(const SurroundingsChanged&) const = default;
};

/// What happened and when.
struct Event {
  Now now;
  std::variant<Tick, Tapped, CardNoticed, CardRead, CardUnreadable, CodeScanned, LookUpAnswered,
               FreshAnswered, CommitAnswered, TicketQueued, PrintReported, SurroundingsChanged,
               IdentifierRead>
      what;
};

}  // namespace kiosk::journeys
