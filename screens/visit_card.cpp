#include "screens/visit_card.h"

#include <utility>

namespace screens {
namespace {

ui::Node doctor_line(const Page& page, const domain::Visit& visit) {
  ui::Node name = ui::value(page.doctor(visit));
  const std::string& title = visit.appointment.doctor_title;
  ui::Nodes words{std::move(name)};
  if (!title.empty()) words.push_back(ui::text(title, {.max_lines = 1}));
  ui::Node line{
      .style = {.direction = ui::Direction::row_if_fits, .gap = 20, .align = ui::Align::baseline}};
  line.children = std::move(words);
  return ui::column({}, {ui::label(page.tr("Doctor")), std::move(line)});
}

bool is_today(const Page& page, const domain::Visit& visit) {
  if (!page.clock_is_trusted()) return false;
  return domain::local_time(page.rules.zone, visit.appointment.start).date ==
         domain::local_time(page.rules.zone, page.model.now.instant).date;
}

std::string day_of(const Page& page, const domain::Visit& visit) {
  if (is_today(page, visit)) return page.tr("Today");
  return page.date(domain::local_time(page.rules.zone, visit.appointment.start).date);
}

}  // namespace

ui::Nodes visit_details(const Page& page, const domain::Visit& visit) {
  ui::Nodes details;
  const std::string clinic = page.clinic(visit);
  if (!clinic.empty()) details.push_back(ui::labelled(page.tr("Clinic"), clinic));
  if (!page.doctor(visit).empty()) details.push_back(doctor_line(page, visit));
  if (page.fit.room != Room::full && details.size() == 2) {
    ui::Node pair = ui::equal_row(std::move(details));
    details = {std::move(pair)};
  }
  if (const std::string place = page.place(visit); !place.empty()) {
    details.push_back(ui::labelled(page.tr("Place"), place));
  }
  return details;
}

ui::Node visit_card(const Page& page, const domain::Visit& visit) {
  return ui::appointment_card(day_of(page, visit), page.time(visit.appointment.start),
                              visit.appointment.visit_type, visit_details(page, visit));
}

ui::Node visit_row(const Page& page, const domain::Visit& visit) {
  ui::Node first = ui::value(page.time_and_clinic(visit));
  if (page.fit.room != Room::full) {
    first.style.font_size = ui::type::secondary_button;
    first.style.max_lines = 1;
  }
  ui::Nodes lines{std::move(first)};
  const std::string rest = joined({page.doctor(visit), page.place(visit)});
  if (!rest.empty() && page.fit.room != Room::line) {
    lines.push_back(ui::text(rest, {.color = ui::Color::ink2,
                                    .font_size = 40,
                                    .max_lines = page.fit.room == Room::tight ? 1 : 2,
                                    .fit = ui::Fit::shrink}));
  }
  ui::Node card = ui::card(std::move(lines));
  card.style.padding = page.fit.room == Room::full    ? ui::sides(32, 40)
                       : page.fit.room == Room::tight ? ui::sides(20, 40)
                                                      : ui::sides(6, 40);
  return card;
}

ui::Node visit_facts(const Page& page, const domain::Visit& visit) {
  ui::Nodes lines;
  lines.push_back(ui::label(page.tr("Your appointment") + " · " + day_of(page, visit)));
  lines.push_back(ui::value(page.time_and_clinic(visit)));
  const std::string rest = joined({page.doctor(visit), page.place(visit)});
  if (!rest.empty()) {
    lines.push_back(
        ui::text(rest, {.color = ui::Color::ink2, .max_lines = 2, .fit = ui::Fit::shrink}));
  }
  ui::Node card = ui::card(std::move(lines));
  card.style.gap = 8;
  return card;
}

}  // namespace screens
