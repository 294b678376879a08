#include <doctest/doctest.h>

#include "kiosk/sync/assemble.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/url.h"

using namespace kiosk;
using namespace kiosk::sync;

TEST_CASE("time: offsets and fractions give exact instants") {
  const auto noon = *parse_instant("2026-11-21T12:00:00Z");
  CHECK(*parse_instant("2026-11-21T20:00:00+08:00") == noon);
  CHECK(*parse_instant("2026-11-21T06:30:00.000-05:30") == noon);
  CHECK(*parse_instant("2026-11-21T12:00:00.1Z") == noon + Milliseconds(100));
  CHECK(*parse_instant("2026-11-21T12:00:00.1239999Z") == noon + Milliseconds(123));
  CHECK(*parse_instant("2026-11-21T12:00Z") == noon);
  CHECK(*parse_instant("2026-11-21T11:59:60Z") == noon);
  CHECK(to_ms(*parse_instant("1970-01-01T00:00:00Z")) == 0);
}

TEST_CASE("time: what is no instant is none") {
  for (const auto* text :
       {"", "2026-11-21", "2026-11-21T12:00:00", "2026-02-30T12:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:00.Z", "2026-11-21T12:00:00+8:00", "2026-11-21T12:00:00+15:00",
        "2026-11-21T12:00:00Z ", "2026-11-21t12:00:00z", "x026-11-21T12:00:00Z"})
    CHECK(!parse_instant(text));
}

TEST_CASE("time: a Date header of the two older forms is read too") {
  const auto date = *parse_instant("1994-11-06T08:49:37Z");
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == date);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == date);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == date);
  CHECK(parse_http_date("Saturday, 21-Nov-26 01:40:00 GMT") ==
        parse_instant("2026-11-21T01:40:00Z"));
  CHECK(parse_http_date("Sat Nov 21 01:40:00 2026") == parse_instant("2026-11-21T01:40:00Z"));
  for (const auto* text :
       {"", "Sun", "Sun ", ", 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov 94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov  6 08:49:37 94",
        "Mon Feb 30 08:49:37 1994", "Sun Nix  6 08:49:37 1994", "Sun, 06 Nov 94 08:49:37 GMT"})
    CHECK(!parse_http_date(text));
}

TEST_CASE("time: the Date header is read, the zone's offset is written") {
  CHECK(*parse_http_date("Sat, 21 Nov 2026 01:40:00 GMT") ==
        *parse_instant("2026-11-21T09:40:00+08:00"));
  CHECK(!parse_http_date("Sat, 21 Nov 2026 01:40:00 CET"));
  const domain::Zone zone = {{Instant{}, Minutes(60)},
                             {*parse_instant("2026-03-29T01:00:00Z"), Minutes(120)},
                             {*parse_instant("2026-10-25T01:00:00Z"), Minutes(60)}};
  CHECK(format_instant(zone, *parse_instant("2026-07-01T00:00:00.005Z")) ==
        "2026-07-01T02:00:00.005+02:00");
  CHECK(format_instant(zone, *parse_instant("2026-11-21T00:00:00Z")) ==
        "2026-11-21T01:00:00.000+01:00");
  CHECK(format_instant({{Instant{}, Minutes(-210)}}, *parse_instant("2026-11-21T00:00:00Z")) ==
        "2026-11-20T20:30:00.000-03:30");
}

TEST_CASE("url: only loopback may be plain, page links stay with their server") {
  CHECK(check_allowed("https://hospital.example/fhir"));
  CHECK(check_allowed("http://127.0.0.1:8080/fhir"));
  CHECK(check_allowed("http://[::1]/fhir"));
  CHECK(check_allowed("http://localhost/fhir"));
  for (const auto* url : {"http://hospital.example", "http://127.0.0.1.evil.example", "ftp://x",
                          "https://user@x/", "https://", "x", "https://a:99999/"})
    CHECK(!check_allowed(url));
  const std::string base = "https://h.example/r4/fhir";
  CHECK(*resolve_link(base, "https://h.example:443/r4?p=2") == "https://h.example:443/r4?p=2");
  CHECK(!resolve_link(base, "https://h.example/r4?p=2\r\nHost: elsewhere"));
  CHECK(!resolve_link(base, "?p=a b"));
  CHECK(*resolve_link(base, "?p=2") == "https://h.example/r4/fhir?p=2");
  CHECK(*resolve_link(base, "/x?p=2") == "https://h.example/x?p=2");
  CHECK(*resolve_link(base, "Appointment?p=2") == "https://h.example/r4/fhir/Appointment?p=2");
  CHECK(!resolve_link(base, "https://other.example/r4?p=2"));
  CHECK(!resolve_link(base, "//other.example/r4?p=2"));
  CHECK(!resolve_link(base, "http://h.example/r4?p=2"));
  CHECK(form_body({{"a", "1+2&3"}, {"b", "王"}}) == "a=1%2B2%263&b=%E7%8E%8B");
}

