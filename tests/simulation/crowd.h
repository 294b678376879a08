#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/invariants.h"

namespace simulation {

/// All that people act upon.
struct Scene {
  Agenda& agenda;
  Trace& trace;
  emulators::Hospital& hospital;
  Invariants& invariants;
  std::vector<SimKiosk*> kiosks;
  const Troubles& troubles;
};

/// The patients: they come when they like, with card, code or neither, look at the screen, tap,
/// hesitate, walk away, try the other kiosk, come back.
class Crowd {
 public:
  Crowd(Scene scene, Dice dice);
  ~Crowd();

  /// Invites so many people to come between now and `until`.
  void invite(std::size_t count, kiosk::Instant until);
  /// Who comes later than this stays at home.
  void close_doors() { open_ = false; }
  bool someone_is_here() const;

 private:
  enum class With { card, booking_code, hospital_card, nothing };
  struct Patient;

  const emulators::DemoPerson& some_of(const std::vector<emulators::DemoPerson>& people);
  void arrive(Patient& patient);
  void plan(Patient& patient, kiosk::Milliseconds delay);
  void act(Patient& patient);
  void present(Patient& patient);
  void type(Patient& patient);
  void look_at_screen(Patient& patient);
  void at_choose(Patient& patient);
  void at_confirm(Patient& patient, const kiosk::journeys::Confirm& confirm);
  void at_done(Patient& patient, const kiosk::journeys::Done& done);
  void at_outcome(Patient& patient, const kiosk::journeys::Outcome& outcome);
  void tap(Patient& patient, const std::string& action);
  void leave(Patient& patient);
  void check_it_is_me(const Patient& patient, const std::string& person_id);
  bool paper_came_out(const Patient& patient) const;

  Scene scene_;
  Dice dice_;
  bool open_ = true;
  std::vector<std::unique_ptr<Patient>> patients_;
  std::map<SimKiosk*, Patient*> standing_;  ///< who stands before which kiosk

 public:
  /// Papers that have fallen, by visit key; told by the printers.
  void paper_fell(const Paper& paper) { papers_.insert(paper.visit_key); }

 private:
  std::set<std::string> papers_;
};

}  // namespace simulation
