#include <doctest/doctest.h>

#include "kiosk/sync/fhir_time.h"
#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::DemoPerson;
using emulators::HospitalOptions;

namespace {

constexpr const char* citizen = "urn:oid:2.16.840.1.113883.2.3.4.1";

struct Case {
  explicit Case(HospitalOptions options = {})
      : hospital(small_hospital(options)), bench(hospital, emulators::hospital_profile(base_url)) {
    bench.run();
    bench.sent.clear();
  }

  const DemoPerson& who(const char* story) const { return hospital.demo_person(story); }
  std::vector<domain::PersonVisits> by_number(const char* story) {
    return people({domain::PersonCode{{citizen, who(story).number}}});
  }
  std::vector<domain::PersonVisits> people(const LookUpKey& key) {
    const auto answer = bench.look_up(key);
    REQUIRE(std::holds_alternative<std::vector<domain::PersonVisits>>(answer.result));
    return std::get<std::vector<domain::PersonVisits>>(answer.result);
  }
  domain::Visit only_visit(const char* story) {
    const auto found = by_number(story);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].visits.size() == 1);
    return found[0].visits[0];
  }

  emulators::Hospital hospital;
  SyncBench bench;
};

}  // namespace

TEST_CASE("look up: an ID card's number finds the person, the visit and all names") {
  Case c;
  const auto found = c.by_number("one_booked");
  REQUIRE(found.size() == 1);
  CHECK(found[0].freshness == domain::Freshness::server);
  CHECK(found[0].person.name == "王小芳");
  CHECK(found[0].person.birth_date == domain::Date{1986, 4, 12});
  REQUIRE(found[0].visits.size() == 1);
  const auto& appointment = found[0].visits[0].appointment;
  CHECK(appointment.clinic_name == "皮肤科 Dermatology");
  CHECK(appointment.clinic_id == "derma");
  CHECK(appointment.doctor_name == "周敏 Zhou Min");
  CHECK(appointment.doctor_title == "主任医师");
  CHECK(appointment.place_name == "门诊楼2层203室 Room 203");
  CHECK(appointment.site_id == "main");
  CHECK(appointment.booking_number == c.who("one_booked").booking);
  CHECK(appointment.start == morning() + Minutes(20));
  CHECK(appointment.status == domain::AppointmentStatus::booked);
  CHECK(!found[0].visits[0].arrival);
  CHECK(c.bench.store.visits.at(appointment.id) == found[0].visits[0]);
}

TEST_CASE("look up: no identity ever stands in a URL") {
  Case c;
  c.by_number("one_booked");
  for (const auto& request : c.bench.sent)
    CHECK(request.url.find(c.who("one_booked").number) == std::string::npos);
}

TEST_CASE("look up: a doctor behind a PractitionerRole is named in two steps") {
  Case c;
  const auto visit = c.only_visit("by_booking");
  CHECK(visit.appointment.doctor_name == "陈𠮷 Chen Ji");
  CHECK(visit.appointment.doctor_title == "副主任医师");
  CHECK(visit.appointment.clinic_name == "内科 Internal Medicine");
}

TEST_CASE("look up: a server without includes or Encounter search still gives all names") {
  HospitalOptions options;
  options.includes = HospitalOptions::Can::no;
  Case c(options);
  const auto visit = c.only_visit("one_booked");
  CHECK(visit.appointment.clinic_name == "皮肤科 Dermatology");
  CHECK(visit.appointment.place_name == "门诊楼2层203室 Room 203");
  CHECK(c.bench.store.visits.size() > 10);  // the day came as well
}

TEST_CASE("look up: nobody is an answer, not an error") {
  Case c;
  CHECK(c.people({domain::PersonCode{{citizen, "990000198604129999"}}}).empty());
  CHECK(c.people({domain::PersonCode{{citizen, "*"}}}).empty());
  CHECK(c.people({domain::PersonCode{{citizen, "1,2|3$4\\5"}}}).empty());
  CHECK(c.by_number("no_appointment").at(0).visits.empty());
}

