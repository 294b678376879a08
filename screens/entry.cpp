// No card, no code: two fields and a keypad. One question at a time: the heading asks for the
// field that is typed now.
#include <array>
#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

constexpr std::size_t date_digits = 8;
constexpr std::size_t last_digits = 4;
constexpr int key_height = 132;
constexpr int back_width = 300;

/// "1956-04-__".
std::string shown_date(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < date_digits; ++i) {
    if (i == 4 || i == 6) text += '-';
    text += i < digits.size() ? digits[i] : '_';
  }
  return text;
}

/// "4 8 _ _": the blanks of one run would be one line.
std::string shown_last(const std::string& characters) {
  std::string text;
  for (std::size_t i = 0; i < last_digits; ++i) {
    if (i > 0) text += ' ';
    text += i < characters.size() ? characters[i] : '_';
  }
  return text;
}

enum class Asked { date, last, nothing };

Asked asked(const journeys::Entry& entry) {
  if (entry.birth_date.size() < date_digits || entry.bad_date) return Asked::date;
  return entry.last_four.size() < last_digits ? Asked::last : Asked::nothing;
}

ui::Node only_if(ui::Enabled enabled, ui::Node node) {
  node.enabled = enabled;
  return node;
}

ui::Node keypad(const journeys::Entry& entry) {
  using ui::Enabled;
  const Asked now = asked(entry);
  const Enabled takes_digits =
      !entry.bad_date && now != Asked::nothing ? Enabled::yes : Enabled::no;
  const Enabled takes_x =
      now == Asked::last && entry.last_four.size() + 1 == last_digits ? Enabled::yes : Enabled::no;
  const auto digit_key = [&](const std::string& digit) {
    return only_if(digit == "X" ? takes_x : takes_digits,
                   ui::key(actions::with(actions::digit, digit), digit));
  };
  static constexpr std::array<std::array<const char*, 3>, 3> digits{
      {{"1", "2", "3"}, {"4", "5", "6"}, {"7", "8", "9"}}};
  ui::Nodes rows;
  for (const auto& three : digits) {
    ui::Nodes keys;
    for (const char* digit : three) keys.push_back(digit_key(digit));
    rows.push_back(ui::row({.gap = 20}, std::move(keys)));
  }
  const Enabled typed = entry.birth_date.empty() ? Enabled::no : Enabled::yes;
  rows.push_back(
      ui::row({.gap = 20}, {digit_key("X"), digit_key("0"),
                            only_if(typed, ui::key(act(actions::erase), ui::Picture::backspace))}));
  for (ui::Node& row : rows) {
    for (ui::Node& key : row.children) key.style.min_height = key_height;
  }
  return ui::column({.gap = 20}, std::move(rows));
}

/// The wrong date, said at once, in a place of its own: the keys must not move.
ui::Node date_notice(const Page& page, const journeys::Entry& entry) {
  constexpr int height = 72;
  if (!entry.bad_date) return ui::column({.height = height}, {});
  ui::Node line = line_with(ui::Picture::warning_disc, ui::Color::amber,
                            page.tr("There is no such day. Please erase and correct it."));
  line.role = ui::Role::status;
  line.style.height = height;
  ui::Style& words = line.children.back().style;
  words.color = ui::Color::amber;
  words.weight = ui::Weight::bold;
  words.max_lines = 1;
  words.fit = ui::Fit::shrink;
  return line;
}

}  // namespace

ui::Node entry(const Page& page, const journeys::Entry& entry) {
  const Asked now = asked(entry);
  ui::Nodes content;
  content.push_back(
      now == Asked::date
          ? titled(page.tr("Year, month and day, eight digits"), page.tr("When were you born?"))
      : now == Asked::last
          ? titled(page.tr("of your phone or document number"), page.tr("The last four digits?"))
          : titled(page.tr("Please check the entries"), page.tr("All correct?")));
  content.push_back(ui::row({.gap = ui::measure::row_gap},
                            {ui::field("", page.tr("Date of birth"), shown_date(entry.birth_date),
                                       now == Asked::date ? ui::Chosen::yes : ui::Chosen::no),
                             ui::field("", page.tr("Last four"), shown_last(entry.last_four),
                                       now == Asked::last ? ui::Chosen::yes : ui::Chosen::no)}));
  content.back().children[0].style.grow = 5;
  content.back().children[1].style.grow = 4;
  content.push_back(date_notice(page, entry));
  content.push_back(keypad(entry));
  ui::Node back = ui::secondary_button(act(actions::home), page.tr("Back"), ui::Tone::plain);
  back.style.width = back_width;
  const ui::Enabled ready = now == Asked::nothing ? ui::Enabled::yes : ui::Enabled::no;
  ui::Node submit =
      only_if(ready, ui::primary_button(act(actions::submit), page.tr("Find appointment")));
  submit.style.grow = 1;
  return framed(page, std::move(content),
                {ui::row({.gap = ui::measure::row_gap}, {std::move(back), std::move(submit)})});
}

}  // namespace screens
