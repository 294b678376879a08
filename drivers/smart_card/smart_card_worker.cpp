#include "drivers/smart_card/smart_card_worker.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "drivers/smart_card/card_dialogue.h"

namespace drivers::smart_card {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t commands_max = 64;
// A command, or the end, is noticed after so long. Ending the wait from another thread would make
// that thread wait for the daemon, and a call that comes just before the wait would be lost.
constexpr kiosk::Milliseconds look_limit{200};
constexpr kiosk::Milliseconds back_off_first{100};
constexpr kiosk::Milliseconds back_off_max{2000};
constexpr int resets_max = 2;  // of one card, by another program

bool is_of_service(const kiosk::Error& why) {
  constexpr std::array<std::string_view, 4> codes = {"no_service", "silent", "denied", "service"};
  return std::find(codes.begin(), codes.end(), why.code) != codes.end();
}

}  // namespace

SmartCardWorker::SmartCardWorker(Settings settings, std::unique_ptr<CardSystem> system,
                                 std::function<void(Event)> sink)
    : settings_(std::move(settings)),
      system_(std::move(system)),
      sink_(std::move(sink)),
      commands_(commands_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

bool SmartCardWorker::post(Command command) {
  return commands_.push(command);
}

void SmartCardWorker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (back_off_ > kiosk::Milliseconds(0)) {
      // A command cuts the wait short; there is no harm in that, commands are few.
      if (const auto command = commands_.pop(back_off_, stop)) wanted_ = *command;
    }
    while (const auto command = commands_.try_pop()) wanted_ = *command;
    look(stop);
  }
}

void SmartCardWorker::look(const std::stop_token& stop) {
  auto slots = system_->wait(look_limit);
  if (!slots) return failed(slots.error());
  back_off_ = {};
  std::erase_if(*slots, [this](const Slot& slot) {
    return slot.reader.find(settings_.reader_name) == std::string::npos;
  });
  compare(std::move(*slots));
  if (wanted_ == CardWanted::no) return;
  for (Seen& seen : seen_) {
    if (seen.slot.presence == Presence::card && !std::exchange(seen.asked, true)) ask(seen, stop);
    if (seen_.empty()) return;
  }
}

void SmartCardWorker::compare(std::vector<Slot> slots) {
  std::vector<Seen> now;
  std::vector<std::string> readers;
  for (Slot& slot : slots) {
    readers.push_back(slot.reader);
    const bool same = std::any_of(seen_.begin(), seen_.end(), [&](const Seen& seen) {
      return seen.asked && seen.slot == slot;
    });
    now.push_back({std::move(slot), same});
  }
  seen_ = std::move(now);
  if (readers.empty()) {
    return unusable({"smart_card", "no_reader", "no smart card reader is plugged in"});
  }
  told_unusable_ = {};
  if (told_ == readers) return;
  told_ = readers;
  sink_(ReadersReady{std::move(readers)});
}

void SmartCardWorker::ask(Seen& seen, const std::stop_token& stop) {
  sink_(CardNoticed{seen.slot.reader});
  auto outcome = converse(seen.slot.reader, stop);
  system_->disconnect();
  if (stop.stop_requested()) return;
  if (outcome) {
    std::visit([this](auto& what) { sink_(std::move(what)); }, *outcome);
  } else if (outcome.error().code == "pulled") {
    sink_(CardPulled{});
  } else if (is_of_service(outcome.error())) {
    failed(outcome.error());
  } else {
    sink_(CardUnreadable{outcome.error()});
  }
}

kiosk::Result<CardOutcome> SmartCardWorker::converse(const std::string& reader,
                                                     const std::stop_token& stop) {
  const auto until = Clock::now() + settings_.card_limit;
  CardDialogue dialogue(settings_.wanted);
  int resets = 0;
  auto atr = system_->connect(reader);
  if (!atr) return kiosk::pass_on(atr.error());
  auto step = dialogue.start(*atr);
  while (const auto* command = std::get_if<kiosk::Bytes>(&step)) {
    if (Clock::now() >= until || stop.stop_requested()) {
      return kiosk::fail("smart_card", "too_long", "the card takes too long",
                         kiosk::Remedy::patient);
    }
    const auto reply = system_->transmit(*command);
    if (reply) {
      step = dialogue.take(*reply);
    } else if (reply.error().code == "reset" && resets++ < resets_max) {
      system_->disconnect();
      atr = system_->connect(reader);
      if (!atr) return kiosk::pass_on(atr.error());
      step = dialogue.start(*atr);
    } else {
      return kiosk::pass_on(reply.error());
    }
  }
  return std::get<CardOutcome>(std::move(step));
}

void SmartCardWorker::failed(kiosk::Error why) {
  back_off_ = std::clamp(back_off_ * 2, back_off_first, back_off_max);
  seen_.clear();
  unusable(std::move(why));
}

void SmartCardWorker::unusable(kiosk::Error why) {
  told_.clear();
  if (std::exchange(told_unusable_, why.code) != why.code) sink_(ReadersUnusable{std::move(why)});
}

}  // namespace drivers::smart_card
