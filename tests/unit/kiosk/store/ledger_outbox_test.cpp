#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

TEST_CASE("outbox: what is due is pending, not postponed, oldest first and at most the limit") {
  auto ledger = memory_ledger();
  for (const char* id : {"a1", "a2", "a3", "a4"}) commit(*ledger, sample_check_in(id));
  const Instant now = morning().instant;
  REQUIRE(ledger->postpone(outbox_id(*ledger, "a1"), now + 30s, true, ""));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a2"), "e2", now));
  auto due = ledger->due(now, 10).value();
  REQUIRE(due.size() == 2);
  CHECK(due[0].visit_key == "a3");
  CHECK(due[1].visit_key == "a4");
  CHECK(ledger->due(now, 1).value().size() == 1);
  due = ledger->due(now + 30s, 10).value();
  REQUIRE(due.size() == 3);
  CHECK(due[0].unknown);
}

TEST_CASE("outbox: a send that began is unknown until its end is told, also after a restart") {
  const Folder folder;
  {
    auto ledger = opened(arguments(folder.file("ledger.db")));
    commit(*ledger, sample_check_in("a1"));
    REQUIRE(ledger->sending(outbox_id(*ledger, "a1"), morning().instant));
  }
  auto ledger = opened(arguments(folder.file("ledger.db")));
  auto message = ledger->due(morning().instant, 10).value().at(0);
  CHECK(message.unknown);
  CHECK(message.attempts == 1);
  REQUIRE(ledger->postpone(outbox_id(*ledger, "a1"), morning().instant, false, ""));
  message = ledger->due(morning().instant, 10).value().at(0);
  CHECK_FALSE(message.unknown);
  CHECK(message.attempts == 1);
}

TEST_CASE("outbox: the next due instant is that of what is pending") {
  auto ledger = memory_ledger();
  CHECK_FALSE(ledger->next_due().value().has_value());
  commit(*ledger, sample_check_in("a1"));
  commit(*ledger, sample_check_in("a2"));
  CHECK(ledger->next_due().value().value() <= morning().instant);
  const auto second = outbox_id(*ledger, "a2");
  REQUIRE(ledger->postpone(outbox_id(*ledger, "a1"), morning().instant + 60s, true, ""));
  REQUIRE(ledger->postpone(second, morning().instant + 30s, true, ""));
  CHECK(ledger->next_due().value() == morning().instant + 30s);
  REQUIRE(ledger->acknowledged(second, "", morning().instant));
  CHECK(ledger->next_due().value() == morning().instant + 60s);
}

TEST_CASE("outbox: what the server refused is on the staff's list with the reason, not due") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  REQUIRE(ledger->refused(outbox_id(*ledger, "a1"), "422: no such schedule", morning().instant));
  CHECK(ledger->due(morning().instant + 24h, 10).value().empty());
  CHECK_FALSE(ledger->next_due().value().has_value());
  const auto list = ledger->refused_arrivals().value();
  REQUIRE(list.size() == 1);
  CHECK(list[0].reason == "422: no such schedule");
  CHECK(list[0].message.number == "K1-001");
  CHECK(list[0].check_in == sample_check_in("a1"));
  CHECK(ledger->status(morning().instant).value().refused == 1);
  CHECK(ledger->status(morning().instant).value().needs_attention());
}

TEST_CASE("outbox: nothing of the patient that the server repeats is written plain") {
  const Folder folder;
  const auto path = folder.file("ledger.db");
  auto check_in = sample_check_in("a1");
  check_in.person.name = "Xiaofang Wang";
  check_in.appointment.booking_number = "BK-4711-7";
  {
    auto ledger = opened(arguments(path));
    commit(*ledger, check_in);
    REQUIRE(ledger->refused(outbox_id(*ledger, "a1"),
                            "HTTP 422: invalid: XIAOFANG (wang, WangXiaofang) of 1990-05-17, "
                            "17.05.1990, 5/17/90, 19900517, 17 May 1990, phone 138-0013-8000, "
                            "card-55-p1, BK47117 has no insurance",
                            morning().instant));
    CHECK(ledger->refused_arrivals().value().at(0).reason ==
          "HTTP 422: invalid: #, #) of #, phone #, #, # has no insurance");
  }
  const std::string bytes = contents(path) + contents(path + "-wal");
  CHECK(bytes.find("has no insurance") != std::string::npos);
  for (const char* told :
       {"XIAOFANG", "Xiaofang", "wang", "Wang", "1990-05-17", "17.05.1990", "5/17/90", "19900517",
        "17 May", "138-0013", "13800138000", "card-55", "BK47117"})
    CHECK_MESSAGE(bytes.find(told) == std::string::npos, told);
}

