#include "drivers/id_card/sdt_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "drivers/serial/serial_transport.h"

namespace drivers::id_card {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr Milliseconds health_interval{3000};
constexpr Milliseconds retry_start{500};
constexpr Milliseconds retry_unusable{10'000};
constexpr Milliseconds quiet_before_request{20};  // a late answer comes before, and is dropped
constexpr Milliseconds quiet_after_trouble{200};
constexpr Milliseconds send_limit{500};
constexpr Milliseconds rest_of_answer{1000};  // a reply that began is torn when it pauses so long
constexpr Milliseconds card_limit{6000};
constexpr Milliseconds second_try_needs{3000};
constexpr int silent_max = 5;
constexpr int silent_at_speed_max = 2;
constexpr int faults_max = 2;
constexpr std::size_t header_bytes = 7;
/// What readers on a serial line are set to, the most usual first.
constexpr std::array speeds = {115200, 57600, 38400, 19200, 9600};

Milliseconds answer_limit(Request request) {
  switch (request) {
    case Request::status:
      return Milliseconds(300);
    case Request::read:
      return Milliseconds(5000);
    case Request::new_address:
      return Milliseconds(1000);
    case Request::reset:
    case Request::identify:
    case Request::find:
    case Request::select:
      return Milliseconds(500);
  }
  return Milliseconds(500);
}

bool is_about_card(Request request) {
  return request == Request::select || request == Request::read;
}

/// The split form of SAM_V readers has its own endpoints for header and body.
std::vector<std::uint8_t> out_endpoints(const usb::InterfaceDescription& interface) {
  constexpr std::array<std::uint8_t, 4> split = {0x02, 0x06, 0x81, 0x85};
  const auto has = [&](std::uint8_t address) {
    return std::any_of(interface.endpoints.begin(), interface.endpoints.end(),
                       [&](const usb::Endpoint& e) { return e.address == address; });
  };
  if (std::all_of(split.begin(), split.end(), has)) return {0x02, 0x06};
  for (const usb::Endpoint& endpoint : interface.endpoints) {
    if (!endpoint.is_in()) return {endpoint.address};
  }
  return {};
}

}  // namespace

usb::Outputs<ReaderEvent> SdtReader::step(Moment now, std::span<const usb::Input> inputs,
                                          std::span<const Command> commands) {
  out_ = {};
  for (const Command wanted : commands) {
    wanted_ = wanted;
    if (wanted == CardWanted::no) failure_.reset();
    if (phase_ == Phase::idle && ready_) rest(now);
  }
  for (const usb::Input& input : inputs) {
    std::visit([&](const auto& what) { take(now, what); }, input);
  }
  if (phase_ == Phase::waiting && now >= due_) no_answer(now);
  if (phase_ == Phase::idle && now >= due_) ask(now, request_);
  if (phase_ != Phase::closed) out_.wake_at = due_;
  return std::exchange(out_, {});
}

void SdtReader::take(Moment now, const usb::Opened& opened) {
  out_endpoints_ = out_endpoints(opened.interface);
  if (out_endpoints_.empty()) return;
  const bool serial = opened.interface.class_code == serial::class_serial;
  line_ = serial ? Line::serial : Line::usb;
  next_speed_ = 0;
  if (serial && speed_ != 0) set_speed(speed_);
  decoder_.clear();
  silent_ = 0;
  faults_ = 0;
  ask_later(now + quiet_before_request, Request::identify);
}

void SdtReader::take(Moment now, const usb::Received& received) {
  last_received_ = now;
  if (phase_ != Phase::waiting) {  // nobody asked: a late answer or noise
    if (phase_ == Phase::idle) due_ = std::max(due_, now + quiet_before_request);
    return;
  }
  decoder_.feed(received.bytes);
  while (auto reply = decoder_.next()) {
    if (phase_ == Phase::waiting && fits(request_, *reply)) {
      silent_ = 0;
      next_speed_ = 0;
      take_reply(now, *reply);
    }
    wipe(reply->data);
  }
  if (phase_ != Phase::waiting) return decoder_.clear();
  const bool torn = decoder_.begun() || decoder_.damaged() > 0;
  due_ = torn ? std::min(answer_due_, now + rest_of_answer) : answer_due_;
}

void SdtReader::take(Moment now, const usb::Sent& sent) {
  if (sent.status != usb::Status::done && phase_ == Phase::waiting) no_answer(now);
}

void SdtReader::take(Moment, const usb::ControlDone&) {}

void SdtReader::take(Moment now, const usb::Gone& gone) {
  lying_ = Lying::nothing;
  ready_ = false;
  decoder_.clear();
  const bool ours = gone.why.code == "reset" && !told_unusable_.empty();
  if (!ours) unusable(now, gone.why);
  phase_ = Phase::closed;
}

void SdtReader::take_reply(Moment now, const Reply& reply) {
  switch (reply.status) {
    case Answer::done:
      return take_done(now, reply);
    case Answer::card_found:
      faults_ = 0;
      return take_found(now);
    case Answer::no_card:
      faults_ = 0;
      return take_no_card(now);
    default:
      break;
  }
  if (request_ == Request::new_address) {  // the card was read: the printed one counts
    tell_card();
    return rest(now);
  }
  take_failure(now, reply.status);
}

void SdtReader::take_done(Moment now, const Reply& reply) {
  switch (request_) {
    case Request::identify:
      sam_number_ = sam_number(reply).value_or("");
      return ask(now, Request::status);
    case Request::select:
      return ask(now, Request::read);
    case Request::read:
      return take_read(now, reply);
    case Request::new_address:
      if (const auto bytes = new_address(reply)) card_->address = chip_text(*bytes);
      tell_card();
      return rest(now);
    case Request::status:
    case Request::reset:
    case Request::find:
      break;
  }
  if (!std::exchange(ready_, true)) out_.events.emplace_back(ReaderReady{sam_number_});
  told_unusable_ = {};
  rest(now);
}

void SdtReader::take_found(Moment now) {
  if (wanted_ == CardWanted::no) return rest(now);
  if (failure_) {
    finds_again_ = true;
  } else {
    card_due_ = now + card_limit;
    if (lying_ == Lying::nothing) out_.events.emplace_back(CardNoticed{});
  }
  ask(now, Request::select);
}

void SdtReader::take_no_card(Moment now) {
  if (failure_) {
    card_failed(finds_again_ ? Event(CardPulled{}) : Event(CardUnreadable{*failure_}));
  }
  lying_ = Lying::nothing;
  rest(now);
}

void SdtReader::take_read(Moment now, const Reply& reply) {
  const auto block = text_block(reply);
  if (!block) {
    card_failed(CardUnreadable{block.error()});
    return rest(now);
  }
  auto card = parse_card_text(*block);
  if (!card) {
    card_failed(card.error().code == "unknown_document" ? Event(NotAResidentCard{})
                                                        : Event(CardUnreadable{card.error()}));
    return rest(now);
  }
  const std::size_t hash = std::hash<std::string_view>{}(kiosk::as_text(*block));
  const bool lies_on = lying_ == Lying::read && last_card_ == hash;
  const bool told = lying_ == Lying::nothing;
  lying_ = Lying::read;
  last_card_ = hash;
  failure_.reset();
  if (lies_on || wanted_ == CardWanted::no) return rest(now);
  if (!told) out_.events.emplace_back(CardNoticed{});
  card_ = std::move(*card);
  if (settings_.address == AddressUse::take) {
    card_->address = printed_address(*block);
    if (!card_->address.empty()) return ask(now, Request::new_address);
  }
  tell_card();
  rest(now);
}

void SdtReader::take_failure(Moment now, Answer status) {
  using kiosk::Remedy;
  switch (status) {
    case Answer::select_failed:
      card_failed(CardPulled{});
      return rest(now);
    case Answer::unknown_card_type:
      card_failed(NotAResidentCard{});
      return rest(now);
    case Answer::read_failed:
    case Answer::no_random_number:
      return reading_failed(now, {"id_card", "read_failed", "the card is damaged or was taken away",
                                  Remedy::patient});
    case Answer::card_refuses_reader:
    case Answer::reader_refuses_card:
    case Answer::not_verified:
      return reading_failed(now, {"id_card", "not_genuine",
                                  "card and reader do not trust each other", Remedy::patient});
    case Answer::self_test_failed:
      return unusable(now, {"id_card", "self_test_failed", "the SAM failed its self-test"});
    case Answer::not_authorised:
      return unusable(now, {"id_card", "not_authorised", "the SAM is not authorised or expired"});
    default:
      return protocol_fault(
          now, {"id_card", "protocol",
                fmt::format("status {:02X} to request {:04X}", static_cast<unsigned>(status),
                            static_cast<unsigned>(request_))});
  }
}

void SdtReader::reading_failed(Moment now, kiosk::Error why) {
  if (!failure_ && lying_ == Lying::nothing && wanted_ == CardWanted::yes &&
      now + second_try_needs <= card_due_) {
    failure_ = std::move(why);
    return ask_later(now + quiet_before_request, Request::find);
  }
  if (failure_ && why.code == "read_failed") {
    why.code = "damaged";
    why.what = "it was tried twice, and lies there";
  }
  card_failed(CardUnreadable{std::move(why)});
  rest(now);
}

void SdtReader::ask(Moment now, Request request) {
  decoder_.clear();
  request_ = request;
  if (request == Request::find) last_find_ = now;
  kiosk::Bytes frame = encode(request);
  if (out_endpoints_.size() == 2) {
    const auto body = frame.begin() + static_cast<std::ptrdiff_t>(header_bytes);
    out_.transfers.emplace_back(
        usb::Send{out_endpoints_[0], kiosk::Bytes(frame.begin(), body), send_limit});
    frame.erase(frame.begin(), body);
  }
  out_.transfers.emplace_back(usb::Send{out_endpoints_.back(), std::move(frame), send_limit});
  phase_ = Phase::waiting;
  answer_due_ = now + answer_limit(request);
  if (is_about_card(request)) answer_due_ = std::min(answer_due_, card_due_);
  due_ = answer_due_;
}

void SdtReader::ask_later(Moment at, Request request) {
  phase_ = Phase::idle;
  request_ = request;
  due_ = std::max(at, last_received_ + quiet_before_request);
}

void SdtReader::rest(Moment now) {
  if (!ready_) return ask_later(now + retry_start, Request::identify);
  if (wanted_ == CardWanted::no) return ask_later(now + health_interval, Request::status);
  ask_later(std::max(now, last_find_ + settings_.find_interval), Request::find);
}

void SdtReader::no_answer(Moment now) {
  decoder_.clear();
  if (card_) {
    tell_card();
  } else if (is_about_card(request_)) {
    card_failed(CardUnreadable{
        {"id_card", "no_answer", "the reader did not answer in time", kiosk::Remedy::patient}});
  } else if (failure_) {
    card_failed(CardUnreadable{*failure_});
  }
  rest(now);
  due_ = std::max(due_, now + quiet_after_trouble);
  ++silent_;
  silent(now);
}

void SdtReader::silent(Moment now) {
  const bool looking = line_ == Line::serial && !ready_;
  if (looking && silent_ >= silent_at_speed_max && next_speed_ < speeds.size()) {
    silent_ = 0;
    set_speed(speeds[next_speed_++]);
    return ask_later(now + quiet_after_trouble, Request::identify);
  }
  if (silent_ < (looking ? silent_at_speed_max : silent_max)) return;
  unusable(now, {"id_card", "silent", fmt::format("no answer to {} requests", silent_)});
  silent_ = 0;
  next_speed_ = 0;
  if (line_ == Line::serial) return;  // asked again later, at every speed
  out_.transfers.emplace_back(usb::Reset{});
  phase_ = Phase::closed;
}

void SdtReader::set_speed(int baud) {
  speed_ = baud;
  out_.transfers.emplace_back(serial::set_speed(baud));
}

void SdtReader::protocol_fault(Moment now, kiosk::Error why) {
  if (is_about_card(request_) || failure_) {
    card_failed(CardUnreadable{{"id_card", "read_failed", why.what, kiosk::Remedy::patient}});
  }
  if (++faults_ >= faults_max) {
    faults_ = 0;
    return unusable(now, std::move(why));
  }
  ask_later(now + quiet_after_trouble, Request::identify);  // once: begin again from the start
}

void SdtReader::unusable(Moment now, kiosk::Error why) {
  ready_ = false;
  failure_.reset();
  if (card_) tell_card();
  if (told_unusable_ != why.code) {
    told_unusable_ = why.code;
    out_.events.emplace_back(ReaderUnusable{std::move(why)});
  }
  ask_later(now + retry_unusable, Request::identify);
}

void SdtReader::card_failed(Event event) {
  failure_.reset();
  const bool told = lying_ == Lying::failed;  // it has not left: once is enough
  lying_ = Lying::failed;
  if (!told && wanted_ == CardWanted::yes) out_.events.push_back(std::move(event));
}

void SdtReader::tell_card() {
  if (wanted_ == CardWanted::yes) out_.events.emplace_back(CardRead{std::move(*card_)});
  card_.reset();
}

}  // namespace drivers::id_card