TEST_CASE("look up: two people with one number are told apart by nobody") {
  Case c;
  c.hospital.put(R"({"resourceType":"Patient","id":"twin","identifier":[{"system":")" +
                     std::string(citizen) + R"(","value":")" + c.who("one_booked").number +
                     R"("}]})",
                 morning());
  const auto found = c.by_number("one_booked");
  REQUIRE(found.size() == 2);
  CHECK(found[0].visits.empty());
  CHECK(found[0].person.name.empty());
}

TEST_CASE("look up: a number's check letter may be stored in lower case") {
  Case c;
  c.hospital.put(R"({"resourceType":"Patient","id":"lower","name":[{"text":"张三"}],
    "identifier":[{"system":")" +
                     std::string(citizen) + R"(","value":"11010519491231002x"}]})",
                 morning());
  const auto found = c.people(domain::PersonCode{{citizen, "11010519491231002X"}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "lower");
}

TEST_CASE("look up: an answer that says that it failed finds nobody for nobody") {
  for (const char* severity : {"error", "fatal", "warning"}) {
    CAPTURE(severity);
    Case c;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!r.url.ends_with("/Patient/_search")) return std::nullopt;
      return status(r, 200,
                    R"({"resourceType":"Bundle","type":"searchset","total":0,"entry":[{"resource":
        {"resourceType":"OperationOutcome","issue":[{"code":"timeout","severity":")" +
                        std::string(severity) + R"("}]},"search":{"mode":"outcome"}}]})");
    };
    const auto answer = c.bench.look_up(domain::PersonCode{{citizen, c.who("one_booked").number}});
    const bool failed = std::holds_alternative<Error>(answer.result);
    CHECK(failed == (std::string(severity) != "warning"));
  }
}

TEST_CASE("look up: nobody is offered the visit of another whom the answer brings") {
  for (const char* type : {"Patient", "Flag", "Encounter"}) {
    CAPTURE(type);
    Case c;
    c.bench.settings.profile.flag_marks_system = "urn:test:marks";
    c.bench.restart(c.bench.settings);
    const auto stranger = c.who("late").appointments.at(0);
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!r.url.ends_with(std::string("/") + type + "/_search")) return std::nullopt;
      auto result = c.hospital.answer(r, c.bench.now.instant);
      auto& body = std::get<HttpResponse>(result.outcome).body;
      const auto entry = body.find("\"entry\":[");
      const std::string more = R"({"resource":)" + c.hospital.read("Appointment/" + stranger) + "}";
      if (entry == body.npos)
        body.insert(body.rfind('}'), ",\"entry\":[" + more + "]");
      else
        body.insert(entry + 9, more + (body[entry + 9] == ']' ? "" : ","));
      return result;
    };
    const auto found = c.by_number("one_booked");
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].visits.size() == 1);
    CHECK(found[0].visits[0].appointment.id == c.who("one_booked").appointments.at(0));
  }
}

TEST_CASE("look up: a merged record leads to the one that stays, with the visits of both") {
  Case c;
  const auto found = c.by_number("merged");
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "p-kept");
  CHECK(found[0].visits.size() == 2);
  c.hospital.put(R"({"resourceType":"Patient","id":"p-kept","active":false,"link":[
    {"type":"replaced-by","other":{"reference":"Patient/p-merged"}}]})",
                 morning());
  const auto circle = c.bench.look_up(domain::PersonCode{{citizen, c.who("merged").number}});
  CHECK(std::holds_alternative<Error>(circle.result));
}

TEST_CASE("look up: restricted, deceased and inactive records show no visit") {
  Case c;
  const std::pair<const char*, domain::Standing> cases[] = {
      {"restricted", domain::Standing::restricted},
      {"deceased", domain::Standing::deceased},
      {"inactive", domain::Standing::inactive}};
  for (const auto& [story, standing] : cases) {
    const auto found = c.by_number(story);
    REQUIRE(found.size() == 1);
    CHECK(found[0].person.standing == standing);
    CHECK(found[0].visits.empty());
  }
  CHECK(c.by_number("restricted")[0].person.name.empty());
}