TEST_CASE("outbox: a long reason is cut once the patient is out of it") {
  auto ledger = memory_ledger();
  auto check_in = sample_check_in("a1");
  check_in.person.name = "Xiaofang Wang";
  commit(*ledger, check_in);
  REQUIRE(ledger->refused(outbox_id(*ledger, "a1"), std::string(296, '-') + "Xiaofang and so on",
                          morning().instant));
  CHECK(ledger->refused_arrivals().value().at(0).reason == std::string(296, '-') + "# an");
}

TEST_CASE("outbox: of a patient whose record is gone the server's words are not kept") {
  const Folder folder;
  const auto path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    commit(*ledger, sample_check_in("a1"));
  }
  {
    auto file = Database::open({path, ""}).value();
    REQUIRE(file.run("DELETE FROM check_in"));
    file.disconnect(Database::Close::checkpoint);
  }
  auto ledger = opened(arguments(path));
  const auto id = outbox_id(*ledger, "a1");
  REQUIRE(ledger->refused(id, "HTTP 422: invalid: Xiaofang Wang", morning().instant));
  CHECK(ledger->refused_arrivals().value().at(0).reason == "HTTP 422");
}

TEST_CASE("outbox: what a server acknowledged and then forgot is on the staff's list") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit("a1"), sample_visit("a2")});
  for (const auto* id : {"a1", "a2"}) {
    commit(*ledger, sample_check_in(id));
    REQUIRE(ledger->acknowledged(outbox_id(*ledger, id), "e1", morning().instant));
  }
  ledger->set_now(at(morning().instant + 5min));
  put(*ledger, {sample_visit("a1")});  // may have been asked before
  CHECK(ledger->status(morning().instant).value().refused == 0);
  ledger->set_now(at(morning().instant + 11min));
  auto arrived = sample_visit("a2");
  arrived.appointment.status = domain::AppointmentStatus::arrived;
  put(*ledger, {sample_visit("a1"), arrived});
  const auto list = ledger->refused_arrivals().value();
  REQUIRE(list.size() == 1);
  CHECK(list[0].message.appointment_id == "a1");
  CHECK(list[0].reason.find("not arrived again") != std::string::npos);
  put(*ledger, {sample_visit("a1")});
  CHECK(ledger->refused_arrivals().value().size() == 1);
}

TEST_CASE(
    "outbox: a later arrival in the place of one that was acknowledged says it was forgotten") {
  auto ledger = memory_ledger();
  const auto now = morning().instant;
  const auto shown = [&](const std::string& id, const std::string& nonce, Instant confirmed) {
    auto visit = sample_visit(id);
    visit.appointment.status = domain::AppointmentStatus::arrived;
    visit.arrival = domain::Arrival{"e2", id, nonce, "K2-001", "t2", confirmed};
    return visit;
  };
  for (const auto* id : {"a1", "a2", "a3", "a4"}) {
    commit(*ledger, sample_check_in(id));
    REQUIRE(ledger->acknowledged(outbox_id(*ledger, id), "e1", now));
  }
  auto half = shown("a4", "nonce-a4", now);  // the Encounter is there, its Appointment open
  half.appointment.status = domain::AppointmentStatus::booked;
  const std::vector<domain::Visit> all{shown("a1", "other", now + 1min),
                                       shown("a2", "other", now - 1min),
                                       shown("a3", "nonce-a3", now + 1min), half};
  ledger->set_now(at(now + 5min));
  put(*ledger, all);
  CHECK(ledger->refused_arrivals().value().empty());
  CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
  ledger->set_now(at(now + 11min));
  put(*ledger, all);
  const auto list = ledger->refused_arrivals().value();
  REQUIRE(list.size() == 2);
  CHECK(list[0].message.appointment_id == "a1");
  CHECK(list[1].message.appointment_id == "a4");
  CHECK(ledger->visit("a1").value()->arrival->number == "K2-001");
}

