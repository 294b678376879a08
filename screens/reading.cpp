// The kiosk works and the patient waits: calm, and clear about what to do with the card.
#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

enum class Progress { done, now, next };

ui::Node step(Progress progress, std::string words) {
  ui::Node mark;
  switch (progress) {
    case Progress::done:
      mark = ui::icon(ui::Picture::check_disc, 72, ui::Color::green);
      break;
    case Progress::now:
      mark = ui::icon(ui::Picture::clock, 72, ui::Color::teal);
      break;
    case Progress::next:
      mark = ui::column(
          {.width = 72, .height = 72, .border_color = ui::Color::line, .border = 6, .radius = 36},
          {});
      break;
  }
  const bool now = progress == Progress::now;
  return ui::row({.gap = 32, .align = ui::Align::center},
                 {std::move(mark),
                  ui::text(std::move(words),
                           {.grow = 1,
                            .color = progress == Progress::next ? ui::Color::ink2 : ui::Color::ink,
                            .font_size = now ? ui::type::value : ui::type::body,
                            .weight = now ? ui::Weight::bold : ui::Weight::regular})});
}

ui::Node steps(ui::Nodes all) {
  ui::Node card = ui::card(std::move(all));
  card.style.gap = 36;
  return card;
}

}  // namespace

ui::Node reading_card(const Page& page) {
  ui::Nodes content;
  content.push_back(titled("", page.tr("Please leave the card on the reader")));
  content.push_back(ui::illustration(ui::Picture::card_above_reader, 560));
  content.push_back(steps({step(Progress::now, page.tr("Reading your card...")),
                           step(Progress::next, page.tr("Looking up your appointment"))}));
  return framed(page, std::move(content), {});
}

ui::Node looking_up(const Page& page, const journeys::LookingUp& screen) {
  const std::string first = screen.by_entry              ? page.tr("Details entered")
                            : page.model.session.by_card ? page.tr("Card read")
                                                         : page.tr("Code read");
  ui::Nodes content;
  content.push_back(titled("", page.tr("One moment, please")));
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