TEST_CASE("look up: every status and oddity is read for what it is") {
  Case c;
  using domain::AppointmentStatus;
  CHECK(c.only_visit("waitlist").appointment.status == AppointmentStatus::waitlist);
  CHECK(c.only_visit("pending").appointment.status == AppointmentStatus::pending);
  CHECK(c.only_visit("visit_over").appointment.status == AppointmentStatus::fulfilled);
  CHECK(c.only_visit("noshow").appointment.status == AppointmentStatus::noshow);
  CHECK(c.only_visit("cancelled_by_patient").appointment.cancelled_by ==
        domain::CancelledBy::patient);
  const auto suspended = c.only_visit("cancelled_by_hospital").appointment;
  CHECK(suspended.cancelled_by == domain::CancelledBy::hospital);
  CHECK(suspended.cancellation_reason == "医生停诊 Clinic suspended");
  CHECK(c.only_visit("video").appointment.modality == domain::Modality::video);
  CHECK(c.only_visit("desk_first").appointment.marks == std::vector<std::string>{"payment"});
  CHECK(c.only_visit("own_number").appointment.queue_number == "儿012");
  CHECK(c.only_visit("another_site").appointment.site_id == "east");
  CHECK(c.only_visit("another_day").appointment.start > morning() + Minutes(14 * 60));
  CHECK(c.by_number("several_today")[0].visits.size() == 3);
  const auto done = c.only_visit("already_checked_in");
  REQUIRE(done.arrival);
  CHECK(done.arrival->number == "K9-004");
}

TEST_CASE("look up: an appointment entered in error is as if it were not there") {
  Case c;
  c.hospital.set_status(c.who("one_booked").appointments[0], "entered-in-error", morning());
  CHECK(c.by_number("one_booked")[0].visits.empty());
}

TEST_CASE("look up: a mark can stand in a Flag of the patient") {
  Case c;
  c.hospital.put(R"({"resourceType":"Flag","id":"f1","status":"active",
    "subject":{"reference":"Patient/p-wang"},
    "code":{"coding":[{"system":"urn:kiosk:desk-first","code":"infection"}]}})",
                 morning());
  CHECK(c.only_visit("one_booked").appointment.marks == std::vector<std::string>{"infection"});
}

TEST_CASE("look up: a booking number finds its person with all visits") {
  Case c;
  const auto& who = c.who("several_today");
  const auto found = c.people({domain::BookingCode{{"urn:kiosk:booking", who.booking}}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "p-li");
  CHECK(found[0].visits.size() == 3);
  CHECK(c.people({domain::BookingCode{{"urn:kiosk:booking", "BK0"}}}).empty());
}

TEST_CASE("look up: a booking of a merged person leads to the one that stays") {
  Case c;
  const auto found =
      c.people({domain::BookingCode{{"urn:kiosk:booking", c.who("merged").booking}}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "p-kept");
}

TEST_CASE("look up: a ticket of today opens its visit only, one of yesterday nothing") {
  Case c;
  const domain::TicketCode ticket{"fedcba9876543210fedcba9876543210"};
  const auto found = c.people(ticket);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].visits.size() == 1);
  CHECK(found[0].visits[0].arrival->number == "K9-004");
  c.bench.now.instant += Minutes(24 * 60);
  CHECK(c.people(ticket).empty());
}

TEST_CASE("look up: a ticket opens its visit though its patient's record was merged since") {
  Case c;
  const auto visit = c.who("already_checked_in").appointments[0];
  c.hospital.merge_patient(visit, c.bench.now.instant);
  auto found = c.people(domain::TicketCode{"fedcba9876543210fedcba9876543210"});
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].visits.size() == 1);
  CHECK(found[0].visits[0].appointment.id == visit);

  // Where the appointment stays with the record that was replaced, too.
  c.hospital.check_in_elsewhere(c.who("merged").appointments[0], "abc", "K9-009",
                                c.bench.now.instant);
  found = c.people(domain::TicketCode{"token-of-abc"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "p-kept");
  REQUIRE(found[0].visits.size() == 1);
  CHECK(found[0].visits[0].arrival->number == "K9-009");
}

