#include "drivers/id_card/helper_reader.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace drivers::id_card {
namespace {

using kiosk::Error;
using kiosk::Milliseconds;
using kiosk::Remedy;
using usb::Moment;

constexpr Milliseconds send_limit{2000};
constexpr Milliseconds same_laying{2000};  ///< the same card again within it is no new one
constexpr std::size_t line_bytes_max = 8192;
constexpr int bad_lines_max = 5;
constexpr int lines_a_second_max = 200;

std::size_t hash_of(const IdCardText& card) {
  return std::hash<std::string>{}(card.number + '\n' + card.name + '\n' + card.valid_from);
}

}  // namespace

usb::Outputs<ReaderEvent> HelperReader::step(Moment now, std::span<const usb::Input> inputs,
                                             std::span<const Command> commands) {
  out_ = {};
  for (const Command wanted : commands) {
    if (std::exchange(wanted_, wanted) != wanted && phase_ == Phase::ready) {
      send(helper_wants(wanted));
    }
  }
  for (const usb::Input& input : inputs) {
    std::visit([&](const auto& what) { take(now, what); }, input);
  }
  keep_time(now);
  for (const auto& due : {hello_due_, ping_at_, pong_due_, read_due_}) {
    if (due) out_.wake_at = std::min(out_.wake_at.value_or(Moment::max()), *due);
  }
  return std::exchange(out_, {});
}

void HelperReader::take(Moment now, const usb::Opened& opened) {
  for (const usb::Endpoint& endpoint : opened.interface.endpoints) {
    if (!endpoint.is_in()) out_endpoint_ = endpoint.address;
  }
  phase_ = Phase::greeting;
  line_.clear();
  bad_lines_ = 0;
  recent_lines_ = 0;
  hello_due_ = now + limits_.hello;
  send(helper_hello());
}

