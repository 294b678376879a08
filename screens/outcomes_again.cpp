// Outcomes that the patient can put right here: lay the card again, show another code, type again.
#include <utility>

#include "screens/outcome_parts.h"
#include "screens/screens.h"

namespace screens {
namespace {

constexpr int drawing_height = 480;
/// After so many cards in vain the desk is the answer.
constexpr int tries_max = 3;

/// What to do now, in the strong part of a teal box.
ui::Node next_step(ui::Picture picture, std::string words) {
  ui::Node icon = ui::icon(picture, 96, ui::Color::teal);
  ui::Node said = ui::text(std::move(words), {.grow = 1,
                                              .font_size = ui::type::value,
                                              .weight = ui::Weight::bold,
                                              .line_height_percent = 120});
  ui::Node card = ui::card(ui::Tone::teal, {std::move(icon), std::move(said)});
  card.style.direction = ui::Direction::row;
  card.style.align = ui::Align::center;
  card.style.gap = 36;
  return card;
}

/// What went wrong with a card, and where to lay it instead.
ui::Node lay_it_again(const Page& page, const journeys::Outcome& screen, std::string what,
                      std::string how) {
  ui::Nodes content;
  content.push_back(told(page, screen, {ui::Tone::amber, std::move(what), ""}));
  content.push_back(ui::illustration(ui::Picture::lift_card, drawing_height));
  content.push_back(next_step(ui::Picture::id_card, std::move(how)));
  return framed(page, std::move(content), {back_button(page)});
}

ui::Node card_unreadable(const Page& page, const journeys::Outcome& screen) {
  if (screen.tries >= tries_max) {
    return to_the_desk(page, screen,
                       {ui::Tone::amber, page.tr("The card could not be read"),
                        page.tr("It may be damaged. The desk can check you in.")});
  }
  return lay_it_again(page, screen, page.tr("The card could not be read"),
                      page.tr("Lift the card, lay it on the reader again and leave it there."));
}

/// The other ways that work now, else the desk.
ui::Node try_otherwise(const Page& page, const journeys::Outcome& screen, Message message,
                       ui::Picture picture) {
  const std::string ways = other_ways(page);
  if (ways.empty()) return to_the_desk(page, screen, std::move(message));
  ui::Nodes content;
  content.push_back(told(page, screen, std::move(message)));
  content.push_back(next_step(picture, ways));
  content.push_back(desk_card(page, page.tr("Or go to")));
  return framed(page, std::move(content), {ok_button(page)});
}

ui::Node code_damaged(const Page& page, const journeys::Outcome& screen) {
  Message message{ui::Tone::amber, page.tr("The code could not be read"),
                  page.tr("Parts of it may be dirty, folded or too dark.")};
  if (!page.scanner_works()) {
    return try_otherwise(page, screen, std::move(message), ui::Picture::id_card);
  }
  ui::Nodes content;
  content.push_back(told(page, screen, std::move(message)));
  content.push_back(ui::illustration(ui::Picture::code_above_scanner, drawing_height));
  content.push_back(
      next_step(ui::Picture::qr_code, page.tr("Hold the code flat below the scanner again.")));
  return framed(page, std::move(content), {back_button(page)});
}

ui::Node entry_no_match(const Page& page, const journeys::Outcome& screen) {
  ui::Nodes content;
  content.push_back(told(page, screen,
                         {ui::Tone::amber, page.tr("We found no match"),
                          page.tr("Please check the date of birth and the last four characters "
                                  "of the phone or document number you booked with.")}));
  content.push_back(desk_card(page, page.tr("Or go to")));
  return framed(page, std::move(content),
                {ui::primary_button(act(actions::retry), page.tr("Try again")), back_button(page)});
}

}  // namespace

ui::Node about_trying_again(const Page& page, const journeys::Outcome& screen) {
  using journeys::OutcomeKind;
  if (screen.kind == OutcomeKind::card_unreadable) return card_unreadable(page, screen);
  if (screen.kind == OutcomeKind::card_pulled) {
    return lay_it_again(page, screen, page.tr("The card was lifted too early"),
                        page.tr("Lay the card on the reader again and leave it there until the "
                                "next screen comes."));
  }
  if (screen.kind == OutcomeKind::card_wrong_reader) {
    return lay_it_again(page, screen, page.tr("This reader cannot read ID cards"),
                        page.tr("Lay your ID card on the ID-card reader."));
  }
  if (screen.kind == OutcomeKind::code_damaged) return code_damaged(page, screen);
  if (screen.kind == OutcomeKind::entry_no_match) return entry_no_match(page, screen);
  if (screen.kind == OutcomeKind::card_not_supported) {
    return try_otherwise(page, screen,
                         {ui::Tone::amber, page.tr("This card cannot be used here"),
                          page.tr("We can read resident ID cards and permits.")},
                         ui::Picture::id_card);
  }
  if (screen.kind == OutcomeKind::code_unknown) {
    return try_otherwise(page, screen,
                         {ui::Tone::amber, page.tr("We do not know this code"),
                          page.tr("It does not seem to be a booking code of this hospital.")},
                         ui::Picture::qr_code);
  }
  return try_otherwise(page, screen,
                       {ui::Tone::amber, page.tr("Too many tries"),
                        page.tr("Date of birth cannot be used here for a few minutes.")},
                       ui::Picture::id_card);
}

}  // namespace screens
