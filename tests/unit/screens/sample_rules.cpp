#include "tests/unit/screens/sample_models.h"

namespace screens {

namespace journeys = kiosk::journeys;
namespace domain = kiosk::domain;

journeys::Rules sample_rules() {
  journeys::Rules rules;
  rules.zone = {{kiosk::Instant{}, kiosk::Minutes(8 * 60)}};
  rules.languages = {{"zh-Hans", "中文"}, {"en", "English"}};
  rules.hospital = {{"zh-Hans", "示例市第一人民医院"}, {"en", "Example City First Hospital"}};
  rules.desk.name = {{"zh-Hans", "门诊挂号处"}, {"en", "Registration desk"}};
  rules.desk.place = {{"zh-Hans", "一层大厅东侧，1–6 号窗口"},
                      {"en", "Ground floor, east side, windows 1–6"}};
  rules.desk.phone = "021-5550 0120";
  rules.site_id = "east";
  rules.sites = {{"west", {{"zh-Hans", "西院区"}, {"en", "the West Campus"}}}};
  for (int weekday = 1; weekday <= 5; ++weekday) {
    rules.opening_hours.push_back({weekday, {7, 30}, {12, 0}});
    rules.opening_hours.push_back({weekday, {13, 30}, {17, 30}});
  }
  rules.opening_hours.push_back({6, {7, 30}, {12, 0}});
  rules.aliases = {
      {"cardiology", {{"zh-Hans", "心内科"}, {"en", "Cardiology"}}},
      {"eyes", {{"zh-Hans", "眼科"}, {"en", "Ophthalmology"}}},
      {"joint",
       {{"zh-Hans", "神经内科脑血管病与睡眠障碍多学科联合专病门诊"},
        {"en", "Joint Clinic of Neurology for Cerebrovascular and Sleep Disorders"}}},
      {"3b",
       {{"zh-Hans", "门诊楼 3 层 B 区 302 诊室"},
        {"en", "Outpatient Building, floor 3, area B, room 302"}}},
      {"2a", {{"zh-Hans", "门诊楼 2 层 A 区"}, {"en", "Outpatient Building, floor 2, area A"}}},
      {"li", {{"zh-Hans", "李建国"}, {"en", "Dr Li Jianguo"}}},
      {"zhao", {{"zh-Hans", "赵𠮷䶮"}, {"en", "Dr Zhao Jiyan"}}}};
  rules.directions["3b"] = {{{"zh-Hans", "右手边扶梯上 3 层，出口左转"},
                             {"en", "Escalator on your right to floor 3, then left"}},
                            {{"zh-Hans", "无障碍：大厅尽头 4 号电梯"},
                             {"en", "Step-free: lift 4 at the end of the hall"}}};
  rules.desk_first = {{"payment", {{"zh-Hans", "缴费"}, {"en", "payment"}}}};
  rules.clinics["eyes"].late = journeys::LateRule::allow;
  return rules;
}

}  // namespace screens
