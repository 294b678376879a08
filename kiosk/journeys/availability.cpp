#include "kiosk/journeys/availability.h"

#include <array>

namespace kiosk::journeys {
namespace {

struct ActionRow {
  Action action;
  const char* name;
  std::array<Way, connections_count> ways;  ///< in the order of Connection
};

using enum Way;
// clang-format off
constexpr std::array<ActionRow, actions_count> table{{
    //                                            online  slow    offline  stale    revoked
    {Action::find_visit,   "find_visit",         {server, server, store,   refused, refused}},
    {Action::read_fresh,   "read_fresh",         {server, server, store,   store,   refused}},
    {Action::check_in,     "check_in",           {server, server, later,   later,   refused}},
    {Action::tell_number,  "tell_number",        {server, server, store,   refused, refused}},
    {Action::print_copy,   "print_copy",         {store,  store,  store,   store,   refused}},
    {Action::tell_waiting, "tell_waiting",       {server, server, silent,  silent,  silent}},
}};
// clang-format on

}  // namespace

Connection connection(const Surroundings& around) {
  if (around.revoked) return Connection::revoked;
  if (!around.has_data) return Connection::stale;
  switch (around.server) {
    case ServerHealth::online:
      return Connection::online;
    case ServerHealth::slow:
    case ServerHealth::unknown:
      return Connection::slow;
    case ServerHealth::offline:
      break;
  }
  return Connection::offline;
}

Way way(Action action, Connection connection) {
  return table[std::size_t(action)].ways[std::size_t(connection)];
}

const char* name(Action action) {
  return table[std::size_t(action)].name;
}

const char* name(Connection connection) {
  switch (connection) {
    case Connection::online:
      return "online";
    case Connection::slow:
      return "slow";
    case Connection::offline:
      return "offline";
    case Connection::stale:
      return "stale";
    case Connection::revoked:
      return "revoked";
  }
  return "";
}

const char* name(Way way) {
  switch (way) {
    case Way::server:
      return "server";
    case Way::store:
      return "store";
    case Way::later:
      return "later";
    case Way::silent:
      return "-";
    case Way::refused:
      return "refused";
  }
  return "";
}

}  // namespace kiosk::journeys
