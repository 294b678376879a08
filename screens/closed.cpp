// Nothing can be done here now: why, until when, and who helps instead.
#include <utility>
#include <vector>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

std::string heading_of(const Page& page, journeys::ClosedReason reason) {
  switch (reason) {
    case journeys::ClosedReason::hours:
      return page.tr("We are closed now");
    case journeys::ClosedReason::nothing_usable:
      return page.tr("This kiosk cannot check you in at the moment");
    case journeys::ClosedReason::cannot_record:
      return page.tr("This kiosk cannot record check-ins at the moment");
    case journeys::ClosedReason::stopped_issuing:
      return page.tr("This kiosk cannot give numbers at the moment");
    case journeys::ClosedReason::revoked:
      return page.tr("This kiosk is out of service");
  }
  return {};
}

std::vector<journeys::OpeningHours> hours_of(const journeys::Rules& rules, int weekday) {
  std::vector<journeys::OpeningHours> found;
  for (const journeys::OpeningHours& hours : rules.opening_hours) {
    if (hours.weekday == weekday) found.push_back(hours);
  }
  return found;
}

std::string todays_hours(const Page& page, const domain::LocalTime& now) {
  std::string text;
  for (const auto& hours : hours_of(page.rules, domain::weekday(now.date))) {
    if (!text.empty()) text += ",  ";
    text += domain::clock(hours.from) + "–" + domain::clock(hours.until);
  }
  return text.empty() ? page.tr("closed today") : text;
}

/// The next beginning of opening hours within a week; empty: there is none.
std::string opens_again(const Page& page, const domain::LocalTime& now) {
  for (int days = 0; days <= 7; ++days) {
    const domain::Date date = domain::plus_days(now.date, days);
    const journeys::OpeningHours* first = nullptr;
    const auto todays = hours_of(page.rules, domain::weekday(date));
    for (const auto& hours : todays) {
      const bool ahead = days > 0 || hours.from > now.time;
      if (ahead && (first == nullptr || hours.from < first->from)) first = &hours;
    }
    if (first == nullptr) continue;
    const std::string time = domain::clock(first->from);
    if (days == 0) return page.tr("today at {time}", {{"time", time}});
    if (days == 1) return page.tr("tomorrow at {time}", {{"time", time}});
    return page.tr("{date}, {time}", {{"date", page.date(date)}, {"time", time}});
  }
  return {};
}

ui::Node hours_card(const Page& page) {
  const domain::LocalTime now = domain::local_time(page.rules.zone, page.model.now.instant);
  ui::Nodes lines;
  lines.push_back(ui::labelled(page.tr("Opening hours today"), todays_hours(page, now)));
  if (const std::string again = opens_again(page, now); !again.empty()) {
    lines.push_back(ui::labelled(page.tr("We open again"), again));
  }
  ui::Node card = ui::card(std::move(lines));
  card.style.gap = 28;
  return card;
}

}  // namespace

ui::Node closed(const Page& page, const journeys::Closed& screen) {
  ui::Nodes content;
  if (page.clock_is_trusted()) {
    content.push_back(
        ui::text(page.time(page.model.now.instant), {.font_size = 200,
                                                     .weight = ui::Weight::bold,
                                                     .text_align = ui::TextAlign::center,
                                                     .line_height_percent = 110}));
  }
  content.push_back(titled("", heading_of(page, screen.reason)));
  const bool hours = screen.reason == journeys::ClosedReason::hours;
  if (hours) {
    content.push_back(hours_card(page));
  } else {
    content.push_back(ui::text(page.tr("Your appointment stays as it is. Please go to the desk.")));
  }
  content.push_back(desk_card(page, hours ? page.tr("If you need help") : page.tr("Please go to")));
  if (!hours && screen.reason != journeys::ClosedReason::revoked) {
    content.push_back(ui::sub(page.tr("This kiosk will open again by itself.")));
  }
  return framed(page, std::move(content), {});
}

}  // namespace screens