void HelperReader::take(Moment now, const usb::Received& received) {
  for (const char c : kiosk::as_text(received.bytes)) {
    if (phase_ == Phase::closed) return;
    if (c != '\n') {
      if (line_.size() < line_bytes_max) line_ += c;
      if (line_.size() < line_bytes_max) continue;
      line_.clear();
      take_bad_line({"helper", "protocol", "a line of more than 8192 bytes"});
      continue;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    if (counts_line(now) && line_.starts_with('{')) take_line(now, line_);
    ::explicit_bzero(line_.data(), line_.size());  // it may have been a card
    line_.clear();
  }
}

void HelperReader::take(Moment, const usb::Sent& sent) {
  if (sent.status == usb::Status::done || phase_ == Phase::closed) return;
  give_up({"helper", "silent", "does not read its input"});
}

void HelperReader::take(Moment, const usb::ControlDone&) {}

void HelperReader::take(Moment, const usb::Gone& gone) {
  phase_ = Phase::closed;
  hello_due_.reset();
  ping_at_.reset();
  pong_due_.reset();
  read_due_.reset();
  const bool ours = gone.why.code == "reset" && !told_unusable_.empty();
  if (!ours) tell_unusable(gone.why);
}

bool HelperReader::counts_line(Moment now) {
  if (now - recent_since_ >= Milliseconds(1000)) {
    recent_since_ = now;
    recent_lines_ = 0;
  }
  if (++recent_lines_ <= lines_a_second_max) return true;
  give_up({"helper", "protocol", fmt::format("more than {} lines a second", lines_a_second_max)});
  return false;
}

void HelperReader::take_line(Moment now, std::string_view line) {
  auto message = parse_helper_line(line);
  if (!message && message.error().code == "version") return give_up(message.error());
  if (!message) return take_bad_line(message.error());
  bad_lines_ = 0;
  std::visit([&](const auto& what) { take_message(now, what); }, *message);
}

void HelperReader::take_bad_line(const Error& why) {
  if (++bad_lines_ >= bad_lines_max) give_up(why);
}

void HelperReader::take_message(Moment now, const ReaderEvent& event) {
  const bool about_reader =
      std::holds_alternative<ReaderReady>(event) || std::holds_alternative<ReaderUnusable>(event);
  if (phase_ != Phase::ready && !about_reader) return;  // before its greeting: no card counts
  std::visit([&](const auto& what) { take_event(now, what); }, event);
}

void HelperReader::take_message(Moment now, const HelperPong& pong) {
  if (!pong_due_ || pong.id != ping_id_) return;
  pong_due_.reset();
  ping_at_ = now + limits_.ping_interval;
}

void HelperReader::take_message(Moment, const HelperLifted&) {
  last_card_.reset();
}

void HelperReader::take_event(Moment now, const ReaderReady& ready) {
  hello_due_.reset();
  if (!ping_at_ && !pong_due_) ping_at_ = now + limits_.ping_interval;
  if (std::exchange(phase_, Phase::ready) == Phase::ready) return;
  told_unusable_ = {};
  out_.events.emplace_back(ready);
  if (wanted_ == CardWanted::yes) send(helper_wants(wanted_));
}

void HelperReader::take_event(Moment now, const ReaderUnusable& unusable) {
  hello_due_.reset();
  if (!ping_at_ && !pong_due_) ping_at_ = now + limits_.ping_interval;
  phase_ = Phase::unusable;
  read_due_.reset();
  tell_unusable(unusable.why);
}

void HelperReader::take_event(Moment now, const CardNoticed&) {
  if (read_due_) return;
  read_due_ = now + limits_.read;
  if (wanted_ == CardWanted::yes) out_.events.emplace_back(CardNoticed{});
}

void HelperReader::take_event(Moment now, const CardRead& read) {
  const std::size_t hash = hash_of(read.card);
  const bool lies_on = last_card_ == hash && now - last_card_at_ < same_laying;
  last_card_ = hash;
  last_card_at_ = now;
  if (lies_on) return read_due_.reset();
  if (!read_due_) take_event(now, CardNoticed{});
  outcome(read);
}

void HelperReader::take_event(Moment, const CardUnreadable& unreadable) {
  outcome(unreadable);
}

void HelperReader::take_event(Moment, const NotAResidentCard& other) {
  outcome(other);
}

void HelperReader::take_event(Moment, const CardPulled& pulled) {
  outcome(pulled);
}

void HelperReader::outcome(Event event) {
  read_due_.reset();
  if (wanted_ == CardWanted::yes) out_.events.push_back(std::move(event));
}

void HelperReader::keep_time(Moment now) {
  if (hello_due_ && now >= *hello_due_) {
    give_up({"helper", "silent", "no answer to the greeting in time"});
  } else if (pong_due_ && now >= *pong_due_) {
    give_up({"helper", "silent", "no answer to a ping in time"});
  } else if (read_due_ && now >= *read_due_) {
    give_up({"helper", "silent", "a card was noticed and nothing told of it in time"});
  } else if (ping_at_ && now >= *ping_at_) {
    ping_at_.reset();
    pong_due_ = now + limits_.pong;
    send(helper_ping(++ping_id_));
  }
}

void HelperReader::send(kiosk::Bytes line) {
  out_.transfers.emplace_back(usb::Send{out_endpoint_, std::move(line), send_limit});
}

void HelperReader::tell_unusable(const Error& why) {
  if (std::exchange(told_unusable_, why.code) == why.code) return;
  out_.events.emplace_back(ReaderUnusable{why});
}

void HelperReader::give_up(const Error& why) {
  if (phase_ == Phase::closed) return;
  if (read_due_) {
    outcome(CardUnreadable{
        {"id_card", "no_answer", "the reader did not answer in time", Remedy::patient}});
  }
  tell_unusable(why);
  out_.transfers.emplace_back(usb::Reset{});
  take(usb::Moment{}, usb::Gone{{"usb", "reset", {}}});  // until the transport says so
}

}  // namespace drivers::id_card