TEST_CASE("look up: birth date and four digits find exactly one or nobody") {
  Case c;
  const auto& who = c.who("one_booked");
  const auto four = who.phone.substr(who.phone.size() - 4);
  const auto found = c.people(domain::BirthDateAndDigits{who.birth_date, four});
  REQUIRE(found.size() == 1);
  CHECK(found[0].person.id == "p-wang");
  CHECK(c.people(domain::BirthDateAndDigits{who.birth_date, "0000"}).empty());
  CHECK(c.people(domain::BirthDateAndDigits{{1986, 4, 13}, four}).empty());
  c.hospital.put(R"({"resourceType":"Patient","id":"twin","birthDate":"1986-04-12","telecom":[
    {"system":"phone","value":"+86 555 )" +
                     four + R"("}]})",
                 morning());
  CHECK(c.people(domain::BirthDateAndDigits{who.birth_date, four}).empty());
}

TEST_CASE("look up: without the server nothing is said, and in time") {
  Case c;
  c.bench.intercept = [](const HttpRequest& r) -> std::optional<HttpResult> {
    return failure(r, HttpFailureKind::not_connected);
  };
  const auto answer = c.bench.look_up(domain::PersonCode{{citizen, c.who("one_booked").number}});
  CHECK(std::holds_alternative<Error>(answer.result));

  c.bench.answers.clear();
  const auto out = c.bench.engine->step(
      c.bench.now, {LookUp{RequestId{77}, domain::PersonCode{{citizen, "1"}}}});
  CHECK(out.answers.empty());
  REQUIRE(out.wake);
  CHECK(*out.wake <= c.bench.now.instant + c.bench.settings.profile.look_up_timeout);
  const auto late = c.bench.engine->step(
      {c.bench.now.instant + c.bench.settings.profile.look_up_timeout, ClockTrust::server}, {});
  REQUIRE(late.answers.size() == 1);
  CHECK(std::get<LookUpAnswer>(late.answers[0]).request == RequestId{77});
}

TEST_CASE("fresh read: gives the visit with the ETag as received, and the store has it too") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  c.hospital.set_status(id, "arrived", morning());
  const auto visit = std::get<domain::Visit>(c.bench.read_fresh(id).result);
  CHECK(visit.appointment.status == domain::AppointmentStatus::arrived);
  CHECK(visit.appointment.version == "2");
  CHECK(visit.appointment.etag == "W/\"2\"");
  CHECK(visit.appointment.clinic_name == "皮肤科 Dermatology");
  REQUIRE(visit.arrival);
  CHECK(visit.arrival->number.empty());
  CHECK(c.bench.store.visits.at(id).appointment.version == "2");
  for (const auto& request : c.bench.sent)
    CHECK(header(request.headers, "Cache-Control") == "no-cache");
}

