#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kiosk/sync/context.h"
#include "kiosk/sync/resolver.h"

namespace kiosk::sync {

/// Finds one person and the visits of the configured days by what was shown or typed:
/// people -> what replaced them -> appointments -> names -> arrivals -> flags -> answer.
class LookUps {
 public:
  LookUps(Context& context, Resolver& resolver) : context_(context), resolver_(resolver) {}

  void start(Now now, const LookUp& what);
  /// Answers what has run out of time.
  void expire(Now now);
  std::optional<Instant> wake() const;
  void follow_clock(Milliseconds change);

 private:
  struct Work {
    LookUpKey key;
    Instant deadline;
    Reading gathered;               ///< people and appointments so far
    std::set<std::string> own_ids;  ///< of the person, with those it replaced
    std::string person_id;
    std::string only_appointment;  ///< by ticket: nothing else is shown
    int hops = 0;
  };
  using Id = RequestId;
  using Step = void (LookUps::*)(Now, Id, Reading);

  void begin(Now now, Id id);
  void ask(Now now, Id id, HttpRequest request, Step next);
  void on_people(Now now, Id id, Reading reading);
  void on_birth_date(Now now, Id id, Reading reading);
  void on_replacing(Now now, Id id, Reading reading);
  void follow_people(Now now, Id id);
  void on_booking(Now now, Id id, Reading reading);
  void ask_people(Now now, Id id, Reading reading);
  void on_its_people(Now now, Id id, Reading reading);
  void on_ticket(Now now, Id id, Reading reading);
  void on_ticket_visit(Now now, Id id, Reading reading);
  void ask_appointments(Now now, Id id);
  void on_appointments(Now now, Id id, Reading reading);
  void name_them(Now now, Id id);
  void on_arrivals(Now now, Id id, Reading reading);
  void on_flags(Now now, Id id, Reading reading);
  void finish(Now now, Id id);
  void answer(Id id, std::vector<domain::PersonVisits> people);
  void give_up(Id id, const Error& error);
  void several(Id id, const std::set<std::string>& people);

  Context& context_;
  Resolver& resolver_;
  std::map<Id, Work> works_;
};

/// Reads one appointment and its arrival past every cache, both at once.
class FreshReads {
 public:
  FreshReads(Context& context, Resolver& resolver) : context_(context), resolver_(resolver) {}

  void start(Now now, const ReadFresh& what);
  void expire(Now now);
  std::optional<Instant> wake() const;
  void follow_clock(Milliseconds change);

 private:
  struct Work {
    std::string appointment_id;
    Instant deadline;
    std::string etag;
    std::optional<Reading> appointment;
    std::optional<Reading> arrivals;
    std::optional<domain::Visit> visit;  ///< complete; the count may still be under way
    int counting = 0;                    ///< searches of who waits there that have not ended
    domain::Waiting waiting;
  };

  void on_appointment(Now now, RequestId id, const Reply& reply);
  void on_arrivals(Now now, RequestId id, const Reply& reply);
  void count(Now now, const ReadFresh& what);
  void on_count(RequestId id, const Reply& reply);
  void ask_waits(Now now, const ReadFresh& what);
  void on_waits(Now now, RequestId id, const std::string& place, const Reply& reply);
  void counted(RequestId id);
  HttpRequest in_time(HttpRequest search, Milliseconds limit) const;
  void join(Now now, RequestId id);
  void finish(Now now, RequestId id, const Reading& reading);
  void answer(RequestId id, std::variant<domain::Visit, AppointmentGone, Error> result);

  Context& context_;
  Resolver& resolver_;
  std::map<RequestId, Work> works_;
  struct KnownRange {
    Instant read_at;
    std::optional<domain::WaitRange> range;
  };
  std::map<std::string, KnownRange> ranges_;  ///< by location and doctor, at most `ranges_max`
  bool can_count_ = true;                     ///< until the server refuses such a search
  bool can_tell_waits_ = true;
};

/// Reads an answer or says why it is none: sync/unavailable, fhir/malformed.
Result<Reading> reading_of(const Reply& reply);

/// The same of a search, which is answered by a Bundle: without one nothing is known to be absent.
Result<Reading> found_in(const Reply& reply);

/// The server does not know a parameter of the search.
bool refuses_search(const Reply& reply);

/// Appends people, appointments, arrivals and flags, each id once.
void merge(Reading& to, const Reading& from);

}  // namespace kiosk::sync
