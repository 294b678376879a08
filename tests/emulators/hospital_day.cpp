#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/emulators/hospital_state.h"

// The day of the emulated hospital: who works where, the named people whose appointments tell one
// story each, and a crowd out of the seed. All people are invented; their region codes do not
// exist.
namespace emulators {
namespace {

using kiosk::Instant;
using kiosk::Minutes;
using kiosk::domain::Date;

/// SplitMix64: the same numbers on every compiler.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

  template <typename List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

struct Clinic {
  const char* id;
  const char* name;
  const char* doctor;
  const char* title;
  const char* place;
  const char* campus;
};

constexpr std::array<Clinic, 6> clinics = {{
    {"derma", "皮肤科 Dermatology", "周敏 Zhou Min", "主任医师", "门诊楼2层203室 Room 203", "main"},
    {"internal", "内科 Internal Medicine", "陈𠮷 Chen Ji", "副主任医师", "门诊楼1层108室 Room 108",
     "main"},
    {"eye", "眼科 Ophthalmology", "龙䶮 Long Yan", "主治医师", "门诊楼3层311室 Room 311", "main"},
    {"bones", "骨科 Orthopaedics", "Dr. Anna Weber", "Consultant", "门诊楼2层215室 Room 215",
     "main"},
    {"children", "儿科 Paediatrics", "古丽娜尔·阿不都拉", "主治医师", "儿科楼1层 Children's House",
     "main"},
    {"east-heart", "心内科 Cardiology", "吴建国 Wu Jianguo", "主任医师", "东院区4层 East Campus L4",
     "east"},
}};

constexpr std::array families = {"王", "李", "张", "刘",   "陈",   "杨", "赵",
                                 "黄", "周", "吴", "欧阳", "司马", "𠮷", "䶮"};
constexpr std::array givens = {"芳", "伟",   "小芳", "秀英", "敏",   "建国", "丽", "强",
                               "㛃", "𬱖", "子涵", "欣怡", "浩然", "雨桐", "𡸃"};
constexpr std::array foreign_names = {
    "SMITH JOHN",     "O\"NEIL ANN", "MÜLLER JÜRGEN", "KIM MINJI", "阿卜杜热合曼·买买提艾力",
    "迪丽热巴·艾尔肯"};

constexpr const char* citizen_system = "urn:oid:2.16.840.1.113883.2.3.4.1";

class Day {
 public:
  Day(Hospital::State& state, Instant now)
      : state_(state),
        now_(now),
        today_(kiosk::domain::day_of(state.options.zone, now)),
        made_at_(today_.start - Minutes(600)),
        dice_(state.options.seed) {}

  void make() {
    make_clinics();
    make_named();
    make_odd();
    for (int i = 0; i < state_.options.people; ++i) make_someone(i);
  }

 private:
  /// An instant around now that still lies in today.
  Instant near_now(int minutes) const {
    const auto rounded = std::chrono::floor<std::chrono::minutes>(now_);
    const auto on_grid = rounded - Minutes(rounded.time_since_epoch().count() % 5);
    const Instant wanted = on_grid + Minutes(minutes);
    return std::clamp(wanted, today_.start + Minutes(5), today_.end - Minutes(15));
  }

  void put(json resource) {
    const std::string type = resource.at("resourceType");
    const std::string id = resource.at("id");
    state_.put(type, id, std::move(resource), made_at_);
  }

  void make_clinics() {
    for (const auto* campus : {"main", "east"})
      put({{"resourceType", "Organization"}, {"id", campus}, {"name", campus}});
    for (const auto& one : clinics) {
      const std::string id = one.id;
      put({{"resourceType", "HealthcareService"}, {"id", id}, {"name", one.name}});
      put({{"resourceType", "Practitioner"},
           {"id", "dr-" + id},
           {"name", json::array({{{"text", one.doctor}}})},
           {"qualification", json::array({{{"code", {{"text", one.title}}}}})}});
      put({{"resourceType", "PractitionerRole"},
           {"id", "role-" + id},
           {"practitioner", {{"reference", "Practitioner/dr-" + id}}},
           {"healthcareService", json::array({{{"reference", "HealthcareService/" + id}}})},
           {"code", json::array({{{"text", one.title}}})}});
      put({{"resourceType", "Location"},
           {"id", "room-" + id},
           {"name", one.place},
           {"managingOrganization", {{"reference", std::string("Organization/") + one.campus}}}});
    }
  }

