// "No card, no code": birth date and the last four characters of phone or document. Nothing is
// shown unless exactly one person matches; three misses lock the path on this kiosk.
#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/step.h"

namespace kiosk::journeys {
namespace {

constexpr int misses_max = 3;
constexpr std::size_t date_digits = 8;
constexpr std::size_t last_digits = 4;

void submit(Step& step, const Entry& entry) {
  const auto date = domain::parse_date(entry.birth_date);
  if (!date || entry.last_four.size() != last_digits) return;
  LookingUp screen;
  screen.by_entry = true;
  look_up(step, domain::BirthDateAndDigits{*date, entry.last_four}, screen);
}

void typed(Step& step, Entry& entry, char character) {
  const bool digit = character >= '0' && character <= '9';
  if (entry.birth_date.size() < date_digits) {
    if (digit) entry.birth_date += character;
  } else if (!entry.bad_date && entry.last_four.size() < last_digits) {
    const bool last = entry.last_four.size() + 1 == last_digits;
    if (digit || (character == 'X' && last)) entry.last_four += character;
  }
  entry.bad_date = false;
  if (entry.birth_date.size() != date_digits) return;
  const auto date = domain::parse_date(entry.birth_date);
  const bool future = date && step.model.now.trust != ClockTrust::not_before &&
                      *date > domain::local_time(step.rules.zone, step.now()).date;
  entry.bad_date = !date || future;
}

}  // namespace

void open_entry(Step& step) {
  if (step.model.entry_locked_until) {
    enter_outcome(step, OutcomeKind::entry_locked);
  } else {
    enter(step, Entry{});
  }
}

void entry_tapped(Step& step, const std::string& action) {
  auto& entry = std::get<Entry>(step.model.screen);
  if (const auto digit = actions::argument(action, actions::digit); digit.size() == 1) {
    typed(step, entry, digit[0]);
  } else if (action == actions::erase) {
    std::string& field = entry.last_four.empty() ? entry.birth_date : entry.last_four;
    if (!field.empty()) field.pop_back();
    entry.bad_date = false;
  } else if (action == actions::submit) {
    submit(step, Entry(entry));
  }
}

void entry_missed(Step& step, OutcomeKind outcome) {
  Model& model = step.model;
  const Minutes lockout = step.rules.time_outs.lockout;
  ++model.entry_misses;
  model.entry_misses_until = step.now() + lockout;
  if (model.entry_misses >= misses_max) {
    model.entry_misses = 0;
    model.entry_misses_until.reset();
    model.entry_locked_until = step.now() + lockout;
    enter_outcome(step, OutcomeKind::entry_locked);
  } else {
    enter_outcome(step, outcome);
  }
}

}  // namespace kiosk::journeys
