#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/look_up.h"

namespace kiosk::sync {

void FreshReads::start(Now now, const ReadFresh& what) {
  const auto id = what.request;
  const auto& profile = context_.profile();
  works_[id] = Work{};
  works_[id].appointment_id = what.appointment_id;
  works_[id].deadline = now.instant + what.limit;
  auto read = read_request(profile, "Appointment/" + what.appointment_id);
  const std::vector<std::string> ids{what.appointment_id};
  auto search = context_.arrivals_request(ids);
  read.timeout = search.timeout = what.limit;
  read.connect_timeout = search.connect_timeout = std::min(what.limit, profile.connect_timeout);
  context_.exchange.send(now, std::move(read), Urgency::interactive,
                         [this, id](Now at, const Reply& r) { on_appointment(at, id, r); });
  context_.exchange.send(now, std::move(search), Urgency::interactive,
                         [this, id](Now at, const Reply& r) { on_arrivals(at, id, r); });
  count(now, what);
}

void FreshReads::count(Now now, const ReadFresh& what) {
  const auto& profile = context_.profile();
  if (!can_count_ || what.location_id.empty()) return;
  if (profile.arrival_way == ArrivalWay::appointment_only) return;
  const auto id = what.request;
  auto search =
      waiting_search(profile, context_.today(now).start, what.location_id, what.doctor_id);
  search.timeout = what.limit;
  search.connect_timeout = std::min(what.limit, profile.connect_timeout);
  works_[id].counting = true;
  context_.exchange.send(now, std::move(search), Urgency::interactive,
                         [this, id](Now, const Reply& r) { on_count(id, r); });
}

void FreshReads::on_count(RequestId id, const Reply& reply) {
  if (refuses_search(reply)) can_count_ = false;
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  found->second.counting = false;
  constexpr std::int64_t believable = 10'000;
  if (const auto reading = reading_of(reply); reading && reading->total) {
    if (*reading->total >= 0 && *reading->total <= believable)
      found->second.people_ahead = int(*reading->total);
  }
  if (const auto visit = found->second.visit) answer(id, *visit);
}

void FreshReads::on_appointment(Now now, RequestId id, const Reply& reply) {
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  auto& work = found->second;
  if (reply.status() == 404 || reply.status() == 410) {
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
  auto reading = reading_of(reply);
  if (!reading) return answer(id, reading.error());
  context_.watch_numbers(now, reading->encounters);
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
  if (!work.counting) answer(id, told.visits.front());
}

void FreshReads::answer(RequestId id, std::variant<domain::Visit, AppointmentGone, Error> result) {
  const auto people_ahead = works_.at(id).people_ahead;
  works_.erase(id);
  context_.out.answers.emplace_back(FreshAnswer{id, std::move(result), people_ahead});
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
}

std::optional<Instant> FreshReads::wake() const {
  std::optional<Instant> first;
  for (const auto& [id, work] : works_)
    if (!first || work.deadline < *first) first = work.deadline;
  return first;
}

}  // namespace kiosk::sync
