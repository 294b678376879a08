#include "tests/unit/screens/ui/kit_sheet.h"

#include <utility>

namespace screens::ui {
namespace {

Node page(std::string org, std::string time, Nodes parts, Nodes right) {
  const bool english = org.front() == 'E';
  return screen(
      {head(std::move(org), std::move(time)), body(std::move(parts)),
       foot({help_pill("help", english ? "Call staff" : "呼叫工作人员")}, std::move(right))});
}

Node chinese_page(Nodes parts) {
  return page("示例市第一人民医院", "09:41", std::move(parts),
              {pill("large_text", "大字"), pill("language", Picture::globe, "中文")});
}

Node all_icons() {
  Nodes rows;
  Nodes line;
  for (int i = static_cast<int>(Picture::check); i < static_cast<int>(Picture::card_above_reader);
       ++i) {
    line.push_back(icon(static_cast<Picture>(i), 64));
    if (line.size() == 10) rows.push_back(row({.gap = 22}, std::exchange(line, {})));
  }
  if (!line.empty()) rows.push_back(row({.gap = 22}, std::move(line)));
  return card({column({.gap = 28}, std::move(rows))});
}

Node all_illustrations() {
  Nodes two;
  for (const Picture picture :
       {Picture::code_above_scanner, Picture::lift_card, Picture::take_ticket}) {
    Node one = illustration(picture, 190);
    one.style.grow = 1;
    two.push_back(std::move(one));
  }
  return row({.gap = 16}, std::move(two));
}

Node paper() {
  Bitmap picture{.width = 64, .height = 32, .grey = {}};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      picture.grey.push_back((x / 8 + y / 8) % 2 == 0 ? 0 : static_cast<std::uint8_t>(x * 4));
    }
  }
  return bitmap(std::make_shared<const Bitmap>(std::move(picture)), 190, 100);
}

}  // namespace

Node kit_sheet() {
  Node sheet = column(
      {.gap = 24,
       .padding = sides(32, measure::margin),
       .width = canvas_width,
       .height = 3390,
       .fill = Color::paper},
      {all_icons(), all_illustrations(), outcome(Tone::green, "报到成功，请取走小票"),
       outcome(Tone::amber, "The card could not be read"), outcome(Tone::teal, "Visit is over"),
       primary_button("confirm", Picture::check, "是的，取号"),
       disabled(primary_button("confirm", Picture::check, "是的，取号")),
       equal_row({secondary_button("a", "不是我"), secondary_button("b", "没有出票", Tone::plain)}),
       equal_row({secondary_button("c", "删除", Tone::red), disabled(secondary_button("d", "等"))}),
       minor_button("cancel", "取消预约"),
       more_time_button("more_time", "14 秒后返回首页　·　我需要更多时间"),
       option("pick", Chosen::yes, "10:20 心内科", "李建国 主任医师"),
       option("pick", Chosen::no, "14:00 眼科", "阿卜杜热合曼·买买提艾力"),
       equal_row({field("birth", "Date of birth", "1956-0", Chosen::yes),
                  field("digits", "Last four digits", "48", Chosen::no)}),
       row({.gap = 20},
           {key("1", "1"), key("2", "2"), key("3", "3"), key("back", Picture::backspace)}),
       notice(Tone::amber, "10:50 还没叫到您？", "把小票给分诊台看。"),
       notice(Tone::red, "", "The printer is out of paper."),
       row({.gap = 20, .align = Align::center},
           {paper(), pill("a", "大字"), pill("b", "中文", Chosen::yes), divider(Direction::row),
            labelled("医生", "李建国")}),
       strip(Tone::amber, "打印机缺纸，号码会显示在屏幕上")});
  sheet.role = Role::screen;
  return sheet;
}

Node welcome_page() {
  Node languages = row({.gap = 20}, {pill("zh", "中文", Chosen::yes), pill("en", "English"),
                                     pill("ms", "Melayu"), pill("ta", "தமிழ்")});
  for (Node& one : languages.children) one.style.grow = 1;
  return chinese_page(
      {column({.gap = 20}, {heading("请把身份证放在\n读卡区"), sub("预约报到 · 取号")}),
       illustration(Picture::card_above_reader, 560),
       equal_row({choice("scan", Picture::qr_code, "或出示\n预约二维码"),
                  choice("no_card", Picture::no_card, "没带证件\n也没有码")}),
       equal_row({minor_button("cancel", "取消预约"), minor_button("next", "再扫小票：下一步")}),
       std::move(languages)});
}

Node confirm_page() {
  return chinese_page(
      {column({.gap = 12}, {sub("王*芳，您好"), heading("这是您今天的\n预约吗？")}),
       appointment_card("今天", "10:20", "复诊",
                        {labelled("科室", "心内科"),
                         column({}, {label("医生"), row({.gap = 16, .align = Align::baseline},
                                                        {value("李建国"), text("主任医师")})}),
                         labelled("地点", "门诊楼 3 层 B 区 302 诊室")}),
       primary_button("confirm", Picture::check, "是的，取号"),
       equal_row({secondary_button("not_me", "不是我"), secondary_button("wrong", "信息有误")}),
       more_time_button("more_time", "14 秒后返回首页　·　我需要更多时间")});
}

Node early_page() {
  return page("Example City First Hospital", "07:05",
              {column({.gap = 12},
                      {sub("Hello, J*** S****"), heading("You are early.\nCome back at 09:20.")}),
               card({labelled("Your appointment", "10:20 Cardiology"),
                     column({.padding = {40, 0, 0, 0}},
                            {timeline({.now = 60,
                                       .opens = 480,
                                       .closes = 860,
                                       .now_text = "now 07:05",
                                       .opens_text = "09:20 check-in opens"})})}),
               notice(Tone::teal, "Nothing is lost.",
                      "Your booking stays as it is. You can wait in the café on this floor, or see "
                      "the desk if you feel unwell."),
               primary_button("ok", "OK"),
               equal_row({secondary_button("print", "Print the time"),
                          secondary_button("unwell", "I feel unwell")}),
               more_time_button("more_time", "Back to start in 14 s · I need more time")},
              {pill("large_text", "Large text"), pill("language", Picture::globe, "English")});
}

Node done_page() {
  Node numbers = column({.align = Align::center}, {value("4 人"), label("在您前面")});
  Node wait = column({.align = Align::center}, {value("40–55 分钟"), label("预计等候（09:41）")});
  return chinese_page(
      {outcome(Tone::green, "报到成功，请取走小票"),
       card({text("您的号码", {.color = Color::ink2, .text_align = TextAlign::center}),
             big_number("A017"),
             row({.gap = 72, .justify = Justify::center},
                 {std::move(numbers), divider(Direction::row), std::move(wait)})}),
       card(Tone::teal,
            {label("现在请去"),
             text("门诊楼 3 层 B 区", {.font_size = type::place, .weight = Weight::bold}),
             row({.gap = 24, .align = Align::center},
                 {icon(Picture::turn_right, 64, Color::teal),
                  text("右手边电梯上 3 层，出电梯左转", {.grow = 1})})}),
       notice(Tone::amber, "10:50 还没叫到您？", "把小票给分诊台看。"), spacer(),
       equal_row({secondary_button("no_ticket", "没有出票", Tone::plain),
                  secondary_button("done", "完成 · 18 秒")})});
}

}  // namespace screens::ui
