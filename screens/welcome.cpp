// Offers only what works now: the card first, else the code, else birth date and digits.
#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

constexpr int drawing_height = 560;
constexpr int drawing_height_small = 400;
/// Where one way fewer is offered.
constexpr int drawing_height_large = 700;
constexpr int way_height = 168;

/// A way to check in, across the screen.
ui::Style way_style() {
  return {.direction = ui::Direction::row,
          .gap = 36,
          .padding = ui::sides(20, ui::measure::card_padding),
          .min_height = way_height,
          .align = ui::Align::center,
          .border = 2,
          .radius = ui::measure::radius};
}

ui::Nodes picture_and_words(ui::Picture picture, std::string words) {
  return {ui::icon(picture, 96), ui::text(std::move(words), {.grow = 1,
                                                             .font_size = ui::type::value,
                                                             .weight = ui::Weight::bold,
                                                             .line_height_percent = 115,
                                                             .max_lines = 2,
                                                             .fit = ui::Fit::shrink})};
}

/// Something to do with the hands, not to press.
ui::Node way_by_hand(ui::Picture picture, std::string words) {
  ui::Node node = ui::row(way_style(), picture_and_words(picture, std::move(words)));
  node.style.fill = ui::Color::teal_soft;
  node.style.border_color = ui::Color::teal_line;
  return node;
}

ui::Node way_to_press(std::string action, ui::Picture picture, std::string words) {
  ui::Node node = ui::row(way_style(), picture_and_words(picture, std::move(words)));
  node.role = ui::Role::button;
  node.action = std::move(action);
  node.style.fill = ui::Color::card;
  node.style.border = 4;
  node.style.border_color = ui::Color::teal;
  return node;
}

ui::Node languages(const Page& page) {
  ui::Nodes pills;
  for (const journeys::Language& language : page.rules.languages) {
    const bool now = language.tag == page.language();
    ui::Node pill = ui::pill(now ? "" : actions::with(actions::language, language.tag),
                             language.own_name, now ? ui::Chosen::yes : ui::Chosen::no);
    if (now) pill.role = ui::Role::status;
    pill.style.grow = 1;
    pills.push_back(std::move(pill));
  }
  return ui::row({.gap = 20}, std::move(pills));
}

void add_notices(const Page& page, ui::Nodes& content) {
  if (!page.reader_works() && page.scanner_works()) {
    content.push_back(
        ui::notice(ui::Tone::amber, "", page.tr("The card reader does not work at the moment.")));
  }
  if (!page.prints()) content.push_back(no_ticket_notice(page));
}

ui::Node main_way(const Page& page) {
  const bool one_device = !page.scanner_works() || !page.reader_works();
  const int height = page.fit.room != Room::full ? drawing_height_small
                     : one_device                ? drawing_height_large
                                                 : drawing_height;
  const std::string what = joined({page.tr("Check in"), page.tr("get your number")});
  ui::Nodes nodes;
  if (page.reader_works()) {
    nodes.push_back(titled("", page.tr("Please lay your ID card on the reader")));
    nodes.push_back(ui::sub(what));
    nodes.push_back(ui::illustration(ui::Picture::card_above_reader, height));
  } else if (page.scanner_works()) {
    nodes.push_back(titled("", page.tr("Please show your booking code")));
    nodes.push_back(ui::sub(what));
    nodes.push_back(ui::illustration(ui::Picture::code_above_scanner, height));
  } else {
    nodes.push_back(titled("", page.tr("Check in with your date of birth")));
    nodes.push_back(ui::sub(page.tr("Card reader and scanner do not work at the moment.")));
    nodes.push_back(ui::primary_button(act(actions::no_card), page.tr("Enter date of birth")));
  }
  ui::Node column = ui::column({.gap = 28}, std::move(nodes));
  return column;
}

}  // namespace

ui::Node welcome(const Page& page) {
  const bool devices = page.reader_works() || page.scanner_works();
  ui::Nodes content;
  content.push_back(main_way(page));
  add_notices(page, content);
  if (page.reader_works() && page.scanner_works()) {
    content.push_back(way_by_hand(ui::Picture::qr_code, page.tr("or show your code")));
  }
  if (devices && !page.model.entry_locked_until) {
    const std::string words = page.reader_works() && page.scanner_works()
                                  ? page.tr("No card and no code")
                              : page.reader_works() ? page.tr("No card with me")
                                                    : page.tr("No code with me");
    content.push_back(way_to_press(act(actions::no_card), ui::Picture::no_card, words));
  }
  if (!devices) {
    content.push_back(desk_card(page, page.tr("Or go to the desk")));
  }
  ui::Nodes buttons;
  if (page.rules.languages.size() > 1) buttons.push_back(languages(page));
  return framed(page, std::move(content), std::move(buttons));
}

}  // namespace screens
