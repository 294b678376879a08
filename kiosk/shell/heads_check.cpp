#include "kiosk/shell/heads_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kiosk/sync/fhir_time.h"

namespace kiosk::shell {
namespace {

bool has(const TrailHashes& hashes, const sync::ToldHead& head) {
  const auto row = hashes.find(head.seq);
  return row != hashes.end() && row->second == head.hash;
}

}  // namespace

HeadsCheck check_heads(const std::vector<sync::ToldHead>& told, const TrailSeen& trail,
                       const domain::Zone& zone) {
  HeadsCheck check;
  std::set<int> ours;  // incarnations
  for (const sync::ToldHead& head : told) {
    if (head.incarnation >= trail.incarnation || has(trail.hashes, head)) {
      ours.insert(head.incarnation);
    }
  }
  const std::int64_t oldest = trail.hashes.empty() ? 0 : trail.hashes.begin()->first;
  for (const sync::ToldHead& head : told) {
    if (has(trail.hashes, head)) {
      ++check.found;
    } else if (!ours.contains(head.incarnation)) {
      const auto& newest = check.earlier_ledger;
      const bool newer = !newest || newest->written < head.written;
      if (newer && head.written >= trail.whole_since) check.earlier_ledger = head;
    } else if (head.seq < oldest && head.written < trail.whole_since) {
      ++check.removed;
    } else {
      check.faults.push_back(
          {head.seq,
           fmt::format("of {} is not in the trail{}; the server was told of it ({}:{})",
                       sync::format_instant(zone, shown_instant(head.written)),
                       trail.hashes.contains(head.seq) ? ", another row has its place" : "",
                       head.seq, head.hash)});
    }
  }
  std::stable_sort(check.faults.begin(), check.faults.end(),
                   [](const auto& a, const auto& b) { return a.seq < b.seq; });
  return check;
}

}  // namespace kiosk::shell