TEST_CASE("fresh read: what is gone is said and forgotten; what is late is given up in time") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  c.hospital.remove("Appointment/" + id, morning());
  CHECK(std::holds_alternative<AppointmentGone>(c.bench.read_fresh(id).result));
  CHECK(!c.bench.store.visits.contains(id));

  c.bench.engine->step(c.bench.now, {ReadFresh{RequestId{9}, id, Milliseconds(1'500)}});
  const auto out =
      c.bench.engine->step({c.bench.now.instant + Milliseconds(1'500), ClockTrust::server}, {});
  REQUIRE(out.answers.size() == 1);
  CHECK(std::holds_alternative<Error>(std::get<FreshAnswer>(out.answers[0]).result));
}

TEST_CASE("own code: a number of our series that we never gave is told once") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  c.hospital.check_in_elsewhere(id, nonce_of('e'), "K1-099", morning());
  c.only_visit("one_booked");
  c.bench.read_fresh(id);
  REQUIRE(c.bench.alerts.size() == 1);
  CHECK(c.bench.alerts[0].kind == AlertKind::own_code_seen);

  Case other;
  other.hospital.check_in_elsewhere(id, nonce_of('e'), "K12-099", morning());
  other.only_visit("one_booked");
  CHECK(other.bench.alerts.empty());
}

TEST_CASE("fresh read: who has arrived at the same place for the same doctor is counted") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  const auto ask = [&](const std::string& location, const std::string& doctor) {
    ReadFresh read{RequestId{77}, id, Milliseconds(1'500), location, doctor};
    c.bench.answers.clear();
    c.bench.run({read});
    REQUIRE(c.bench.answers.size() == 1);
    return std::get<FreshAnswer>(c.bench.answers.front());
  };
  const auto visit = std::get<domain::Visit>(c.bench.read_fresh(id).result);
  const auto& place = visit.appointment.location_id;
  REQUIRE_FALSE(place.empty());
  CHECK(ask(place, "").waiting.people_ahead == 0);
  const auto waiting = [](const std::string& encounter, const std::string& at) {
    return R"({"resourceType":"Encounter","id":")" + encounter +
           R"(","status":"arrived","class":{"code":"AMB"},"location":[{"location":{"reference":")" +
           at + R"("}}],"period":{"start":")" + format_utc(morning() - Minutes(5)) + R"("}})";
  };
  c.hospital.put(waiting("w1", "Location/" + place), morning());
  c.hospital.put(waiting("w2", "Location/" + place), morning());
  c.hospital.put(waiting("w3", "Location/elsewhere"), morning());
  const auto counted = ask(place, "");
  CHECK(counted.waiting.people_ahead == 2);
  CHECK(std::holds_alternative<domain::Visit>(counted.result));
  CHECK(ask(place, "another-doctor").waiting.people_ahead == 0);
  CHECK_FALSE(ask("", "").waiting.people_ahead.has_value());
}

TEST_CASE(
    "fresh read: how long others waited there is told from ten on, and read anew after 5 minutes") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  const auto ask = [&] {
    c.bench.answers.clear();
    c.bench.run({ReadFresh{RequestId{77}, id, Milliseconds(1'500), "room-internal", ""}});
    REQUIRE(c.bench.answers.size() == 1);
    return std::get<FreshAnswer>(c.bench.answers.front()).waiting.range;
  };
  c.hospital.call_patients("room-internal", {20, 20, 20, 20, 20, 20, 30, 30, 40}, morning());
  CHECK_FALSE(ask().has_value());
  c.hospital.call_patients("room-internal", {33}, morning());
  c.hospital.call_patients("room-eye", {300, 300, 300}, morning());
  CHECK_FALSE(ask().has_value());  // what was read is good for 5 minutes
  c.bench.pass(Minutes(5));
  CHECK(ask() == domain::WaitRange{Minutes(20), Minutes(35)});
}

TEST_CASE("fresh read: a server that refuses to count loses nothing and is asked once") {
  Case c;
  const auto id = c.who("one_booked").appointments[0];
  int asked = 0;
  c.bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    if (request.body.find("_summary=count") == std::string::npos) return std::nullopt;
    ++asked;
    return HttpResult{request.id, HttpResponse{400, {}, "{}"}, Milliseconds(1)};
  };
  for (int i = 0; i < 2; ++i) {
    c.bench.answers.clear();
    c.bench.run({ReadFresh{RequestId{80U + unsigned(i)}, id, Milliseconds(1'500), "room", ""}});
    REQUIRE(c.bench.answers.size() == 1);
    const auto& answer = std::get<FreshAnswer>(c.bench.answers.front());
    CHECK(std::holds_alternative<domain::Visit>(answer.result));
    CHECK_FALSE(answer.waiting.people_ahead.has_value());
  }
  CHECK(asked == 1);
}
