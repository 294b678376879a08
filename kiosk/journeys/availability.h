#pragma once

#include "kiosk/journeys/model.h"

// Off-line is judged for each action, not as a mode: this one table says what works when. The
// journeys and the records ask it; the README shows it.
namespace kiosk::journeys {

/// How the kiosk stands to the hospital.
enum class Connection {
  online,
  slow,     ///< answers take long, or nothing has been asked yet
  offline,  ///< the store holds today's appointments
  stale,    ///< the store does not hold today's appointments, or not yet; on-line or not
  revoked   ///< the hospital has withdrawn this kiosk
};

enum class Action {
  find_visit,    ///< by card, code, or birth date and digits
  read_fresh,    ///< the appointment, while the patient looks at it
  check_in,      ///< record it and tell the hospital
  tell_number,   ///< of who checked in before
  print_copy,    ///< of a ticket of this kiosk
  tell_waiting,  ///< people ahead, and how long they wait
};

enum class Way {
  server,  ///< by the server's word; within a limit, then `store`
  store,   ///< from what the kiosk has stored; the server is asked for who is not found there
  later,   ///< recorded here, told as soon as the server is back
  silent,  ///< left out: nobody misses it
  refused  ///< said in words, with who helps instead
};

Connection connection(const Surroundings& around);
Way way(Action action, Connection connection);

/// "find_visit", "online", "server" ... for documentation and tests.
const char* name(Action action);
const char* name(Connection connection);
const char* name(Way way);

inline constexpr int actions_count = 6;
inline constexpr int connections_count = 5;

}  // namespace kiosk::journeys