TEST_CASE("fhir: a searchset is read with its includes, whatever order they have") {
  const auto reading = read_fhir(R"({"resourceType":"Bundle","type":"searchset","future":{"x":[1]},
    "meta":{"lastUpdated":"2026-11-21T01:40:00.5Z"},
    "link":[{"relation":"self","url":"a"},{"relation":"next","url":"b?x=1"}],
    "entry":[
     {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Location","id":"l","name":"2F",
       "partOf":{"reference":"Location/campus"}}},
     {"resource":{"resourceType":"Appointment","id":"a","status":"checked-in",
       "meta":{"versionId":"7","lastUpdated":"2026-11-21T01:00:00Z"},
       "start":"2026-11-21T10:00:00+08:00","end":"2026-11-21T09:00:00+08:00",
       "participant":[{"actor":{"reference":"http://h/fhir/Patient/p/_history/3"}},
                      {"actor":{"reference":"urn:uuid:1"}},{"actor":{"display":"x"}},{}]}},
     {"resource":{"resourceType":"Patient","id":"p","name":[{"use":"old","text":"旧"},
       {"family":"王","given":["芳"]}],"birthDate":"1986-04",
       "telecom":[{"system":"phone","value":"+86 (139) 1234-5678"},

                  {"system":"email","value":"1@x"}],
       "deceasedDateTime":"2020-01-01"}},
     {"resource":{"resourceType":"Observation","id":"o"}}]})");
  REQUIRE(reading);
  CHECK(reading->next == "b?x=1");
  CHECK(*reading->last_updated == *parse_instant("2026-11-21T01:40:00.5Z"));
  CHECK(reading->skipped == 0);
  REQUIRE(reading->appointments.size() == 1);
  const auto& row = reading->appointments[0];
  CHECK(row.status == domain::AppointmentStatus::checked_in);
  CHECK(row.end == row.start);
  CHECK(row.participants[0].reference == "Patient/p");
  CHECK(row.participants[1].reference == "Location/l");
  const auto& patient = reading->patients[0];
  CHECK(patient.name == "王芳");
  CHECK(!patient.birth_date);
  CHECK(patient.phones == std::vector<std::string>{"8613912345678"});
  CHECK(patient.deceased);
  Directory directory;
  directory.add(reading->directory);
  SiteProfile profile;
  profile.campus = CampusPlace::part_of;
  const auto visit = sync::visit(row, {}, profile, directory);
  CHECK(visit.appointment.place_name == "2F");
  CHECK(visit.appointment.site_id == "campus");
  CHECK(visit.appointment.version == "7");
}

TEST_CASE("fhir: a server goes by the name that it is asked under, whatever its fullUrls say") {
  const std::string text = R"({"resourceType":"Bundle","type":"searchset","entry":[
    {"fullUrl":"http://inside:8080/fhir/Appointment/a","search":{"mode":"match"},
     "resource":{"resourceType":"Appointment","id":"a","status":"booked",
       "start":"2026-11-21T10:00:00Z","participant":[
        {"actor":{"reference":"https://hospital.example/fhir/Patient/p"}}]}}]})";
  const auto patient = [&](const char* base_url) {
    return read_fhir(text, ServerNames(base_url))->appointments.at(0).participants[0].reference;
  };
  CHECK(patient("https://hospital.example/fhir") == "Patient/p");
  CHECK(patient("https://hospital.example/fhir/") == "Patient/p");
  CHECK(patient("https://Hospital.example:443/fhir") == "Patient/p");
  CHECK(patient("https://another.example/fhir").empty());
  const ServerNames more("https://another.example/fhir", {"https://hospital.example/fhir"});
  CHECK(read_fhir(text, more)->appointments[0].participants[0].reference == "Patient/p");
  CHECK_FALSE(more.is_elsewhere("https://third.example/fhir/Patient/p"));  // it has shown no name
  const auto shown = read_fhir(text, more)->names;
  CHECK(shown.is_elsewhere("https://third.example/fhir/Patient/p"));
  CHECK_FALSE(shown.is_elsewhere("Patient/p"));
  CHECK_FALSE(ServerNames().is_elsewhere("https://third.example/fhir/Patient/p"));
  const auto linked = read_fhir(
      R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"self",
       "url":"http://inside/fhir/Appointment/_search?date=x"}]})",
      ServerNames("https://another.example/fhir"));
  CHECK_FALSE(linked->names.is_elsewhere("https://inside/fhir/Patient/p"));
}

