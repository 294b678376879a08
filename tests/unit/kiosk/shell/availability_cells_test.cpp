// Every cell of the table of actions, as it goes in fact: through the journeys where they decide,
// and through the records on a real ledger.
#include "records_bench.h"
#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace kiosk;
using namespace kiosk::journeys;

namespace {

/// Records to which one person checked in before they came to stand so to the hospital.
class Records : public records_test::Bench {
 public:
  explicit Records(Connection standing) {
    run({shell::PrinterChanged{PrinterHealth::ok}});
    committed = check_in("one_booked");
    pass(Seconds(5));
    back = look_up("one_booked");
    other = look_up("offline");
    stand(standing);
    Surroundings around;
    around.server = facts.server;
    around.has_data = facts.has_data;
    around.revoked = facts.revoked;
    REQUIRE(connection(around) == standing);
    events.clear();
  }

  Way finds(const LookUpKey& key) {
    run({LookUp{RequestId{1}, key}});
    const auto answer = last<LookUpAnswered>();
    const auto* found = std::get_if<std::vector<domain::PersonVisits>>(&answer.result);
    if (found == nullptr) return Way::refused;
    REQUIRE(found->size() == 1);
    return found->front().freshness == domain::Freshness::server ? Way::server : Way::store;
  }
  Way finds_visit() { return finds(domain::PersonCode{other.person.identifiers.front()}); }
  Way tells_number() {
    const Way way = finds(domain::TicketCode{committed.token});
    if (way == Way::refused) return way;
    const auto answer = last<LookUpAnswered>();
    const auto& found = std::get<std::vector<domain::PersonVisits>>(answer.result).front();
    CHECK(found.visits.at(0).arrival.value().number == committed.number);
    return way;
  }
  Way prints_copy() {
    run({PrintAgain{RequestId{2}, back.person, back.visits.at(0), "en"}});
    return last<TicketQueued>().job == 0 ? Way::refused : Way::store;
  }
  Way checks_in() {
    if (std::holds_alternative<CannotRecord>(confirm(other))) return Way::refused;
    pass(Seconds(5));
    const auto told = hospital->encounters_of(other.visits.at(0).appointment.id).size();
    return told == 1 ? Way::server : Way::later;
  }

 private:
  void stand(Connection standing) {
    connected = standing != Connection::offline && standing != Connection::stale;
    if (standing == Connection::slow) took = Seconds(5);
    if (standing == Connection::stale) {
      instant += Minutes(48 * 60);
      trust = ClockTrust::rtc;  // nothing is erased
    }
    if (standing == Connection::revoked) run({shell::WithdrawalOrdered{}});
    run({shell::SyncQuery{RequestId{3}}});
    pass(Seconds(40));
  }

  domain::Committed committed;
  domain::PersonVisits back;
  domain::PersonVisits other;
};

void stand(Surroundings& around, Connection connection) {
  around.server = connection == Connection::slow      ? ServerHealth::slow
                  : connection == Connection::offline ? ServerHealth::offline
                                                      : ServerHealth::online;
  around.has_data = connection != Connection::stale;
  around.revoked = connection == Connection::revoked;
}

Way reads_fresh(Connection connection) {
  journeys_test::Bench kiosk;
  kiosk.lay_card();
  kiosk.around([&](Surroundings& around) { stand(around, connection); });
  kiosk.answer_look_up({journeys_test::wang({journeys_test::visit_at("a1", Minutes(39))})});
  if (kiosk.screen() == "cannot_record") return Way::refused;
  const bool asked = !kiosk.asked<ReadFresh>().empty();
  kiosk.tap("confirm");
  CHECK(kiosk.asked<Commit>().empty() == asked);  // it waits for the answer, if there will be one
  return asked ? Way::server : Way::store;
}

/// Looks on while the server answers; then she confirms.
journeys_test::Bench confirmed(Connection connection) {
  journeys_test::Bench kiosk;
  kiosk.to_confirm();
  const auto confirm = kiosk.as<Confirm>();
  kiosk.feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0], domain::Waiting{3}});
  kiosk.around([&](Surroundings& around) { stand(around, connection); });
  kiosk.tap("confirm");
  return kiosk;
}

Way checks_in(Connection connection) {
  const auto kiosk = confirmed(connection);
  if (kiosk.screen() == "cannot_record") return Way::refused;
  return kiosk.asked<Commit>().at(0).online ? Way::server : Way::later;
}

Way tells_waiting(Connection connection) {
  const auto commits = confirmed(connection).asked<Commit>();
  return !commits.empty() && commits[0].waiting[0].people_ahead ? Way::server : Way::silent;
}

Way goes(Action action, Connection connection) {
  switch (action) {
    case Action::find_visit:
      return Records(connection).finds_visit();
    case Action::read_fresh:
      return reads_fresh(connection);
    case Action::check_in:
      CHECK(Records(connection).checks_in() == checks_in(connection));
      return checks_in(connection);
    case Action::tell_number:
      return Records(connection).tells_number();
    case Action::print_copy:
      return Records(connection).prints_copy();
    case Action::tell_waiting:
      return tells_waiting(connection);
  }
  return Way::refused;
}

}  // namespace

TEST_CASE("availability: every action goes in every state as its cell of the table says") {
  for (int action = 0; action < actions_count; ++action) {
    for (int state = 0; state < connections_count; ++state) {
      const std::string cell =
          std::string(name(Action(action))) + " " + name(Connection(state)) + ": ";
      CHECK(cell + name(goes(Action(action), Connection(state))) ==
            cell + name(way(Action(action), Connection(state))));
    }
  }
}