TEST_CASE("outbox: what was acknowledged is told again where several arrivals stand") {
  auto ledger = memory_ledger();
  const Instant now = morning().instant;
  commit(*ledger, sample_check_in("a1"));
  commit(*ledger, sample_check_in("a2"));
  const auto first = outbox_id(*ledger, "a1");
  CHECK_FALSE(ledger->settle_again("a1", "").value());  // it waits to be told anyway
  REQUIRE(ledger->acknowledged(first, "e1", now));
  CHECK_FALSE(ledger->settle_again("a1", "another's").value());
  CHECK_FALSE(ledger->settle_again("a7", "").value());
  CHECK(ledger->due(now, 10).value().size() == 1);
  CHECK(ledger->settle_again("a1", "nonce-a1").value());
  const auto due = ledger->due(now, 10).value();
  REQUIRE(due.size() == 2);
  CHECK(due[0].id == first);
  REQUIRE(ledger->acknowledged(first, "e2", now));
  CHECK(ledger->settle_again("a1", "").value());
}

TEST_CASE("outbox: whose appointment is gone after its arrival was acknowledged is on the list") {
  auto ledger = memory_ledger();
  const std::vector<std::string> gone{"a1", "a2"};
  put(*ledger, {sample_visit("a1"), sample_visit("a2")});
  commit(*ledger, sample_check_in("a1"));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  CHECK(ledger->told_ids(day(21).start).value() == std::vector<std::string>{"a1"});
  CHECK(ledger->told_ids(day(22).start).value().empty());
  ledger->set_now(at(morning().instant + 5min));
  REQUIRE(ledger->forget(gone));
  CHECK(ledger->refused_arrivals().value().empty());
  ledger->set_now(at(morning().instant + 11min));
  REQUIRE(ledger->forget(gone));
  const auto list = ledger->refused_arrivals().value();
  REQUIRE(list.size() == 1);
  CHECK(list[0].reason.find("no longer holds the appointment") != std::string::npos);
  CHECK(ledger->told_ids(day(21).start).value().empty());
}

TEST_CASE("outbox: what a server forgot may be of an appointment that is no longer kept") {
  auto ledger = memory_ledger();
  auto late = sample_visit("a1");
  late.appointment.start = day(20).end - 5min;
  commit(*ledger, sample_check_in(late));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  ledger->set_now(at(morning().instant + 11min));
  put(*ledger, {late});
  CHECK(ledger->status(morning().instant).value().appointments == 0);
  CHECK(ledger->refused_arrivals().value().size() == 1);
}

TEST_CASE("outbox: what a server forgot of an earlier day is over") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit("a1")});
  commit(*ledger, sample_check_in("a1"));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  ledger->set_now(at(day(22).start + 9h));
  auto moved = sample_visit("a1");
  moved.appointment.start += 24h;
  REQUIRE(ledger->store_page({{sample_person()}, {moved}}, day(22).start, day(23).end));
  CHECK(ledger->refused_arrivals().value().empty());
}

TEST_CASE("outbox: a check-in is unacknowledged from its third minute until the server holds it") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  const Instant now = morning().instant;
  CHECK(ledger->unacknowledged(now + 3min - 1ms).value().empty());
  CHECK(ledger->unacknowledged(now).value().empty());
  CHECK(ledger->unacknowledged(now - 1ms).value().size() == 1);  // its clock ran ahead
  CHECK(ledger->status(now - 1ms).value().unacknowledged == 1);
  CHECK_FALSE(ledger->status(now + 3min - 1ms).value().needs_attention());
  REQUIRE(ledger->unacknowledged(now + 3min).value().size() == 1);
  CHECK(ledger->status(now + 3min).value().unacknowledged == 1);
  CHECK(ledger->unacknowledged(now + 3min).value()[0].check_in->person == sample_person());
  const auto waiting = outbox_id(*ledger, "a1");
  REQUIRE(ledger->postpone(waiting, now, false, "HTTP 503"));
  REQUIRE(ledger->postpone(waiting, now, false, ""));  // who knows nothing changes nothing
  CHECK(ledger->unacknowledged(now + 3min).value()[0].reason == "HTTP 503");
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", now));
  CHECK(ledger->unacknowledged(now + 24h).value().empty());
  CHECK(ledger->status(now + 24h).value().outbox_pending == 0);
}

