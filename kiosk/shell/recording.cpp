#include "kiosk/shell/recording.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "kiosk/base/overloaded.h"
#include "kiosk/journeys/actions.h"
#include "kiosk/shell/log.h"

namespace kiosk::shell {
namespace {

namespace actions = journeys::actions;

/// Values remembered to give them the same token again; forgotten between visits when more.
constexpr std::size_t numbers_max = 100'000;

constexpr domain::Date birth_date{2000, 1, 1};
constexpr std::string_view birth_date_typed = "20000101";
/// GB 11643 in its form of 15 digits, so that the check character is computed where it is needed.
/// No region has this code.
constexpr const char* card_number = "999999000101001";
constexpr domain::Date expired_on{1900, 1, 1};
constexpr domain::Date valid_until{2999, 12, 31};

// What is kept of a scanned code; `replay` reads codes by a table of these words.
constexpr const char* booking_word = "booking";
constexpr const char* person_word = "person";
constexpr const char* ticket_word = "ticket";
constexpr const char* damaged_word = "damaged";
constexpr const char* unknown_word = "unknown";

/// In place of what a smart card said.
constexpr const char* hidden_identifier = "identifier";

std::vector<domain::CodeFormat> table_of_words() {
  using domain::Checksum;
  using domain::CodeMeaning;
  return {{booking_word, booking_word, Checksum::none, CodeMeaning::booking_number, ""},
          {person_word, person_word, Checksum::none, CodeMeaning::person, ""},
          {ticket_word, ticket_word, Checksum::none, CodeMeaning::ticket, ""},
          {damaged_word, damaged_word, Checksum::citizen_number, CodeMeaning::person, ""}};
}

void hide_code(const journeys::Rules& rules, journeys::CodeScanned& scanned) {
  scanned.text = std::visit(overloaded{
                                [](const domain::BookingCode&) { return booking_word; },
                                [](const domain::PersonCode&) { return person_word; },
                                [](const domain::TicketCode&) { return ticket_word; },
                                [](domain::DamagedCode) { return damaged_word; },
                                [](domain::UnknownCode) { return unknown_word; },
                            },
                            domain::recognise_code(rules.code_formats, scanned.text));
}

void hide_card(const journeys::Rules& rules, const Now& now, journeys::CardRead& card) {
  const bool foreign = card.kind == journeys::CardKind::foreign_permit;
  const bool checks =
      foreign ? !card.number.empty() : !domain::normalised_citizen_number(card.number).empty();
  card.number = checks ? card_number : "";
  if (!card.valid_to) return;
  const bool expired = *card.valid_to < domain::local_time(rules.zone, now.instant).date;
  card.valid_to = expired ? expired_on : valid_until;
}

/// Another character that does to the entry screen what the typed one does: the digits of one fixed
/// date, the last of them wrong when the typed date is no date, then zeros.
char hidden_digit(const journeys::Rules& rules, const journeys::Model& before,
                  const journeys::Event& event, char typed) {
  constexpr char nothing = '-';
  const auto* entry = std::get_if<journeys::Entry>(&before.screen);
  if (entry == nullptr) return nothing;
  const bool digit = typed >= '0' && typed <= '9';
  const std::size_t length = entry->birth_date.size();
  if (length >= birth_date_typed.size()) {
    return digit || (typed == 'X' && entry->last_four.size() == 3) ? '0' : nothing;
  }
  if (!digit) return nothing;
  if (length + 1 < birth_date_typed.size()) return birth_date_typed[length];
  const journeys::Model after = journeys::update(rules, before, event).model;
  const auto* complete = std::get_if<journeys::Entry>(&after.screen);
  return complete != nullptr && complete->bad_date ? '0' : birth_date_typed[length];
}

std::string shown_name(const journeys::Model& model) {
  return model.session.overlay == journeys::Overlay::help ? "help" : journeys::name(model.screen);
}

}  // namespace

std::uint64_t Disguise::number_of(const std::string& value) {
  const auto [at, added] = numbers_.try_emplace(value, last_number_ + 1);
  if (added) ++last_number_;
  return at->second;
}

void Disguise::id(std::string& value) {
  if (!value.empty()) value = fmt::format("t{}", number_of(value));
}

void Disguise::hide(domain::Person& person) {
  id(person.id);
  if (!person.name.empty()) person.name = fmt::format("某{}", number_of(person.name));
  if (person.birth_date) person.birth_date = birth_date;
  for (domain::Identifier& identifier : person.identifiers) id(identifier.value);
  for (std::string& phone : person.phones) phone = fmt::format("1{:010}", number_of(phone));
}

void Disguise::hide(domain::Appointment& appointment) {
  for (std::string* text :
       {&appointment.id, &appointment.version, &appointment.etag, &appointment.patient_id,
        &appointment.doctor_id, &appointment.doctor_name, &appointment.doctor_title,
        &appointment.booking_number, &appointment.queue_number, &appointment.visit_type,
        &appointment.cancellation_reason}) {
    id(*text);
  }
  for (std::string& note : appointment.notes) id(note);
}

void Disguise::hide(domain::Arrival& arrival) {
  for (std::string* text : {&arrival.encounter_id, &arrival.visit_key, &arrival.nonce,
                            &arrival.number, &arrival.token}) {
    id(*text);
  }
}

void Disguise::hide(domain::Visit& visit) {
  hide(visit.appointment);
  if (visit.arrival) hide(*visit.arrival);
}

void Disguise::hide(journeys::LookUpAnswered& answer) {
  auto* found = std::get_if<std::vector<domain::PersonVisits>>(&answer.result);
  if (found == nullptr) return;
  for (domain::PersonVisits& person : *found) {
    hide(person.person);
    for (domain::Visit& visit : person.visits) hide(visit);
  }
}

void Disguise::hide(journeys::FreshAnswered& answer) {
  if (auto* visit = std::get_if<domain::Visit>(&answer.result)) hide(*visit);
}

void Disguise::hide(journeys::CommitAnswered& answer) {
  for (journeys::CommitResult& result : answer.results) {
    std::visit(overloaded{
                   [&](domain::Committed& committed) {
                     id(committed.visit_key);
                     id(committed.number);
                     id(committed.token);
                   },
                   [&](domain::AlreadyCheckedIn& already) { hide(already.arrival); },
                   [&](domain::ChangedMeanwhile& changed) { hide(changed.appointment); },
                   [](journeys::CannotRecord&) {},
                   [](journeys::RecordingUnknown&) {},
               },
               result);
  }
}

journeys::Event Disguise::hide(const journeys::Rules& rules, const journeys::Model& before,
                               journeys::Event event) {
  if (numbers_.size() > numbers_max && std::holds_alternative<journeys::Welcome>(before.screen)) {
    numbers_.clear();
  }
  std::string action;
  if (const auto* tap = std::get_if<journeys::Tapped>(&event.what)) {
    action = tap->action;
    if (const auto typed = actions::argument(action, actions::digit); !typed.empty()) {
      const char digit = typed.size() == 1 ? hidden_digit(rules, before, event, typed[0]) : '-';
      action = actions::with(actions::digit, std::string(1, digit));
    }
  }
  std::visit(overloaded{
                 [](journeys::Tick&) {},
                 [&](journeys::Tapped& tap) { tap.action = std::move(action); },
                 [](journeys::CardNoticed&) {},
                 [&](journeys::CardRead& card) { hide_card(rules, event.now, card); },
                 [](journeys::CardUnreadable&) {},
                 [](journeys::IdentifierRead& read) { read.identifier.value = hidden_identifier; },
                 [&](journeys::CodeScanned& scanned) { hide_code(rules, scanned); },
                 [&](journeys::LookUpAnswered& answer) { hide(answer); },
                 [&](journeys::FreshAnswered& answer) { hide(answer); },
                 [&](journeys::CommitAnswered& answer) { hide(answer); },
                 [](journeys::TicketQueued&) {},
                 [](journeys::PrintReported&) {},
                 [](journeys::SurroundingsChanged&) {},
             },
             event.what);
  return event;
}

Result<std::unique_ptr<Recorder>> Recorder::create(const std::string& folder, const Now& start) {
  std::error_code ignored;  // what is wrong with the folder shows when the file is opened
  std::filesystem::create_directories(folder, ignored);
  std::string path = fmt::format("{}/{}.recording", folder, to_ms(start.instant));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  std::FILE* file = descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
  if (file == nullptr) {
    if (descriptor >= 0) ::close(descriptor);
    return fail("recording", "cannot_write", "cannot make " + path);
  }
  std::unique_ptr<Recorder> recorder(new Recorder(std::move(path), file));
  if (recorder->write(first_line(start))) return recorder;
  return fail("recording", "cannot_write", "cannot write " + recorder->path());
}

bool Recorder::write(const std::string& line) {
  written_ += line.size();
  return written_ <= recording_bytes_max &&
         std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() &&
         std::fflush(file_.get()) == 0;
}

void Recorder::record(const journeys::Rules& rules, const journeys::Model& before,
                      const journeys::Event& event) {
  if (!file_ || write(line_of(disguise_.hide(rules, before, event)))) return;
  file_.reset();
  log(Severity::warning, "recording_ended", {{"file", path_}});
}

std::vector<std::string> replay(journeys::Rules rules, const Recording& recording) {
  rules.code_formats = table_of_words();
  journeys::Model model = journeys::initial_model(rules, recording.start);
  std::vector<std::string> screens{shown_name(model)};
  for (const journeys::Event& event : recording.events) {
    model = journeys::update(rules, std::move(model), event).model;
    std::string screen = shown_name(model);
    if (screen != screens.back()) screens.push_back(std::move(screen));
  }
  return screens;
}

}  // namespace kiosk::shell
