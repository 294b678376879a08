#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/journeys/event.h"

namespace kiosk::journeys {

using LookUpKey = std::variant<domain::BookingCode, domain::PersonCode, domain::TicketCode,
                               domain::BirthDateAndDigits>;
struct LookUp {
  RequestId request;
  LookUpKey key;
  bool operator==(const LookUp&) const = default;
};
struct ReadFresh {
  RequestId request;
  std::string appointment_id;
  std::string location_id = {};  ///< as known so far, to count who waits there
  std::string doctor_id = {};
  bool operator==(const ReadFresh&) const = default;
};
/// Record the check-ins, each in one transaction; the shell draws nonces and tokens.
struct Commit {
  RequestId request;
  domain::Person person;
  std::vector<domain::Visit> visits;
  std::vector<domain::Waiting> waiting;  ///< of `visits`
  std::string language;
  bool online = false;
  domain::Day service_day;
  bool operator==(const Commit&) const = default;
};
/// Print the ticket of an arrival again: the held original if it never came out, else a COPY.
struct PrintAgain {
  RequestId request;
  domain::Person person;
  domain::Visit visit;
  std::string language;
  bool operator==(const PrintAgain&) const = default;
};
/// The patient said whether an unknown ticket came out.
enum class CameOut { yes, no };
struct ResolvePrint {
  std::int64_t job = 0;
  CameOut came_out = CameOut::yes;
  bool operator==(const ResolvePrint&) const = default;
};
/// Only these jobs may print by themselves from now on; others that wait are held.
struct AllowPrinting {
  std::vector<std::int64_t> jobs;
  bool operator==(const AllowPrinting&) const = default;
};
enum class Sound { card_read, done, take_card, attention };
struct Play {
  Sound sound = Sound::done;
  bool operator==(const Play&) const = default;
};

using Effect =
    std::variant<LookUp, ReadFresh, Commit, PrintAgain, ResolvePrint, AllowPrinting, Play>;

struct Update {
  Model model;
  std::vector<Effect> effects;
};

/// The kiosk's one transition: what the model becomes and what the outside is asked for. Pure.
Update update(const Rules& rules, Model model, const Event& event);

}  // namespace kiosk::journeys
