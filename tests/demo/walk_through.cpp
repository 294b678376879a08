#include "tests/demo/walk_through.h"

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kiosk/shell/control_socket.h"

namespace demo {
namespace {

using nlohmann::json;

/// A visit that does not go on ends the walk.
struct Stuck : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr kiosk::Milliseconds patience{20'000};

class Walk {
 public:
  Walk(World& world, std::string socket, std::string out)
      : world_(world), socket_(std::move(socket)), out_(std::move(out)) {}

  int run();

 private:
  json ask(const json& request);
  void wait_for(const std::string& screen);
  void see(const std::string& name);
  void say(const std::string& what);
  void tap(const std::string& action) { ask({{"op", "tap"}, {"action", action}}); }
  void lay(const emulators::DemoPerson& person);
  void finish();
  json scene() { return ask({{"op", "scene"}}); }
  /// Waits until something of the scene or the status holds; polled, because it is seen from
  /// outside.
  void until(const std::string& what, const std::function<bool()>& holds);
  std::string number_on_screen();
  std::size_t tickets() { return ask({{"op", "paper"}})["tickets"].size(); }
  std::string confirm_and_note(const emulators::DemoPerson& person);
  void wait_until_synced();

  void by_card();
  void by_code();
  void without_server();
  void without_paper();
  void at_another_kiosk();
  int compare();

  emulators::DemoPerson person(const std::string& story) {
    emulators::DemoPerson found;
    world_.hospital()->with_hospital(
        [&](emulators::Hospital& hospital) { found = hospital.demo_person(story); });
    return found;
  }