TEST_CASE("fhir: what another server holds is not taken for a resource of this one") {
  const auto reading = read_fhir(R"({"resourceType":"Bundle","type":"searchset","entry":[
    {"fullUrl":"http://inside:8080/fhir/Appointment/a","search":{"mode":"match"},
     "resource":{"resourceType":"Appointment","id":"a","status":"booked",
       "start":"2026-11-21T10:00:00Z","participant":[
        {"actor":{"reference":"https://other.example/fhir/Patient/p","display":"Somebody"}},
        {"actor":{"reference":"https://inside:8080/fhir/Location/l/_history/2"}},
        {"actor":{"reference":"Practitioner/d"}}]}},
    {"fullUrl":"https://other.example/fhir/Patient/p","search":{"mode":"include"},
     "resource":{"resourceType":"Patient","id":"p"}},
    {"fullUrl":"http://inside:8080/fhir/Patient/q","search":{"mode":"include"},
     "resource":{"resourceType":"Patient","id":"q"}}]})");
  REQUIRE(reading);
  CHECK(reading->skipped == 0);
  const auto& participants = reading->appointments.at(0).participants;
  CHECK(participants[0].reference.empty());
  CHECK(participants[1].reference ==
        "Location/l");  // TLS ends before the server: only it says http
  CHECK(participants[2].reference == "Practitioner/d");
  REQUIRE(reading->patients.size() == 1);
  CHECK(reading->patients[0].id == "q");
}

TEST_CASE("fhir: whoever bears hundreds of identifiers is known by the last one, too") {
  std::string identifiers, participants;
  for (int i = 0; i < 300; ++i) {
    identifiers += R"({"system":"urn:test","value":")" + std::to_string(i) + R"("},)";
    participants += R"({"actor":{"reference":"Device/)" + std::to_string(i) + R"("}},)";
  }
  const auto patient = read_fhir(R"({"resourceType":"Patient","id":"p","identifier":[)" +
                                 identifiers + R"({"system":"urn:card","value":"7"}]})");
  REQUIRE(patient);
  CHECK(patient->patients.at(0).identifiers.back().value == "7");
  const auto appointment = read_fhir(R"({"resourceType":"Appointment","id":"a","status":"booked",)"
                                     R"("start":"2026-11-21T10:00:00Z","participant":[)" +
                                     participants + R"({"actor":{"reference":"Patient/p"}}]})");
  REQUIRE(appointment);
  CHECK(appointment->appointments.at(0).participants.back().reference == "Patient/p");
}

TEST_CASE("fhir: a page's link may be longer than any text") {
  const std::string link = "https://hospital.example/fhir?ct=" + std::string(20'000, 'x');
  const auto page = read_fhir(R"({"resourceType":"Bundle","type":"searchset","link":[)"
                              R"({"relation":"next","url":")" +
                              link + R"("}]})");
  REQUIRE(page);
  CHECK(page->next == link);
}

TEST_CASE("fhir: extensions in extensions keep nobody's day out") {
  std::string deep = "{}";
  for (int i = 0; i < 100; ++i) deep = R"({"url":"x","extension":[)" + deep + "]}";
  const auto read = read_fhir(R"({"resourceType":"Patient","id":"p","extension":[)" + deep + "]}");
  REQUIRE(read);
  CHECK(read->patients.at(0).id == "p");
}