  std::string number_for(const Date& birth, const DemoPerson& person) {
    const int serial = 2 * (100 + static_cast<int>(state_.people.size()) + crowd_) +
                       (person.sex == "male" ? 1 : 0);
    const bool foreign = person.document == "foreign_permit";
    return with_check_character(fmt::format("{}{:04}{:02}{:02}{:03}", foreign ? "999840" : "990000",
                                            birth.year, birth.month, birth.day, serial % 1000));
  }

  DemoPerson person(const std::string& story, const std::string& id, const std::string& name,
                    const Date& birth, const char* sex, const char* document = "resident") {
    DemoPerson made;
    made.story = story;
    made.patient = id;
    made.name = name;
    made.document = document;
    made.birth_date = birth;
    made.sex = sex;
    made.number = number_for(birth, made);
    made.phone =
        fmt::format("1{:010}", 3'000'000'000LL + static_cast<long long>(dice_.below(999'999'999)));
    made.hospital_card = fmt::format("HC{:08}", ++cards_);
    json patient = {
        {"resourceType", "Patient"},
        {"id", id},
        {"active", true},
        {"name", json::array({{{"use", "official"}, {"text", name}}})},
        {"gender", sex},
        {"birthDate", kiosk::domain::iso(birth)},
        {"telecom", json::array({{{"system", "phone"}, {"value", made.phone}}})},
        {"identifier",
         json::array({{{"system",
                        document == std::string("resident") ? citizen_system : "urn:kiosk:permit"},
                       {"value", made.number}},
                      {{"system", "urn:kiosk:hospital-card"}, {"value", made.hospital_card}}})}};
    put(std::move(patient));
    return made;
  }

  /// Books; returns the resource so that a story can change it. It is stored by `keep`.
  json appointment(DemoPerson& who, const Clinic& clinic, Instant start,
                   const char* status = "booked") {
    const auto id = fmt::format("a{}", ++appointments_);
    const auto booking = fmt::format("BK{:08}", 26'000'000 + appointments_);
    if (who.booking.empty()) who.booking = booking;
    who.appointments.push_back(id);
    const std::string at = clinic.id;
    const auto actor = [](const std::string& reference) {
      return json{{"actor", {{"reference", reference}}}, {"status", "accepted"}};
    };
    // Half of the clinics book by role, as some hospitals do.
    const bool by_role = at == "internal" || at == "bones";
    json list = json::array({actor("Patient/" + who.patient), actor("Location/room-" + at)});
    list.push_back(actor(by_role ? "PractitionerRole/role-" + at : "Practitioner/dr-" + at));
    if (!by_role) list.push_back(actor("HealthcareService/" + at));
    return {{"resourceType", "Appointment"},
            {"id", id},
            {"status", status},
            {"identifier", json::array({{{"system", "urn:kiosk:booking"}, {"value", booking}}})},
            {"serviceType", json::array({{{"coding", json::array({{{"system", "urn:kiosk:service"},
                                                                   {"code", at},
                                                                   {"display", clinic.name}}})}}})},
            {"appointmentType",
             {{"coding", json::array({{{"code", "ROUTINE"}, {"display", "普通门诊 Routine"}}})}}},
            {"start", instant_text(state_, start)},
            {"end", instant_text(state_, start + Minutes(10))},
            {"participant", list}};
  }

  void book(DemoPerson& who, const Clinic& clinic, Instant start, const char* status = "booked") {
    put(appointment(who, clinic, start, status));
  }

  void make_named() {
    auto wang = person("one_booked", "p-wang", "王小芳", {1986, 4, 12}, "female");
    book(wang, clinics[0], near_now(20));
    keep(wang);
    auto reheman =
        person("by_booking", "p-reheman", "阿卜杜热合曼·买买提艾力", {1971, 9, 3}, "male");
    book(reheman, clinics[1], near_now(25));
    keep(reheman);
    auto ji = person("offline", "p-ji", "𠮷㛃", {1990, 1, 30}, "female");
    book(ji, clinics[2], near_now(30));
    keep(ji);
    auto chen = person("paper_out", "p-chen", "欧阳𬱖", {1962, 12, 24}, "male");
    book(chen, clinics[3], near_now(15));
    keep(chen);
    auto zhao = person("already_checked_in", "p-zhao", "赵敏", {1979, 6, 18}, "female");
    book(zhao, clinics[0], near_now(35), "arrived");
    keep(zhao);
    put_other_arrival(zhao);
    auto smith =
        person("foreign_permit", "p-smith", "SMITH JOHN", {1980, 2, 29}, "male", "foreign_permit");
    book(smith, clinics[3], near_now(40));
    keep(smith);
    auto li = person("several_today", "p-li", "李秀英", {1955, 10, 1}, "female");
    book(li, clinics[1], near_now(10));
    book(li, clinics[2], near_now(50));
    book(li, clinics[0], near_now(240));
    keep(li);
    auto own = person("own_number", "p-own", "黄丽", {1999, 3, 5}, "female");
    json numbered = appointment(own, clinics[4], near_now(20));
    numbered["identifier"].push_back({{"system", "urn:kiosk:queue-number"}, {"value", "儿012"}});
    put(std::move(numbered));
    keep(own);
  }

  void put_other_arrival(const DemoPerson& who) {
    const auto identifier = [](const char* system, const std::string& value) {
      return json{{"system", system}, {"value", value}};
    };
    put({{"resourceType", "Encounter"},
         {"id", "e-zhao"},
         {"status", "arrived"},
         {"class", {{"code", "AMB"}}},
         {"subject", {{"reference", "Patient/" + who.patient}}},
         {"appointment", json::array({{{"reference", "Appointment/" + who.appointments[0]}}})},
         {"period", {{"start", instant_text(state_, near_now(-12))}}},
         {"identifier",
          json::array(
              {identifier("urn:kiosk:visit-key", who.appointments[0]),
               identifier("urn:kiosk:nonce", "0123456789abcdef0123456789abcdef"),
               identifier("urn:kiosk:ticket-number", "K9-004"),
               identifier("urn:kiosk:ticket-token", "fedcba9876543210fedcba9876543210")})}});
  }

  void make_odd() {
    make_other_times();
    const std::array<std::pair<const char*, const char*>, 6> by_status = {
        {{"waitlist", "waitlist"},
         {"pending", "pending"},
         {"visit_over", "fulfilled"},
         {"noshow", "noshow"},
         {"cancelled_by_patient", "cancelled"},
         {"cancelled_by_hospital", "cancelled"}}};
    for (const auto& [story, status] : by_status) {
      auto who = person(story, std::string("p-") + story, name_from_seed(), {1983, 5, 17}, "male");
      json one = appointment(who, clinics[0], near_now(30), status);
      const std::string name = story;
      if (name == "cancelled_by_patient")
        one["cancelationReason"] = {{"coding", json::array({{{"code", "pat"}}})},
                                    {"text", "Patient"}};
      if (name == "cancelled_by_hospital")
        one["cancelationReason"] = {{"coding", json::array({{{"code", "prov"}}})},
                                    {"text", "医生停诊 Clinic suspended"}};
      put(std::move(one));
      keep(who);
    }
    make_standings();
    auto video = person("video", "p-video", "杨雨桐", {2001, 8, 8}, "female");
    json call = appointment(video, clinics[2], near_now(30));
    call["appointmentType"] = {
        {"coding", json::array({{{"code", "video"}, {"display", "视频 Video"}}})}};
    put(std::move(call));
    keep(video);
    auto payer = person("desk_first", "p-payer", "刘强", {1974, 11, 11}, "male");
    json unpaid = appointment(payer, clinics[0], near_now(30));
    unpaid["meta"]["tag"] =
        json::array({{{"system", "urn:kiosk:desk-first"}, {"code", "payment"}}});
    put(std::move(unpaid));
    keep(payer);
    keep(person("no_appointment", "p-none", "吴浩然", {1968, 7, 7}, "male"));
  }

  void make_other_times() {
    auto tomorrow = person("another_day", "p-tomorrow", "周建国", {1960, 2, 2}, "male");
    book(tomorrow, clinics[0], today_.end + Minutes(600));
    keep(tomorrow);
    auto east = person("another_site", "p-east", "司马丽", {1988, 8, 18}, "female");
    book(east, clinics[5], near_now(30));
    keep(east);
    auto early = person("too_early", "p-early", "张伟", {1992, 12, 12}, "male");
    book(early, clinics[1], near_now(300));
    keep(early);
    auto late = person("late", "p-late", "陈子涵", {2003, 3, 3}, "female");
    book(late, clinics[1], near_now(-90));
    keep(late);
  }

  void make_standings() {
    auto secret = person("restricted", "p-secret", "某某", {1977, 7, 1}, "female");
    book(secret, clinics[0], near_now(30));
    change(secret, {{"meta", {{"security", json::array({{{"code", "R"}}})}}}});
    auto dead = person("deceased", "p-dead", "陈旧", {1930, 1, 1}, "male");
    book(dead, clinics[0], near_now(30));
    change(dead, {{"deceasedBoolean", true}});
    auto inactive = person("inactive", "p-inactive", "李停", {1944, 4, 4}, "male");
    change(inactive, {{"active", false}});
    auto merged = person("merged", "p-merged", "赵丽", {1985, 5, 5}, "female");
    book(merged, clinics[1], near_now(30));
    auto kept = person("merged_into", "p-kept", "赵丽", {1985, 5, 5}, "female");
    book(kept, clinics[2], near_now(60));
    keep(kept);
    change(merged, {{"active", false},
                    {"link", json::array({{{"other", {{"reference", "Patient/p-kept"}}},
                                           {"type", "replaced-by"}}})}});
  }

  void change(const DemoPerson& who, const json& what) {
    json patient = state_.find("Patient/" + who.patient)->resource;
    patient.merge_patch(what);
    put(std::move(patient));
    keep(who);
  }

  std::string name_from_seed() {
    if (dice_.below(8) == 0) return dice_.one_of(foreign_names);
    const std::string family = dice_.one_of(families);
    return family + dice_.one_of(givens);
  }

  void make_someone(int index) {
    ++crowd_;
    const Date birth{1930 + static_cast<int>(dice_.below(90)),
                     1 + static_cast<int>(dice_.below(12)), 1 + static_cast<int>(dice_.below(28))};
    const char* sex = dice_.below(2) == 0 ? "female" : "male";
    const auto name = name_from_seed();
    auto who = person("crowd", fmt::format("c{}", index), name, birth, sex);
    const auto visits = 1 + dice_.below(8) / 7;
    for (std::size_t i = 0; i < visits; ++i) {
      const auto& clinic = dice_.one_of(clinics);
      const auto minute = static_cast<int>(8 * 60 + 5 * dice_.below(9 * 12));
      book(who, clinic, today_.start + Minutes(minute + (dice_.below(6) == 0 ? 24 * 60 : 0)));
    }
  }

  void keep(const DemoPerson& who) { state_.people.push_back(who); }

  Hospital::State& state_;
  Instant now_;
  kiosk::domain::Day today_;
  Instant made_at_;
  Dice dice_;
  int appointments_ = 0;
  int cards_ = 0;
  int crowd_ = 0;
};

}  // namespace

std::string with_check_character(const std::string& first_17) {
  constexpr std::array weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (first_17.at(i) - '0');
  return first_17 + "10X98765432"[sum % 11];
}

void make_day(Hospital::State& state, Instant now) {
  Day(state, now).make();
}

}  // namespace emulators
