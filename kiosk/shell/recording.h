#pragma once

// What happened at a test kiosk, to be played back: every event that reached the journeys, one a
// line, flushed. With the same rules the same events lead to the same screens, so nothing that is
// drawn needs to be kept.
//
// Replaced before a line is written: names, birth dates, identifiers, phones, ids of patients,
// appointments and encounters, doctors, booking, queue and ticket numbers, nonces, tokens, card
// numbers, scanned texts, typed digits and all free texts of the server. Equal values get equal
// tokens within one recording. Of a card it is kept whether its number checks and whether it has
// expired, of a code its kind, of a typed date whether it is one.
// Kept: instants, states, language, clinic, place, campus and marks (rules ask for them), counts
// and print jobs. Times and clinics may point at a person: a recording is not for publication.

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/journeys/effect.h"

namespace kiosk::shell {

/// Longest recording that is written or read, bytes; a full one ends, the kiosk goes on.
inline constexpr std::size_t recording_bytes_max = 64 * 1024 * 1024;

/// Replaces identity values by tokens. Thread: one.
class Disguise {
 public:
  /// The event as it may be kept; `before` is the model that it is about to meet.
  journeys::Event hide(const journeys::Rules& rules, const journeys::Model& before,
                       journeys::Event event);

 private:
  std::uint64_t number_of(const std::string& value);
  void id(std::string& value);
  void hide(domain::Person& person);
  void hide(domain::Appointment& appointment);
  void hide(domain::Arrival& arrival);
  void hide(domain::Visit& visit);
  void hide(journeys::LookUpAnswered& answer);
  void hide(journeys::FreshAnswered& answer);
  void hide(journeys::CommitAnswered& answer);

  std::map<std::string, std::uint64_t> numbers_;
  std::uint64_t last_number_ = 0;
};

/// Writes the recording of one run of the kiosk. Thread: UI.
class Recorder {
 public:
  /// Makes the folder, and in it a new file named after `start` that its owner alone may read.
  /// Errors: recording/cannot_write.
  static Result<std::unique_ptr<Recorder>> create(const std::string& folder, const Now& start);

  /// Appends one line; when that fails the recording ends, with a line in the log.
  void record(const journeys::Rules& rules, const journeys::Model& before,
              const journeys::Event& event);
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Recorder(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  bool write(const std::string& line);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t written_ = 0;
  Disguise disguise_;
};

struct Recording {
  Now start;
  std::vector<journeys::Event> events;
};

/// The text form, each with its line end; nothing is hidden here.
std::string first_line(const Now& start);
std::string line_of(journeys::Event event);

/// Reads a whole recording; a last line without its end (the kiosk was cut off) is left out.
/// Errors: recording/bad_line with its number, recording/too_long. Thread: any; pure.
Result<Recording> read_recording(std::string_view text);

/// The names of the screens in the order they were shown ("help" while help covers one), a screen
/// that stays up once. `rules` are those of the kiosk; its table of codes is not needed.
std::vector<std::string> replay(journeys::Rules rules, const Recording& recording);

}  // namespace kiosk::shell
