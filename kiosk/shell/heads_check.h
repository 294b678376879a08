#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/shell/trail.h"
#include "kiosk/sync/told_heads.h"

namespace kiosk::shell {

/// The hash of each row that the trail has.
using TrailHashes = std::map<std::int64_t, std::string>;

/// What the server's word says of a trail.
struct HeadsCheck {
  std::vector<store::AuditFault> faults;  ///< oldest row first
  std::size_t found = 0;                  ///< rows that are in the trail as the server was told
  std::size_t removed = 0;                ///< and that went because of their age
  /// The newest of a ledger before this one: only that one's file can be compared with it.
  std::optional<sync::ToldHead> earlier_ledger;
};

struct TrailSeen {
  const TrailHashes& hashes;
  int incarnation = 1;  ///< of the ledger
  Instant whole_since;  ///< no row since then may have been removed
};

/// A trail must contain every row that the server was told of. Rows of an earlier incarnation are
/// this trail's when one of them is in it: else another ledger's, which was replaced. Pure.
HeadsCheck check_heads(const std::vector<sync::ToldHead>& told, const TrailSeen& trail,
                       const domain::Zone& zone);

}  // namespace kiosk::shell
