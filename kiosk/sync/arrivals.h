#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kiosk/sync/context.h"
#include "kiosk/sync/fhir_write.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {

/// Tells the server each committed arrival once. Every attempt begins with reading what the server
/// holds (the appointment, then the visit key), so that an interrupted, repeated or raced attempt
/// goes on from the facts: nothing there -> send; ours there -> done; someone else's -> our ticket
/// is put on it.
class Arrivals {
 public:
  explicit Arrivals(Context& context) : context_(context) {}

  void step(Now now);
  void outbox_changed() { check_ = true; }
  /// What is put off need not wait out its pause: the server answers again, or the clock by which
  /// it was put off was wrong.
  void release(Now now);
  bool busy() const { return !works_.empty(); }
  std::optional<Instant> wake() const;
  void follow_clock(Now now, Milliseconds change);

 private:
  enum class Doing { reading_appointment, reading, writing };
  struct Work {
    domain::ArrivalMessage message;
    FreshAppointment appointment;
    std::string found_json;            ///< the Bundle of the last search
    bool found_mended = false;         ///< read with marks in its text
    std::vector<EncounterRow> found;   ///< its rows with our visit key (or of our appointment)
    std::optional<Instant> resume_at;  ///< waits before it reads again
    HttpRequest written;               ///< the last write
    std::string refusal;               ///< the server's words, where it refused that one
    int conflicts = 0;
    std::set<std::string> patients;  ///< whom the appointment names
    int records_read = 0;            ///< of merged patients
    bool stays = false;              ///< the record of who confirmed was merged into no other
    bool sending_noted = false;      ///< the store knows that bytes leave
    bool by_id = false;              ///< `found` was read by its id: the search does not show it
    bool maybe_there = false;        ///< an earlier write may have reached the server
    Doing doing = Doing::reading;

    void take(const Reply& reply, std::vector<EncounterRow> rows) {
      found = std::move(rows);
      found_json = reply.body();
      found_mended = reply.mended;
    }
    /// Whose Patient is read next: of who confirmed, and once that stays, of whom is named.
    const std::string& record() const { return stays ? *patients.begin() : message.patient_id; }
  };
  using Id = std::int64_t;
  using Step = void (Arrivals::*)(Now, Id, const Reply&);

  void start(Now now, Id id);
  void send(Now now, Id id, HttpRequest request, Doing doing, Step next);
  void read(Now now, Id id, HttpRequest request, Step next);
  void on_appointment(Now now, Id id, const Reply& reply);
  std::optional<Reading> read_answer(Now now, Id id, const Reply& reply,
                                     Result<Reading> (*reader)(const Reply&));
  bool take_found(Now now, Id id, const Reply& reply);
  void check_patient(Now now, Id id);
  void on_patient(Now now, Id id, const Reply& reply);
  void search_visit_key(Now now, Id id, Step next);
  void on_visit_key(Now now, Id id, const Reply& reply);
  void on_own_encounters(Now now, Id id, const Reply& reply);
  void decide(Now now, Id id);
  void decide_nothing_found(Now now, Id id);
  bool read_created(Now now, Id id, const char* type, Step next);
  bool take_created(Now now, Id id, const Reply& reply);
  void on_created_before(Now now, Id id, const Reply& reply);
  void decide_by_task(Now now, Id id);

  bool note_sending(Now now, Id id);
  void write(Now now, Id id, HttpRequest request, Step next);
  void tell(Now now, Id id);
  void create(Now now, Id id, const char* type, Step next);
  void change(Now now, Id id, const std::string& reference, const std::string& etag,
              const Result<Change>& change, Step next);
  void patch_appointment(Now now, Id id, Step next);
  void on_told(Now now, Id id, const Reply& reply);
  void on_encounter_created(Now now, Id id, const Reply& reply);
  void on_appointment_changed(Now now, Id id, const Reply& reply);
  void on_task_created(Now now, Id id, const Reply& reply);
  void settle(Now now, Id id);
  void on_settling(Now now, Id id, const Reply& reply);
  void resolve(Now now, Id id);
  void resolve_tasks(Now now, Id id);
  void withdraw_found(Now now, Id id, const EncounterRow& row);
  void look_for_created(Now now, Id id, const char* type);
  void on_created(Now now, Id id, const Reply& reply);
  void on_changed(Now now, Id id, const Reply& reply);
  void put_ticket_on(Now now, Id id, const EncounterRow& staying);

  void not_spoken(Now now, Id id, const Reply& reply);
  void unreadable(Now now, Id id, const Error& error);
  void not_done(Now now, Id id, const Reply& reply);
  void look_again(Now now, Id id, std::string words);
  void doubt(Now now, Id id);
  void conflict(Now now, Id id, const std::string& why);
  void acknowledge(Now now, Id id, const std::string& encounter_id);
  void refuse(Now now, Id id, const std::string& why);
  void later(Now now, Id id, Milliseconds pause, const std::string& why);
  void end(Id id, const Result<void>& stored);
  bool ours(const EncounterRow& row, const Work& work) const;
  std::string closed(const Work& work) const;
  bool may_write_back(Now now, Id id, bool is_mended);
  bool may_send_again(Now now, Id id);

  Context& context_;
  std::map<Id, Work> works_;
  /// Encounter or Task that a 2xx named: a search's index may show it later, and meanwhile it is
  /// not made again.
  std::map<Id, std::string> created_;
  std::map<Id, Instant> told_at_;  ///< the first write that was answered
  std::map<Id, int> failures_;     ///< in a row, for the pause
  std::map<Id, Instant>
      unknown_since_;  ///< before it may be sent again the server's limit must pass
  bool check_ = true;
  std::optional<Instant> check_at_;
  std::optional<Instant> release_at_;  ///< when pauses of a wrong clock are ended once more
};

}  // namespace kiosk::sync
