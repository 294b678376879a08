#include <utility>

#include "screens/outcome_parts.h"
#include "screens/screens.h"
#include "screens/visit_card.h"

namespace screens {
namespace {

constexpr int sign_size = 112;

ui::Node sign(ui::Tone tone) {
  switch (tone) {
    case ui::Tone::green:
      return ui::icon(ui::Picture::check_disc, sign_size, ui::Color::green);
    case ui::Tone::amber:
      return ui::icon(ui::Picture::warning_disc, sign_size, ui::Color::amber);
    case ui::Tone::red:
      return ui::icon(ui::Picture::warning_disc, sign_size, ui::Color::red);
    case ui::Tone::plain:
    case ui::Tone::teal:
      break;
  }
  return ui::icon(ui::Picture::info_disc, sign_size, ui::Color::teal);
}

}  // namespace

ui::Node told(const Page& page, const journeys::Outcome& screen, Message message) {
  ui::Nodes top{sign(message.tone)};
  if (screen.person) {
    ui::Node greeting = ui::sub(page.greeting(*screen.person));
    greeting.style.grow = 1;
    top.push_back(std::move(greeting));
  }
  ui::Nodes lines;
  lines.push_back(ui::row({.gap = 32, .align = ui::Align::center}, std::move(top)));
  lines.push_back(ui::heading(std::move(message.headline)));
  if (!message.meaning.empty()) {
    lines.push_back(ui::text(std::move(message.meaning), {.font_size = 48}));
  }
  return ui::column({.gap = 24}, std::move(lines));
}

ui::Node to_the_desk(const Page& page, const journeys::Outcome& screen, Message message) {
  const std::string desk =
      message.desk == Message::Desk::next ? page.tr("Please go to") : page.tr("If you need help");
  ui::Nodes content;
  content.push_back(told(page, screen, std::move(message)));
  if (screen.visit) content.push_back(visit_facts(page, *screen.visit));
  content.push_back(desk_card(page, desk));
  return framed(page, std::move(content), {ok_button(page)});
}

std::string other_ways(const Page& page) {
  if (page.reader_works() && page.scanner_works()) {
    return page.tr("Lay your ID card on the reader, or show your booking code.");
  }
  if (page.reader_works()) return page.tr("Lay your ID card on the reader.");
  if (page.scanner_works()) return page.tr("Show your booking code.");
  return {};
}

ui::Node back_button(const Page& page) {
  return ui::secondary_button(act(actions::home), page.tr("Back to start"));
}

ui::Node outcome(const Page& page, const journeys::Outcome& screen) {
  using journeys::OutcomeKind;
  switch (screen.kind) {
    case OutcomeKind::already_checked_in:
      return already_checked_in(page, screen);
    case OutcomeKind::too_early:
    case OutcomeKind::late:
    case OutcomeKind::another_day:
    case OutcomeKind::another_site:
    case OutcomeKind::cancelled:
    case OutcomeKind::not_confirmed:
    case OutcomeKind::waiting_list:
    case OutcomeKind::visit_over:
    case OutcomeKind::desk_first:
    case OutcomeKind::remote:
      return about_the_visit(page, screen);
    case OutcomeKind::card_unreadable:
    case OutcomeKind::card_pulled:
    case OutcomeKind::card_not_supported:
    case OutcomeKind::card_wrong_reader:
    case OutcomeKind::code_unknown:
    case OutcomeKind::code_damaged:
    case OutcomeKind::entry_locked:
    case OutcomeKind::entry_no_match:
      return about_trying_again(page, screen);
    case OutcomeKind::no_appointment:
    case OutcomeKind::cannot_look_up:
    case OutcomeKind::card_expired:
    case OutcomeKind::more_than_one_person:
    case OutcomeKind::restricted:
    case OutcomeKind::no_data_yet:
    case OutcomeKind::cannot_record:
    case OutcomeKind::recording_unknown:
      return about_the_desk(page, screen);
  }
  return about_the_desk(page, screen);
}

}  // namespace screens
