#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/look_up.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t ranges_max = 100;
constexpr Minutes ranges_for{5};  ///< an older range is read anew

}  // namespace

void FreshReads::start(Now now, const ReadFresh& what) {
  const auto id = what.request;
  works_[id] = Work{};
  works_[id].appointment_id = what.appointment_id;
  works_[id].deadline = now.instant + what.limit;
  const std::vector<std::string> ids{what.appointment_id};
  auto read =
      in_time(read_request(context_.profile(), "Appointment/" + what.appointment_id), what.limit);
  auto search = in_time(context_.arrivals_request(ids), what.limit);
  context_.exchange.send(now, std::move(read), Urgency::interactive,
                         [this, id](Now at, const Reply& r) { on_appointment(at, id, r); });
  context_.exchange.send(
      now, std::move(search), Urgency::interactive,
      [this, id](Now at, const Reply& r) { on_arrivals(at, id, r); }, Pages::all);
  count(now, what);
}

HttpRequest FreshReads::in_time(HttpRequest search, Milliseconds limit) const {
  search.timeout = limit;
  search.connect_timeout = std::min(limit, context_.profile().connect_timeout);
  return search;
}

void FreshReads::count(Now now, const ReadFresh& what) {
  const auto& profile = context_.profile();
  if (what.location_id.empty() || profile.arrival_way == ArrivalWay::appointment_only) return;
  ask_waits(now, what);
  if (!can_count_) return;
  const auto id = what.request;
  ++works_[id].counting;
  context_.exchange.send(
      now,
      in_time(waiting_search(profile, context_.today(now).start, what.location_id, what.doctor_id),
              what.limit),
      Urgency::interactive, [this, id](Now, const Reply& r) { on_count(id, r); });
}

void FreshReads::ask_waits(Now now, const ReadFresh& what) {
  if (!can_tell_waits_) return;
  const auto id = what.request;
  const auto place = what.location_id + "/" + what.doctor_id;
  if (const auto known = ranges_.find(place);
      known != ranges_.end() && now.instant - known->second.read_at < ranges_for) {
    works_[id].waiting.range = known->second.range;
    return;
  }
  ++works_[id].counting;
  context_.exchange.send(now,
                         in_time(waited_search(context_.profile(), context_.today(now).start,
                                               what.location_id, what.doctor_id),
                                 what.limit),
                         Urgency::interactive,
                         [this, id, place](Now at, const Reply& r) { on_waits(at, id, place, r); });
}

void FreshReads::on_waits(Now now, RequestId id, const std::string& place, const Reply& reply) {
  if (refuses_search(reply)) can_tell_waits_ = false;
  if (const auto reading = found_in(reply)) {
    std::vector<Milliseconds> waited;
    for (const auto& encounter : reading->encounters)
      if (encounter.waited) waited.push_back(*encounter.waited);
    if (ranges_.size() >= ranges_max) ranges_.clear();
    const auto range = domain::wait_range(std::move(waited));
    ranges_[place] = {now.instant, range};
    if (const auto work = works_.find(id); work != works_.end()) work->second.waiting.range = range;
  }
  counted(id);
}

void FreshReads::on_count(RequestId id, const Reply& reply) {
  if (refuses_search(reply)) can_count_ = false;
  constexpr std::int64_t believable = 10'000;
  const auto work = works_.find(id);
  if (const auto reading = found_in(reply); work != works_.end() && reading && reading->total) {
    if (*reading->total >= 0 && *reading->total <= believable)
      work->second.waiting.people_ahead = int(*reading->total);
  }
  counted(id);
}

/// The patient is answered when all has come or her time is up.
void FreshReads::counted(RequestId id) {
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  if (--found->second.counting > 0 || !found->second.visit) return;
  answer(id, domain::Visit(*found->second.visit));
}

void FreshReads::on_appointment(Now now, RequestId id, const Reply& reply) {
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  auto& work = found->second;
  if (is_gone(reply)) {
    const std::vector<std::string> ids{work.appointment_id};
    if (const auto forgotten = context_.store.forget(ids); !forgotten)
      context_.log(forgotten.error());
    return answer(id, AppointmentGone{});
  }
  auto reading = reading_of(reply);
  if (!reading) return answer(id, reading.error());
  if (reading->appointments.size() != 1 || reading->appointments.front().id != work.appointment_id)
    return answer(id, Error{"sync", "unavailable", "the answer is another resource"});
  work.appointment = std::move(*reading);
  work.etag = reply.header("ETag");
  join(now, id);
}

void FreshReads::on_arrivals(Now now, RequestId id, const Reply& reply) {
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  auto reading = found_in(reply);
  if (!reading) return answer(id, reading.error());
  context_.watch_arrivals(now, reading->encounters);
  found->second.arrivals = std::move(*reading);
  join(now, id);
}

void FreshReads::join(Now now, RequestId id) {
  auto& work = works_.at(id);
  if (!work.appointment || !work.arrivals) return;
  auto reading = std::move(*work.appointment);
  reading.encounters = std::move(work.arrivals->encounters);
  resolver_.complete(now, std::move(reading), {Urgency::interactive, People::leave},
                     [this, id](Now at, const Reading& whole) {
                       if (works_.contains(id)) finish(at, id, whole);
                     });
}

void FreshReads::finish(Now now, RequestId id, const Reading& reading) {
  auto told = page(reading, context_.profile(), context_.directory);
  auto& appointment = told.visits.front().appointment;
  if (const auto& etag = works_.at(id).etag; !etag.empty()) appointment.etag = etag;
  if (appointment.version.empty()) appointment.version = appointment.etag;
  context_.keep(now, told);
  auto& work = works_.at(id);
  work.visit = told.visits.front();
  if (work.counting == 0) answer(id, told.visits.front());
}

void FreshReads::answer(RequestId id, std::variant<domain::Visit, AppointmentGone, Error> result) {
  const auto waiting = works_.at(id).waiting;
  works_.erase(id);
  context_.out.answers.emplace_back(FreshAnswer{id, std::move(result), waiting});
}

void FreshReads::expire(Now now) {
  std::vector<RequestId> late;
  for (const auto& [id, work] : works_)
    if (work.deadline <= now.instant) late.push_back(id);
  for (const auto id : late) {
    if (const auto visit = works_.at(id).visit) {
      answer(id, *visit);  // only the count did not come
    } else {
      answer(id, Error{"sync", "unavailable", "no answer in time", Remedy::wait});
    }
  }
}

void FreshReads::follow_clock(Milliseconds change) {
  for (auto& [id, work] : works_) work.deadline += change;
  for (auto& [place, known] : ranges_) known.read_at += change;
}

std::optional<Instant> FreshReads::wake() const {
  std::optional<Instant> first;
  for (const auto& [id, work] : works_)
    if (!first || work.deadline < *first) first = work.deadline;
  return first;
}

}  // namespace kiosk::sync
