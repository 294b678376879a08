#include "kiosk/sync/resolver.h"

#include "kiosk/sync/fhir_reference.h"
#include "kiosk/sync/look_up.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t ids_max = 50;
constexpr int requests_max = 40;

std::set<std::string> patient_ids(const Reading& reading) {
  std::set<std::string> ids;
  for (const auto& row : reading.patients) ids.insert(row.id);
  return ids;
}

}  // namespace

void Resolver::complete(Now now, Reading reading, Manner manner, Done done) {
  context_.directory.add(reading.directory);
  const auto id = next_++;
  works_.emplace(id, Work{std::move(reading), manner, std::move(done), {}, 0});
  go_on(now, id);
}

void Resolver::go_on(Now now, std::uint64_t id) {
  auto& work = works_.at(id);
  std::string type;
  std::vector<std::string> ids;
  const auto wanted =
      unresolved(work.reading.appointments, patient_ids(work.reading), context_.directory);
  for (const auto& reference : wanted) {
    if (work.tried.contains(reference) || ids.size() >= ids_max) continue;
    const auto its_type = reference.substr(0, reference.find('/'));
    if (its_type == "Patient" && work.manner.people == People::leave) continue;
    if (type.empty()) type = its_type;
    if (its_type != type) continue;
    ids.push_back(id_of(reference, type));
    work.tried.insert(reference);
  }
  if (ids.empty() || work.requests >= requests_max) {
    auto done = std::move(work.done);
    auto reading = std::move(work.reading);
    works_.erase(id);
    return done(now, std::move(reading));
  }
  ++work.requests;
  context_.exchange.send(
      now, ids_search(context_.profile(), type, ids, Includes::without), work.manner.urgency,
      [this, id](Now at, const Reply& reply) { on_reply(at, id, reply); }, Pages::all);
}

void Resolver::on_reply(Now now, std::uint64_t id, const Reply& reply) {
  auto& work = works_.at(id);
  const auto more = found_in(reply);
  if (!more) {
    work.requests = requests_max;  // the rest would fail alike; what is unnamed stays so
  } else {
    context_.directory.add(more->directory);
    for (const auto& row : more->patients) work.reading.patients.push_back(row);
  }
  go_on(now, id);
}

}  // namespace kiosk::sync