TEST_CASE("fhir: entries without what makes them usable are skipped, counted and named") {
  const auto reading = read_fhir(R"({"resourceType":"Bundle","entry":[
    {"resource":{"resourceType":"Appointment","id":"a","status":"booked"}},
    {"resource":{"resourceType":"Appointment","id":"a","start":"2026-11-21T10:00:00Z"}},
    {"resource":{"resourceType":"Appointment","status":"booked","start":"2026-11-21T10:00:00Z"}},
    {"resource":{"resourceType":"Appointment","id":7,"status":"booked"}},
    {"resource":{"resourceType":"Encounter","id":"e"}}, {}, {"resource":[]},
    {"resource":{"resourceType":"Patient","id":"fine"}}]})");
  REQUIRE(reading);
  CHECK(reading->skipped == 7);
  CHECK(reading->first_skipped == "Bundle.entry[0].resource.start: missing or no instant");
  CHECK(reading->appointments.empty());
  CHECK(reading->patients.size() == 1);
}

TEST_CASE("fhir: what is malformed is refused with the path") {
  const auto what = [](std::string_view json) {
    const auto reading = read_fhir(json);
    return reading ? std::string("read") : reading.error().what;
  };
  CHECK(what("{\"resourceType\":\"Bundle\"").starts_with("not JSON"));
  CHECK(what("{\"x\":\"\xff\"}").starts_with("not JSON"));
  CHECK(what("[]") == "the answer is no object");
  CHECK(what("{}") == "resourceType: missing");
  CHECK(what(R"({"resourceType":"Bundle","entry":{}})") == "Bundle.entry: not an array");
  std::string many = R"({"resourceType":"Bundle","entry":[{})";
  for (std::size_t i = 0; i < entries_max; ++i) many += ",{}";
  CHECK(what(many + "]}") == "Bundle.entry: too many entries");
  CHECK(what(R"({"resourceType":"Appointment","id":"a","status":"booked","start":"soon"})") ==
        "Appointment.start: missing or no instant");
  CHECK(what(std::string(100, '[')).starts_with("not JSON"));
}

TEST_CASE("fhir: operation outcomes and transaction answers are read") {
  const auto outcome = read_fhir(R"({"resourceType":"OperationOutcome","issue":[
    {"severity":"error","code":"conflict","details":{"text":"version is stale"}}]})");
  REQUIRE(outcome);
  REQUIRE(outcome->issues.size() == 1);
  CHECK(outcome->issues[0].text == "version is stale");
  const auto done = read_fhir(R"({"resourceType":"Bundle","type":"transaction-response",
      "entry":[
    {"response":{"status":"201 Created","location":"Encounter/17/_history/1",
                 "etag":"W/\"1\""}}]})");
  REQUIRE(done);
  REQUIRE(done->responses.size() == 1);
  CHECK(plain_reference(done->responses[0].location) == "Encounter/17");
}

TEST_CASE("fhir: references are made plain") {
  CHECK(plain_reference("Patient/7") == "Patient/7");
  CHECK(plain_reference("https://h/x/Patient/7/_history/2") == "Patient/7");
  for (const auto* none : {"", "Patient", "/7", "Patient/", "#c", "urn:uuid:1", "//"})
    CHECK(plain_reference(none).empty());
  CHECK(id_of("Patient/7", "Patient") == "7");
  CHECK(id_of("PatientX/7", "Patient").empty());
}

TEST_CASE("tickets: groups are told apart whatever the order inside them") {
  const IdentifierSystems s;
  EncounterRow row;
  row.identifiers = {{s.ticket_number, "K1-1"}, {s.ticket_token, "t1"}, {s.nonce, "n1"},
                     {"urn:his", "x"},          {s.nonce, "n2"},        {s.ticket_number, "K2-1"}};
  const auto found = tickets(row, s);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == TicketIds{"n1", "K1-1", "t1"});
  CHECK(found[1] == TicketIds{"n2", "K2-1", ""});
}

TEST_CASE("read: a byte order mark is passed over") {
  CHECK(read_fhir("\xEF\xBB\xBF{\"resourceType\":\"Bundle\"}"));
}

TEST_CASE("read: an answer that is not in JSON says what it is") {
  CHECK(read_fhir(" \r\n").error().what == "the answer is empty");
  CHECK(read_fhir("\n<!DOCTYPE html><html>").error().what == "the answer is XML or HTML, not JSON");
  CHECK(read_fhir("Bad Gateway").error().what.starts_with("not JSON: "));
}