TEST_CASE(
    "outbox: steps of what is not pending are refused; an acknowledgement settles a refusal") {
  auto ledger = memory_ledger();
  const Instant now = morning().instant;
  CHECK(ledger->sending(1, now).error().code == "wrong_state");
  commit(*ledger, sample_check_in("a1"));
  const auto id = outbox_id(*ledger, "a1");
  REQUIRE(ledger->refused(id, "no", now));
  CHECK(ledger->sending(id, now).error().code == "wrong_state");
  CHECK(ledger->postpone(id, now, false, "").error().code == "wrong_state");
  REQUIRE(ledger->acknowledged(id, "e1", now));
  CHECK(ledger->refused(id, "no", now).error().code == "wrong_state");
  CHECK(ledger->refused_arrivals().value().empty());
}

TEST_CASE("outbox: a ledger knows the nonces that it gave") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  CHECK(ledger->issued_nonce("nonce-a1").value());
  CHECK_FALSE(ledger->issued_nonce("nonce-a2").value());
}

namespace {

void see_number(Ledger& ledger, const std::string& id, const std::string& number,
                const std::string& nonce) {
  domain::Visit visit = sample_visit(id);
  visit.arrival = domain::Arrival{"e", id, nonce, number, "t-" + id, morning().instant};
  put(ledger, {visit});
}

}  // namespace

TEST_CASE("own code: a number of our series that we did not give stops the series and is told") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  see_number(*ledger, "a1", "K1-001", "nonce-a1");
  see_number(*ledger, "a2", "K2-002", "n2");
  CHECK_FALSE(ledger->status(morning().instant).value().own_code_elsewhere);
  see_number(*ledger, "a3", "K1-007", "n3");
  CHECK(ledger->status(morning().instant).value().own_code_elsewhere);
  CHECK(ledger->commit_check_in(sample_check_in("a4")).error().code == "code_in_use");
  CHECK(ledger->status(morning().instant).value().check_ins == 1);
  domain::CheckIn own = sample_check_in("a5");
  own.own_number = "12";
  CHECK(commit(*ledger, own).number == "12");
}

TEST_CASE("own code: tickets that were erased on a wrong day are known when it comes again") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  REQUIRE(ledger->erase_old(at(day(23).start + 9h), {day(23).start, day(24).end}));
  REQUIRE(ledger->status(morning().instant).value().check_ins == 0);
  CHECK(ledger->issued_nonce("nonce-a1").value());
  CHECK_FALSE(ledger->given_elsewhere("K1-001", "nonce-a1").value());
  see_number(*ledger, "a1", "K1-001", "nonce-a1");
  CHECK_FALSE(ledger->status(morning().instant).value().own_code_elsewhere);
  CHECK(commit(*ledger, sample_check_in("a2")).number == "K1-002");
  CHECK(ledger->given_elsewhere("K1-001", "nonce-z").value());
}

TEST_CASE("own code: a ticket that is seen again and again is written down once") {
  const Folder folder;
  auto ledger = opened(arguments(folder.file("ledger.db")));
  const auto log_bytes = [&] { return std::filesystem::file_size(folder.file("ledger.db-wal")); };
  for (const char* number : {"K1-031", "K1B-002"}) {
    CHECK_FALSE(ledger->given_elsewhere(number, "n1").value());
    const auto written = log_bytes();
    CHECK_FALSE(ledger->given_elsewhere(number, "n1").value());
    CHECK(log_bytes() == written);
  }
  commit(*ledger, sample_check_in("a3"));
  CHECK(ledger->given_elsewhere("K1C-009", "n2").value());
  const auto written = log_bytes();
  CHECK(ledger->given_elsewhere("K1C-009", "n2").value());
  CHECK(log_bytes() == written);
}

TEST_CASE("own code: a machine set up anew goes on with the next incarnation by itself") {
  auto ledger = memory_ledger();
  see_number(*ledger, "a1", "K1-031", "n1");
  see_number(*ledger, "a2", "K1B-002", "n2");
  CHECK_FALSE(ledger->status(morning().instant).value().own_code_elsewhere);
  CHECK(commit(*ledger, sample_check_in("a3")).number == "K1C-001");
}
