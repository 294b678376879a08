#include "screens/frame.h"

#include <algorithm>
#include <utility>

namespace screens {
namespace {

/// More would push the patient's own matters off the screen; `kiosk status` has them all.
constexpr std::size_t notices_max = 3;
constexpr int touch_height_min = 15 * ui::px_per_mm;

std::string words_of(const Page& page, journeys::StaffNotice notice) {
  switch (notice) {
    case journeys::StaffNotice::printer:
      return page.tr("printer");
    case journeys::StaffNotice::refused:
      return page.tr("check-ins refused");
    case journeys::StaffNotice::unacknowledged:
      return page.tr("check-ins not delivered");
    case journeys::StaffNotice::clock_untrusted:
      return page.tr("clock");
    case journeys::StaffNotice::own_code_seen:
      return page.tr("kiosk code used twice");
    case journeys::StaffNotice::ledger_replaced:
      return page.tr("new ledger");
    case journeys::StaffNotice::reader:
      return page.tr("card reader");
    case journeys::StaffNotice::sign_in:
      return page.tr("sign-in at the server");
    case journeys::StaffNotice::revoked:
      return page.tr("kiosk withdrawn");
  }
  return {};
}

ui::Node staff_strip(const Page& page) {
  std::string list;
  std::size_t told = 0;
  for (const journeys::StaffNotice notice : page.model.around.notices) {
    if (told++ == notices_max) {
      list += " · …";
      break;
    }
    list = joined({list, words_of(page, notice)});
  }
  ui::Node strip = ui::strip(ui::Tone::amber, page.tr("For staff: {list}", {{"list", list}}));
  strip.children.back().style.max_lines = 1;
  strip.children.back().style.fit = ui::Fit::shrink;
  return strip;
}

/// Screens that end by themselves keep the place of "more time", so that nothing jumps.
bool ends_by_itself(const journeys::Screen& screen) {
  return std::holds_alternative<journeys::Entry>(screen) ||
         std::holds_alternative<journeys::Choose>(screen) ||
         std::holds_alternative<journeys::Confirm>(screen) ||
         std::holds_alternative<journeys::Done>(screen) ||
         std::holds_alternative<journeys::Outcome>(screen);
}

ui::Node more_time(const Page& page) {
  const auto seconds = journeys::seconds_left(page.rules, page.model);
  if (!seconds) return ui::column({.height = ui::measure::more_time_height}, {});
  const std::string back =
      page.tr("Back to start in {seconds} s", {{"seconds", std::to_string(*seconds)}});
  return ui::more_time_button(act(actions::more_time),
                              back + "  ·  " + page.tr("I need more time"));
}

ui::Nodes help_pill(const Page& page) {
  if (page.model.session.overlay == journeys::Overlay::help) return {};
  ui::Node pill = ui::pill(act(actions::help), ui::Picture::question, page.tr("Help"));
  pill.style.border_color = ui::Color::teal;
  for (ui::Node& part : pill.children) part.style.color = ui::Color::teal;
  return {std::move(pill)};
}

/// The next language, under its own name.
ui::Nodes language_pill(const Page& page) {
  const auto& all = page.rules.languages;
  if (all.size() < 2) return {};
  const auto now = std::find_if(all.begin(), all.end(), [&](const journeys::Language& one) {
    return one.tag == page.language();
  });
  const auto next = now == all.end() || now + 1 == all.end() ? all.begin() : now + 1;
  return {
      ui::pill(actions::with(actions::language, next->tag), ui::Picture::globe, next->own_name)};
}

int scaled(int px, int percent) {
  return (px * percent + 50) / 100;
}

void scale(ui::Node& node, int percent) {
  ui::Style& style = node.style;
  for (int* px : {&style.gap, &style.padding.top, &style.padding.right, &style.padding.bottom,
                  &style.padding.left, &style.width, &style.height, &style.min_height,
                  &style.border, &style.font_size}) {
    *px = scaled(*px, percent);
  }
  if (!node.action.empty()) style.min_height = std::max(style.min_height, touch_height_min);
  for (ui::Node& child : node.children) scale(child, percent);
}

}  // namespace

ui::Node framed(const Page& page, ui::Nodes content, ui::Nodes buttons) {
  ui::Nodes parts;
  parts.push_back(ui::head(page.local(page.rules.hospital),
                           page.clock_is_trusted() ? page.time(page.model.now.instant) : ""));
  if (!page.model.around.notices.empty()) parts.push_back(staff_strip(page));
  ui::Node told = ui::column({.gap = ui::measure::gap, .grow = 1}, std::move(content));
  if (page.fit.percent != 100) scale(told, page.fit.percent);
  ui::Nodes body{std::move(told)};
  for (ui::Node& button : buttons) body.push_back(std::move(button));
  if (ends_by_itself(page.model.screen)) body.push_back(more_time(page));
  ui::Node middle = ui::body(std::move(body));
  middle.style.padding.bottom = ui::measure::gap;
  parts.push_back(std::move(middle));
  parts.push_back(ui::foot(help_pill(page), language_pill(page)));
  return ui::screen(std::move(parts));
}

ui::Node line_with(ui::Picture picture, ui::Color color, std::string words) {
  return ui::row({.gap = 24, .align = ui::Align::center},
                 {ui::icon(picture, 64, color), ui::text(std::move(words), {.grow = 1})});
}

ui::Node desk_card(const Page& page, std::string said) {
  const journeys::Desk& desk = page.rules.desk;
  ui::Nodes lines;
  lines.push_back(ui::label(std::move(said)));
  const bool full = page.fit.room == Room::full;
  lines.push_back(
      ui::text(page.local(desk.name), {.font_size = full ? ui::type::heading : ui::type::place,
                                       .weight = ui::Weight::bold,
                                       .line_height_percent = 120,
                                       .max_lines = 2,
                                       .fit = ui::Fit::shrink}));
  const auto add = [&](ui::Picture picture, const std::string& words, int size) {
    if (words.empty()) return;
    ui::Node line = line_with(picture, ui::Color::teal, words);
    if (full) line.children.back().style.font_size = size;
    lines.push_back(std::move(line));
  };
  add(ui::Picture::arrow_right, page.local(desk.place), ui::type::body);
  add(ui::Picture::phone, desk.phone, ui::type::secondary_button);
  ui::Node card = ui::card(ui::Tone::teal, std::move(lines));
  card.style.gap = full ? 20 : 14;
  return card;
}

ui::Node titled(std::string above, std::string heading) {
  ui::Nodes lines;
  if (!above.empty()) lines.push_back(ui::sub(std::move(above)));
  lines.push_back(ui::heading(std::move(heading)));
  return ui::column({.gap = 12}, std::move(lines));
}

ui::Node ok_button(const Page& page) {
  return ui::primary_button(act(actions::home), page.tr("OK"));
}

ui::Node mind_box(const std::vector<std::string>& lines) {
  ui::Node box = ui::notice(ui::Tone::amber, "", "");
  box.style.direction = ui::Direction::column;
  box.style.gap = 10;
  box.style.padding = ui::sides(24, 40);
  for (const std::string& line : lines) {
    const bool first = box.children.empty();
    box.children.push_back(ui::text(line, {.color = ui::Color::amber,
                                           .weight = first ? ui::Weight::bold : ui::Weight::regular,
                                           .line_height_percent = 120,
                                           .max_lines = 2,
                                           .fit = ui::Fit::shrink}));
  }
  return box;
}

ui::Node no_ticket_notice(const Page& page) {
  const bool paper = page.model.around.printer == journeys::PrinterHealth::paper_out;
  return ui::notice(
      ui::Tone::amber,
      paper ? page.tr("No paper at the moment.") : page.tr("No tickets at the moment."),
      page.tr("Your number will be shown on the screen."));
}

}  // namespace screens