  World& world_;
  std::string socket_;
  std::string out_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  int pictures_ = 0;
  int visit_ = 0;
  std::map<std::string, std::string> confirmed_;  ///< appointment -> number
};

json Walk::ask(const json& request) {
  const auto reply = kiosk::shell::ask_kiosk(socket_, request.dump(), patience + patience);
  if (!reply) throw Stuck(reply.error().what);
  json answer = json::parse(*reply);
  if (answer["ok"] != true) throw Stuck(request.dump() + ": " + answer.dump());
  return answer;
}

void Walk::wait_for(const std::string& screen) {
  ask({{"op", "wait"}, {"screen", screen}, {"timeout_ms", patience.count()}});
}

void Walk::say(const std::string& what) {
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began_;
  fmt::print("{:6.2f} s  {}\n", time.count(), what);
  std::fflush(stdout);
}

void Walk::see(const std::string& name) {
  ask({{"op", "screenshot"},
       {"path", fmt::format("{}/{:02}-visit{}-{}.png", out_, ++pictures_, visit_, name)}});
}

void Walk::until(const std::string& what, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::mutex mutex;
  std::condition_variable pause;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw Stuck("never: " + what);
    std::unique_lock lock(mutex);
    pause.wait_for(lock, kiosk::Milliseconds(25));
  }
}

void Walk::lay(const emulators::DemoPerson& who) {
  ask({{"op", "card"}, {"document", who.document}, {"number", who.number}, {"name", who.name}});
}

/// Back to welcome; the card is taken.
void Walk::finish() {
  ask({{"op", "lift_card"}});
  tap("home");
  const json screen =
      ask({{"op", "wait"}, {"screen", {"take_card", "welcome"}}, {"timeout_ms", patience.count()}});
  if (screen["screen"] == "take_card") {
    see("take_card");
    tap("home");
    wait_for("welcome");
  }
}

std::string Walk::number_on_screen() {
  const json shown = scene();
  for (const auto& node : shown["nodes"]) {
    const std::string text = node["text"];
    for (const char* start : {"K1-", "K1B-"}) {
      if (text.starts_with(start)) return text;
    }
  }
  throw Stuck("no number on the screen: " + shown.dump());
}

std::string Walk::confirm_and_note(const emulators::DemoPerson& who) {
  wait_for("confirm");
  see("confirm");
  tap("confirm");
  wait_for("done");
  const std::string number = number_on_screen();
  confirmed_[who.appointments.at(0)] = number;
  return number;
}

void Walk::wait_until_synced() {
  until("everything acknowledged by the hospital", [this] {
    return ask({{"op", "status"}})["outbox"]["pending"] == 0;
  });
}

void Walk::by_card() {
  see("welcome");
  const auto who = person("one_booked");
  say("visit 1: an ID card is laid on the reader");
  lay(who);
  const std::string number = confirm_and_note(who);
  until("the ticket", [this] { return tickets() == 1; });
  see("done");
  say("         confirmed, ticket " + number);
  finish();
}

void Walk::by_code() {
  const auto who = person("by_booking");
  say("visit 2: a booking code is shown, in English");
  tap("language:en");
  see("welcome");
  ask({{"op", "scan"}, {"code", who.booking}});
  const std::string number = confirm_and_note(who);
  until("the ticket", [this] { return tickets() == 2; });
  see("done");
  say("         confirmed, ticket " + number);
  finish();
}

void Walk::without_server() {
  const auto who = person("offline");
  wait_until_synced();
  say("visit 3: the network is cut");
  ask({{"op", "network"}, {"state", "down"}});
  lay(who);
  const std::string number = confirm_and_note(who);
  until("the ticket", [this] { return tickets() == 3; });
  see("done");
  say("         confirmed off-line, ticket " + number + "; the hospital does not know yet");
  finish();
  ask({{"op", "network"}, {"state", "up"}});
  wait_until_synced();
  say("         the network is back: the hospital knows");
}

void Walk::without_paper() {
  const auto who = person("paper_out");
  say("visit 4: the printer has no paper");
  ask({{"op", "printer"}, {"state", "paper_out"}});
  until("the kiosk knows", [this] { return ask({{"op", "status"}})["printer"] == "paper_out"; });
  see("welcome");
  lay(who);
  const std::string number = confirm_and_note(who);
  see("done");
  say("         confirmed, number " + number + " only on the screen");
  finish();
  if (tickets() != 3) throw Stuck("a ticket came out without paper");
  ask({{"op", "printer"}, {"state", "ok"}});
  until("the kiosk knows", [this] { return ask({{"op", "status"}})["printer"] == "ok"; });
  say("         paper is back; the patient returns");
  lay(who);
  wait_for("already_checked_in");
  until("the ticket", [this] { return tickets() == 4; });
  see("already_checked_in");
  say("         her ticket " + number + " is printed");
  finish();
}

void Walk::at_another_kiosk() {
  const auto who = person("already_checked_in");
  say("visit 5: somebody who checked in at another kiosk");
  lay(who);
  wait_for("already_checked_in");
  see("already_checked_in");
  say("         is told so, with the number from there");
  finish();
}

int Walk::compare() {
  wait_until_synced();
  std::string state;
  world_.hospital()->with_hospital(
      [&](emulators::Hospital& hospital) { state = hospital.export_state(); });
  const json known = json::parse(state);
  std::ofstream(out_ + "/hospital.json") << known.dump(2) << "\n";

  std::map<std::string, std::vector<std::string>> numbers;  // by appointment
  for (const auto& encounter : known["encounters"]) {
    if (encounter["status"] == "entered-in-error") continue;
    std::string key, number;
    for (const auto& identifier : encounter.value("identifier", json::array())) {
      if (identifier["system"] == "urn:kiosk:visit-key") key = identifier["value"];
      if (identifier["system"] == "urn:kiosk:ticket-number") number = identifier["value"];
    }
    if (number.starts_with("K1")) numbers[key].push_back(number);
  }
  int wrong = 0;
  for (const auto& [appointment, number] : confirmed_) {
    const bool right = numbers[appointment] == std::vector<std::string>{number};
    say(fmt::format("         {}: printed {}, the hospital has {}{}", appointment, number,
                    fmt::join(numbers[appointment], " "), right ? "" : "   <- WRONG"));
    wrong += right ? 0 : 1;
    numbers.erase(appointment);
  }
  for (const auto& [appointment, given] : numbers) {
    if (given.empty()) continue;
    say("         " + appointment + ": an arrival that nobody confirmed   <- WRONG");
    ++wrong;
  }
  const json paper = ask({{"op", "paper"}});
  if (paper["tickets"].size() != confirmed_.size() || !paper["protocol_errors"].empty()) {
    say("         the paper does not agree: " + paper.dump());
    ++wrong;
  }
  say(fmt::format("{} arrivals confirmed, {} tickets, {} wrong; pictures and hospital.json in {}",
                  confirmed_.size(), paper["tickets"].size(), wrong, out_));
  return wrong == 0 ? 0 : 1;
}

int Walk::run() {
  try {
    until("the day's appointments", [this] {
      const json status = ask({{"op", "status"}});
      return status["last_sync"] != "" && status["printer"] == "ok" && status["reader"] == "ok" &&
             status["scanner"] == "ok";
    });
    say("the kiosk is ready and knows the day's appointments");
    for (const auto step : {&Walk::by_card, &Walk::by_code, &Walk::without_server,
                            &Walk::without_paper, &Walk::at_another_kiosk}) {
      ++visit_;
      (this->*step)();
    }
    return compare();
  } catch (const std::exception& error) {
    say(std::string("the walk ended early: ") + error.what());
    try {
      see("stuck");
    } catch (const std::exception&) {
      say("and the kiosk gives no picture");
    }
    return 1;
  }
}

}  // namespace

int walk_through(World& world, const std::string& socket, const std::string& out) {
  return Walk(world, socket, out).run();
}

}  // namespace demo
