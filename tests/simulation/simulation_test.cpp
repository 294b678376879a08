// Thirty seeds must hold every rule; each rule, broken on purpose, must be reported.
#include "tests/simulation/simulation.h"

#include <doctest/doctest.h>

namespace simulation {
namespace {

/// Long enough for what takes minutes.
Options longer(Options options) {
  options.length = kiosk::Minutes(20);
  options.patients = 30;
  return options;
}

/// The first of some seeds whose run breaks this rule first; the last, if none does.
Report first_broken(const char* rule, Breach breach, Troubles troubles) {
  constexpr std::uint64_t seeds_max = 80;
  Report report;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    Options options = longer(options_of(seed));
    options.troubles = troubles;
    options.breaches = {breach};
    report = run(options);
    if (report.violation && report.violation->rule == rule) return report;
  }
  return report;
}

void check_reported(const char* rule, Breach breach, Troubles troubles = {}) {
  const Report report = first_broken(rule, breach, std::move(troubles));
  REQUIRE(report.violation.has_value());
  INFO(report.violation->words);
  CHECK(report.violation->rule == rule);
}

void check_holds(const Options& options) {
  const Report report = run(options);
  if (!report.violation) return;
  const Options less = shortest(options, report.violation->rule);
  FAIL_CHECK(story(less, run(less)));
}

}  // namespace

TEST_CASE("simulation: thirty seeds hold every rule") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) check_holds(options_of(seed));
}

TEST_CASE("simulation: each trouble alone, and all at once, hold every rule") {
  for (const Trouble trouble : all_troubles()) {
    CAPTURE(name(trouble));
    Options options = longer(options_of(100));
    options.troubles = {trouble};
    check_holds(options);
  }
  Options options = longer(options_of(101));
  options.troubles = all_troubles();
  check_holds(options);
}

TEST_CASE("simulation: a server whose clock is wrong around midnight") {
  for (std::uint64_t seed = 45; seed <= 55; ++seed) {
    Options options = longer(options_of(seed));
    options.troubles = {Trouble::server_clock, Trouble::midnight, Trouble::kills};
    check_holds(options);
  }
}

TEST_CASE("simulation: a server that is put back to its backup") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Options options = longer(options_of(seed));
    options.troubles = {Trouble::restores, Trouble::desk, Trouble::kills};
    check_holds(options);
  }
}

TEST_CASE("simulation: the same seed gives the same trace, another one another") {
  Options options = options_of(11);
  options.troubles = all_troubles();
  const Report once = run(options);
  const Report again = run(options);
  CHECK(once.trace == again.trace);
  CHECK(once.hash == again.hash);
  options.seed = 12;
  CHECK(run(options).hash != once.hash);
}

TEST_CASE("simulation: patients do check in, whatever goes wrong") {
  CHECK(run(longer(options_of(3))).check_ins > 3);
  std::size_t check_ins = 0;
  for (std::uint64_t seed = 4; seed <= 7; ++seed) {
    Options options = longer(options_of(seed));
    options.troubles = all_troubles();
    // A machine that shares its code or loses its ledger stops for as long as it must, and few are
    // booked around midnight.
    // Of a page a person each is hard to find while everything fails.
    for (const Trouble one :
         {Trouble::shared_code, Trouble::lost_ledgers, Trouble::midnight, Trouble::small_pages}) {
      options.troubles.erase(one);
    }
    check_ins += run(options).check_ins;
  }
  CHECK(check_ins > 8);
}

TEST_CASE("simulation reports a server that forgets an arrival") {
  check_reported(rule::exactly_once, Breach::server_forgets);
}

TEST_CASE("simulation reports conditional creates that are repeated and create twice") {
  check_reported(rule::exactly_once, Breach::conditions_ignored);
}

TEST_CASE("simulation reports an arrival that no patient confirmed") {
  check_reported(rule::not_invented, Breach::server_invents);
}

TEST_CASE("simulation reports a check-in that is not what the patient saw") {
  check_reported(rule::as_shown, Breach::commits_unasked);
}

TEST_CASE("simulation reports a disk that loses what it had synced") {
  check_reported(rule::not_lost, Breach::disk_loses_syncs, {Trouble::power_cuts});
}

TEST_CASE("simulation reports what is left in a ledger that was set aside") {
  check_reported(rule::not_lost, Breach::forgets_asides,
                 {Trouble::lost_ledgers, Trouble::network_cuts});
}

TEST_CASE("simulation reports a check-in of which its patient was told that it was not recorded") {
  check_reported(rule::told_truly, Breach::unknown_is_refused, {Trouble::disk_errors});
}

TEST_CASE("simulation reports two kiosks that bear one code") {
  check_reported(rule::number_once, Breach::code_used_twice, {Trouble::network_cuts});
}

TEST_CASE("simulation reports that another number is called than the kiosks say") {
  check_reported(rule::one_called, Breach::server_calls_another);
}

TEST_CASE("simulation reports a ticket that does not lead to its visit") {
  check_reported(rule::leads_there, Breach::server_loses_tokens);
}

TEST_CASE("simulation reports machines that share a code unseen") {
  check_reported(rule::alarms, Breach::code_used_in_silence,
                 {Trouble::shared_code, Trouble::network_cuts});
}

TEST_CASE("simulation reports a kiosk that stops for nothing") {
  check_reported(rule::alarms, Breach::code_used_for_a_day);
}

TEST_CASE("simulation reports a check-in of whose patient the trail tells nothing") {
  check_reported(rule::in_the_trail, Breach::acts_unwritten);
}

TEST_CASE("simulation reports a kiosk that takes itself for revoked") {
  check_reported(rule::revoked, Breach::destroys_for_nothing);
}

TEST_CASE("simulation reports a ticket before its commit") {
  check_reported(rule::commit_first, Breach::prints_before_commit);
}

TEST_CASE("simulation reports an unknown ticket that is printed once more in silence") {
  check_reported(rule::copy_says_so, Breach::prints_unknown_again,
                 {Trouble::cable, Trouble::kills});
}

TEST_CASE("simulation reports a held ticket that falls out for a stranger") {
  check_reported(rule::own_screen, Breach::prints_for_strangers,
                 {Trouble::paper, Trouble::cable, Trouble::wanderers});
}

TEST_CASE("simulation reports an arrival that waits and is on no list") {
  check_reported(rule::on_the_list, Breach::hides_unacknowledged, {Trouble::network_cuts});
}

TEST_CASE("simulation reports a refusal by a clock that cannot be trusted") {
  check_reported(rule::clock_refuses_nobody, Breach::refuses_by_any_clock,
                 {Trouble::clock, Trouble::network_cuts, Trouble::kills});
}

TEST_CASE("simulation reports a screen that never ends") {
  check_reported(rule::way_on, Breach::ticks_are_lost);
}

TEST_CASE("simulation reports what stays of a patient on welcome") {
  check_reported(rule::nothing_stays, Breach::keeps_the_patient);
}

TEST_CASE("simulation reports a screen that shows somebody else") {
  check_reported(rule::own_data, Breach::shows_another);
}

TEST_CASE("simulation reports a refusal without a reason") {
  check_reported(rule::refused_says_why, Breach::refuses_in_silence,
                 {Trouble::desk, Trouble::refusals});
}

TEST_CASE("simulation reports a kiosk that never sleeps") {
  check_reported(rule::no_spinning, Breach::never_sleeps);
}

TEST_CASE("simulation reports an outbox that does not empty") {
  check_reported(rule::outbox_empties, Breach::network_never_heals, {Trouble::network_cuts});
}

}  // namespace simulation
