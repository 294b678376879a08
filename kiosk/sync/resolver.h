#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "kiosk/sync/context.h"

namespace kiosk::sync {

/// Whether people are fetched too, or only names of doctors, clinics and places.
enum class People { fetch, leave };

/// Fetches what appointments refer to and the answer did not include (many servers leave includes
/// out, PractitionerRoles need two steps): by id, a few at a time, with a bounded number of
/// requests. What cannot be had stays unnamed.
class Resolver {
 public:
  using Done = std::function<void(Now, Reading)>;

  struct Manner {
    Urgency urgency = Urgency::background;
    People people = People::fetch;
  };

  explicit Resolver(Context& context) : context_(context) {}

  /// Calls `done` once, at once when nothing is missing.
  void complete(Now now, Reading reading, Manner manner, Done done);

 private:
  struct Work {
    Reading reading;
    Manner manner;
    Done done;
    std::set<std::string> tried;
    int requests = 0;
  };

  void go_on(Now now, std::uint64_t id);
  void on_reply(Now now, std::uint64_t id, const Reply& reply);

  Context& context_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Work> works_;
};

}  // namespace kiosk::sync
