// The kiosk works and the patient waits: calm, and clear about what to do with the card.
#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

constexpr int mark_size = 88;
constexpr int drawing_height = 640;

enum class Progress { done, now, next };

ui::Node step(Progress progress, std::string words) {
  ui::Node mark;
  switch (progress) {
    case Progress::done:
      mark = ui::icon(ui::Picture::check_disc, mark_size, ui::Color::green);
      break;
    case Progress::now:
      mark = ui::icon(ui::Picture::clock, mark_size, ui::Color::teal);
      break;
    case Progress::next:
      mark = ui::column({.width = mark_size,
                         .height = mark_size,
                         .border_color = ui::Color::line,
                         .border = 6,
                         .radius = mark_size / 2},
                        {});
      break;
  }
  const bool now = progress == Progress::now;
  return ui::row({.gap = 32, .align = ui::Align::center},
                 {std::move(mark),
                  ui::text(std::move(words),
                           {.grow = 1,
                            .color = progress == Progress::next ? ui::Color::ink2 : ui::Color::ink,
                            .font_size = now ? ui::type::outcome : ui::type::secondary_button,
                            .weight = now ? ui::Weight::bold : ui::Weight::regular})});
}

ui::Node steps(ui::Nodes all) {
  ui::Node card = ui::card(std::move(all));
  card.style.gap = 48;
  return card;
}

}  // namespace

ui::Node reading_card(const Page& page) {
  ui::Nodes content;
  content.push_back(titled("", page.tr("Please leave the card on the reader")));
  content.push_back(ui::illustration(ui::Picture::card_above_reader, drawing_height));
  content.push_back(steps({step(Progress::now, page.tr("Reading your card...")),
                           step(Progress::next, page.tr("Looking up your appointment"))}));
  return framed(page, std::move(content), {});
}

ui::Node looking_up(const Page& page, const journeys::LookingUp& screen) {
  const bool card = page.model.session.by_card;
  const std::string first = screen.by_entry ? page.tr("Details entered")
                            : card          ? page.tr("Card read")
                                            : page.tr("Code read");
  ui::Nodes content;
  content.push_back(titled("", page.tr("One moment, please")));
  if (!screen.by_entry) {
    content.push_back(ui::illustration(
        card ? ui::Picture::card_above_reader : ui::Picture::code_above_scanner, drawing_height));
  }
  content.push_back(steps({step(Progress::done, first),
                           step(Progress::now, page.tr("Looking up your appointment..."))}));
  return framed(page, std::move(content), {});
}

ui::Node committing(const Page& page) {
  ui::Nodes content;
  content.push_back(titled("", page.tr("One moment, please")));
  content.push_back(steps({step(Progress::done, page.tr("Appointment confirmed")),
                           step(Progress::now, page.tr("Recording your check-in...")),
                           step(Progress::next, page.tr("Your number"))}));
  return framed(page, std::move(content), {});
}

}  // namespace screens
