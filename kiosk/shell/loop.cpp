#include "kiosk/shell/loop.h"

#include <algorithm>

#include "kiosk/base/overloaded.h"

namespace kiosk::shell {
namespace {

constexpr Milliseconds wait_limit_default{10'000};

/// Two readers or scanners: a patient can use the better, staff are told of the worse.
template <typename Health>
std::vector<Health> healths(const std::map<std::string, DeviceReport>& devices) {
  std::vector<Health> found;
  for (const auto& [name, report] : devices) {
    if (const auto* health = std::get_if<Health>(&report.health)) found.push_back(*health);
  }
  return found;
}

template <typename Health>
Health best(const std::vector<Health>& of, Health otherwise) {
  return std::find(of.begin(), of.end(), Health::ok) != of.end() ? Health::ok : otherwise;
}

journeys::ReaderHealth worst(const std::vector<journeys::ReaderHealth>& of) {
  using enum journeys::ReaderHealth;
  for (const auto health : {out_of_service, missing}) {
    if (std::find(of.begin(), of.end(), health) != of.end()) return health;
  }
  return ok;
}

bool wants_input(const journeys::Model& model) {
  return !std::holds_alternative<journeys::Committing>(model.screen) &&
         !std::holds_alternative<journeys::Closed>(model.screen);
}

}  // namespace

Loop::Loop(const journeys::Rules& rules, Face& face, Clock& clock, LoopPorts ports,
           Automation automation, Recorder* recorder)
    : rules_(rules),
      face_(face),
      clock_(clock),
      ports_(std::move(ports)),
      automation_(automation),
      recorder_(recorder),
      model_(journeys::initial_model(rules, clock.now())) {
  face_.show(model_);
}

bool Loop::post(LoopInput input) {
  const bool queued = queue_.push(std::move(input));
  face_.wake();
  return queued;
}

void Loop::stop() {
  stopping_ = true;
  face_.wake();
}

void Loop::run() {
  feed(journeys::Tick{});
  while (!stopping_ && !face_.closed()) {
    for (std::string& action : face_.wait(time_to_wait())) {
      feed(journeys::Tapped{std::move(action)});
    }
    while (auto input = queue_.try_pop()) take(std::move(*input));
    if (time_passed()) feed(journeys::Tick{});
    answer_waits();
  }
}

Milliseconds Loop::time_to_wait() const {
  Milliseconds wait = journeys::next_deadline(rules_, model_) - clock_.now().instant;
  const auto now = std::chrono::steady_clock::now();
  for (const Waiting& waiting : waits_) {
    wait = std::min(wait, std::chrono::ceil<Milliseconds>(waiting.until - now));
  }
  return std::clamp(wait, Milliseconds(0), Milliseconds(60'000));
}

bool Loop::time_passed() const {
  const Instant now = clock_.now().instant;
  const bool set_back = now + Minutes(1) < model_.now.instant;
  return set_back || now >= journeys::next_deadline(rules_, model_);
}

void Loop::take(LoopInput input) {
  std::visit(overloaded{
                 [&](decltype(journeys::Event::what)& what) { feed(std::move(what)); },
                 [&](RecordsFacts& facts) {
                   around_.server = facts.server;
                   around_.ledger = facts.ledger;
                   around_.has_data = facts.has_data;
                   around_.may_issue = facts.may_issue;
                   around_.revoked = facts.revoked;
                   around_.notices = facts.notices;
                   update_surroundings();
                 },
                 [&](DeviceReport& report) { take_report(std::move(report)); },
                 [&](ControlCall& call) { control(std::move(call)); },
             },
             input);
}

void Loop::take_report(DeviceReport report) {
  const std::string name = report.name;
  devices_[name] = std::move(report);
  const auto readers = healths<journeys::ReaderHealth>(devices_);
  around_.reader = best(readers, worst(readers));
  around_.scanner =
      best(healths<journeys::ScannerHealth>(devices_), journeys::ScannerHealth::missing);
  for (const auto printer : healths<journeys::PrinterHealth>(devices_)) around_.printer = printer;
  if (!readers.empty() && worst_reader_ != worst(readers)) {
    worst_reader_ = worst(readers);
    ports_.reader_changed({worst_reader_});
  }
  update_surroundings();
}

void Loop::update_surroundings() {
  feed(journeys::SurroundingsChanged{around_});
}

void Loop::feed(decltype(journeys::Event::what) what) {
  const journeys::Event event{clock_.now(), std::move(what)};
  if (recorder_ != nullptr) recorder_->record(rules_, model_, event);
  acts_.before(event, model_);
  journeys::Update next = journeys::update(rules_, std::move(model_), event);
  model_ = std::move(next.model);
  // Before the effects: a commit takes them along.
  if (auto notes = acts_.after(rules_, event, model_); !notes.empty() && ports_.note_acts) {
    ports_.note_acts({event.now, std::move(notes)});
  }
  for (const journeys::Effect& effect : next.effects) ports_.perform(effect);
  if (const bool wanted = wants_input(model_); wanted_ != wanted) {
    wanted_ = wanted;
    ports_.want_input(wanted);
  }
  face_.show(model_);
}

std::string Loop::screen_name() const {
  if (model_.session.overlay == journeys::Overlay::help) return "help";
  return journeys::name(model_.screen);
}

std::string Loop::tap(const ControlRequest& request) {
  std::string action = request.get("action");
  if (const auto at = request.numbers.find("at"); at != request.numbers.end()) {
    if (at->second.size() != 2) {
      return error_reply({"control", "bad_request", "\"at\" takes two numbers, x and y"});
    }
    action = face_.hit(at->second[0], at->second[1]);
    if (action.empty()) return error_reply({"control", "no_node", "nothing to press there"});
  }
  const std::vector<SceneNode> nodes = face_.nodes();
  const bool pressable = std::any_of(nodes.begin(), nodes.end(), [&](const SceneNode& node) {
    return node.enabled && !action.empty() && node.action == action;
  });
  if (!pressable) {
    return error_reply({"control", "no_node",
                        "no enabled control with the action \"" + action + "\" on screen \"" +
                            screen_name() + "\""});
  }
  feed(journeys::Tapped{action});
  return ok_reply();
}

void Loop::control(ControlCall call) {
  const ControlRequest& request = call.request;
  if (request.op == "status" || request.op == "list" || request.op == "audit" ||
      request.op == "sync" || request.op == "withdraw") {
    call.request.text["screen"] = screen_name();
    call.request.text["reader"] = text_of(around_.reader);
    call.request.text["scanner"] = text_of(around_.scanner);
    ports_.ask_records(std::move(call));
    return;
  }
  if (request.op == "devices") {
    call.reply(devices_reply(lines_of(devices_)));
    return;
  }
  if (automation_ == Automation::off) {
    call.reply(error_reply({"control", "not_allowed",
                            "\"" + request.op + "\" needs a kiosk that runs with test = true"}));
    return;
  }
  if (request.op == "scene") {
    call.reply(scene_reply(screen_name(), model_.session.language, face_.nodes()));
  } else if (request.op == "tap") {
    call.reply(tap(request));
  } else if (request.op == "screenshot") {
    const auto written = face_.screenshot(request.get("path"));
    call.reply(written ? text_reply("path", request.get("path")) : error_reply(written.error()));
  } else if (request.op == "wait") {
    Waiting waiting;
    if (const auto many = request.texts.find("screen"); many != request.texts.end()) {
      waiting.screens = many->second;
    } else {
      waiting.screens = {request.get("screen")};
    }
    const auto limit = request.number.find("timeout_ms");
    const auto wait_ms = limit == request.number.end()
                             ? wait_limit_default
                             : Milliseconds(std::int64_t(std::clamp(limit->second, 0.0, 600e3)));
    waiting.until = std::chrono::steady_clock::now() + wait_ms;
    waiting.call = std::move(call);
    waits_.push_back(std::move(waiting));
    answer_waits();
  } else {
    std::string reply = ports_.extra_control ? ports_.extra_control(request) : std::string();
    if (reply.empty()) {
      reply = error_reply({"control", "unknown_op", "unknown op \"" + request.op + "\""});
    }
    call.reply(std::move(reply));
  }
}

void Loop::answer_waits() {
  const std::string screen = screen_name();
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(waits_, [&](const Waiting& waiting) {
    const bool shown =
        std::find(waiting.screens.begin(), waiting.screens.end(), screen) != waiting.screens.end();
    if (shown) {
      waiting.call.reply(text_reply("screen", screen));
    } else if (now >= waiting.until) {
      waiting.call.reply(
          error_reply({"control", "timed_out", "the screen is still \"" + screen + "\""}));
    }
    return shown || now >= waiting.until;
  });
}

}  // namespace kiosk::shell
