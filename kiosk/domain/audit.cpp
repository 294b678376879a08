#include "kiosk/domain/audit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kiosk/base/check.h"

namespace kiosk::domain {
namespace {

constexpr std::array<std::pair<Act, const char*>, 34> names{{
    {Act::started, "started"},
    {Act::server_state, "server_state"},
    {Act::clock_corrected, "clock_corrected"},
    {Act::revoked, "revoked"},
    {Act::key_rotated, "key_rotated"},
    {Act::erased, "erased"},
    {Act::taken_over, "taken_over"},
    {Act::acts_lost, "acts_lost"},
    {Act::card_noticed, "card_noticed"},
    {Act::card_read, "card_read"},
    {Act::card_unreadable, "card_unreadable"},
    {Act::code_read, "code_read"},
    {Act::shown, "shown"},
    {Act::pressed, "pressed"},
    {Act::left, "left"},
    {Act::check_in, "check_in"},
    {Act::copy, "copy"},
    {Act::paper_came, "paper_came"},
    {Act::paper_missing, "paper_missing"},
    {Act::ticket_queued, "ticket_queued"},
    {Act::ticket_sent, "ticket_sent"},
    {Act::ticket_printed, "ticket_printed"},
    {Act::ticket_failed, "ticket_failed"},
    {Act::ticket_unknown, "ticket_unknown"},
    {Act::ticket_held, "ticket_held"},
    {Act::list_read, "list_read"},
    {Act::list_printed, "list_printed"},
    {Act::held_released, "held_released"},
    {Act::audit_read, "audit_read"},
    {Act::order_refused, "order_refused"},
    {Act::sent, "sent"},
    {Act::answer_lost, "answer_lost"},
    {Act::acknowledged, "acknowledged"},
    {Act::refused, "refused"},
}};

}  // namespace

const char* name(Act act) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == act; });
  KIOSK_CHECK(found != names.end());
  return found->second;
}

std::optional<Act> act_named(std::string_view name) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& one) { return name == one.second; });
  if (found == names.end()) return std::nullopt;
  return found->first;
}

}  // namespace kiosk::domain
