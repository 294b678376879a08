#include "tests/emulators/emulated_id_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr std::array<std::uint8_t, 5> preamble = {0xAA, 0xAA, 0xAA, 0x96, 0x69};
constexpr std::size_t header_bytes = 7;
constexpr std::size_t request_length_max = 64;
constexpr std::size_t photo_bytes = 1024;
constexpr std::array<std::uint8_t, 16> sam_number = {
    0x05, 0x00, 0x03, 0x00, 0xBE, 0xDC, 0x32, 0x01, 0x40, 0xE2, 0x01, 0x00, 0xD2, 0x02, 0x96, 0x49};
constexpr std::array<std::uint8_t, 4> split_endpoints = {0x02, 0x06, 0x81, 0x85};
constexpr std::uint8_t out_whole = 0x01;
constexpr std::uint8_t in_whole = 0x81;
constexpr std::uint8_t in_body = 0x85;

kiosk::Bytes frame(kiosk::ByteView body) {
  kiosk::Bytes bytes(preamble.begin(), preamble.end());
  bytes.push_back(static_cast<std::uint8_t>((body.size() + 1) >> 8));
  bytes.push_back(static_cast<std::uint8_t>((body.size() + 1) & 0xFF));
  kiosk::append(bytes, body);
  std::uint8_t sum = 0;
  for (std::size_t i = preamble.size(); i < bytes.size(); ++i) sum ^= bytes[i];
  bytes.push_back(sum);
  return bytes;
}

kiosk::Bytes answer_of(std::uint8_t status, kiosk::ByteView data = {}) {
  kiosk::Bytes body = {0, 0, status};
  kiosk::append(body, data);
  return body;
}

}  // namespace

void EmulatedIdReader::lay(EmulatedCard card) {
  card_ = std::move(card);
  field_ = Field::present;
}

void EmulatedIdReader::lift() {
  card_.reset();
  field_ = Field::empty;
}

void EmulatedIdReader::set_delays(kiosk::Milliseconds short_command, kiosk::Milliseconds read) {
  short_delay_ = short_command;
  read_delay_ = read;
}

void EmulatedIdReader::say_unasked(kiosk::ByteView bytes) {
  say(kiosk::Bytes(bytes.begin(), bytes.end()));
}

InterfaceDescription EmulatedIdReader::describe() const {
  InterfaceDescription description;
  description.vendor = 0x0400;
  description.product = 0xC35A;
  description.class_code = 0xFF;
  if (wiring_ == ReaderWiring::two_endpoints) {
    description.endpoints = {{out_whole, EndpointType::bulk, 64},
                             {in_whole, EndpointType::bulk, 64}};
  } else {
    for (const std::uint8_t address : split_endpoints) {
      description.endpoints.push_back({address, EndpointType::bulk, 64});
    }
  }
  return description;
}

void EmulatedIdReader::detach(Moment now) {
  reset(now);
}  // powered by the bus

void EmulatedIdReader::reset(Moment) {
  received_.clear();
  pending_.clear();
  pieces_.clear();
  field_ = card_ ? Field::present : Field::empty;
}

std::size_t EmulatedIdReader::write(Moment now, std::uint8_t, kiosk::ByteView bytes) {
  kiosk::append(received_, bytes);
  parse(now);
  return bytes.size();
}

void EmulatedIdReader::parse(Moment now) {
  while (true) {
    const auto found =
        std::search(received_.begin(), received_.end(), preamble.begin(), preamble.end());
    if (found == received_.end()) {
      const std::size_t kept = std::min(received_.size(), preamble.size() - 1);
      received_.erase(received_.begin(), received_.end() - static_cast<std::ptrdiff_t>(kept));
      return;
    }
    received_.erase(received_.begin(), found);
    if (received_.size() < header_bytes) return;
    const std::size_t length = static_cast<std::size_t>(received_[5]) << 8 | received_[6];
    if (length < 2 || length > request_length_max) {
      queue(now, {}, 0x11);
      received_.erase(received_.begin());
      continue;
    }
    const auto end = static_cast<std::ptrdiff_t>(header_bytes + length);
    if (std::ssize(received_) < end) return;
    std::uint8_t sum = 0;
    for (auto i = received_.begin() + 5; i != received_.begin() + end; ++i) sum ^= *i;
    kiosk::Bytes body(received_.begin() + header_bytes, received_.begin() + end - 1);
    received_.erase(received_.begin(), received_.begin() + end);
    const std::uint8_t complaint = sum != 0 ? 0x10 : body.size() != 2 ? 0x11 : 0;
    if (complaint != 0) body.clear();
    queue(now, std::move(body), complaint);
  }
}

void EmulatedIdReader::queue(Moment now, kiosk::Bytes body, std::uint8_t status) {
  const bool reads = !body.empty() && body[0] == 0x30;
  const Moment start = pending_.empty() ? now : std::max(now, pending_.back().due);
  pending_.push_back({start + (reads ? read_delay_ : short_delay_), std::move(body), status});
}

kiosk::Bytes EmulatedIdReader::read(Moment now, std::uint8_t endpoint) {
  while (!pending_.empty() && pending_.front().due <= now) {
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    kiosk::Bytes bytes = frame(answer(pending));
    if (std::exchange(damage_checksum_, false)) bytes.back() ^= 0xFF;
    if (const auto limit = std::exchange(truncate_to_, std::nullopt)) {
      bytes.resize(std::min(bytes.size(), *limit));
    }
    if (silent_) continue;
    if (std::exchange(answer_twice_, false)) say(bytes);
    say(std::move(bytes));
  }
  if (pieces_.empty() || pieces_.front().endpoint != endpoint) return {};
  kiosk::Bytes bytes = std::move(pieces_.front().bytes);
  pieces_.pop_front();
  return bytes;
}

void EmulatedIdReader::say(kiosk::Bytes bytes) {
  std::size_t at = 0;
  if (wiring_ == ReaderWiring::four_endpoints && bytes.size() > header_bytes) {
    pieces_.push_back({in_whole, kiosk::Bytes(bytes.begin(), bytes.begin() + header_bytes)});
    at = header_bytes;
  }
  const std::size_t piece = piece_bytes_ == 0 ? bytes.size() : piece_bytes_;
  const std::uint8_t endpoint = at == 0 ? in_whole : in_body;
  for (; at < bytes.size(); at += piece) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto size = static_cast<std::ptrdiff_t>(std::min(piece, bytes.size() - at));
    pieces_.push_back({endpoint, kiosk::Bytes(begin, begin + size)});
  }
}

std::optional<Moment> EmulatedIdReader::next_change(Moment now) const {
  if (!pieces_.empty()) return now;
  if (pending_.empty()) return std::nullopt;
  return pending_.front().due;
}

kiosk::Bytes EmulatedIdReader::answer(const Pending& pending) {
  if (pending.status != 0) return answer_of(pending.status);
  const auto command = static_cast<std::uint16_t>(pending.body[0] << 8 | pending.body[1]);
  commands_.push_back(command);
  if (const auto status = std::exchange(forced_status_, std::nullopt)) return answer_of(*status);
  if (sam_ == SamState::self_test_failed) return answer_of(0x60);
  if (sam_ == SamState::not_authorised) return answer_of(0x66);
  return execute(command);
}

kiosk::Bytes EmulatedIdReader::execute(std::uint16_t command) {
  switch (command) {
    case 0x10FF:
      field_ = card_ ? Field::present : Field::empty;
      return answer_of(0x90);
    case 0x11FF:
      return answer_of(0x90);
    case 0x12FF:
      return answer_of(0x90, sam_number);
    case 0x2001:
      if (field_ != Field::present && field_ != Field::found) return answer_of(0x80);
      field_ = Field::found;
      return answer_of(0x9F, std::array<std::uint8_t, 4>{});
    case 0x2002:
      if (field_ != Field::found) return answer_of(0x81);
      field_ = card_->condition == CardCondition::other_kind ? Field::done : Field::selected;
      if (field_ == Field::done) return answer_of(0x40);
      return answer_of(0x90, std::array<std::uint8_t, 8>{});
    case 0x3001:
      return read_card();
    case 0x3003:
      if (field_ != Field::done) return answer_of(0x41);
      return card_->new_address ? answer_of(0x90, *card_->new_address) : answer_of(0x91);
    default:
      return answer_of(0x21);
  }
}

kiosk::Bytes EmulatedIdReader::read_card() {
  if (field_ != Field::selected) return answer_of(0x41);
  const bool good = card_->condition == CardCondition::good;
  field_ = !good && finds_failed_again_ ? Field::present : Field::done;
  if (card_->condition == CardCondition::damaged) return answer_of(0x41);
  if (card_->condition == CardCondition::not_genuine) return answer_of(0x32);
  kiosk::Bytes data = {0x01, 0x00, 0x04, 0x00};
  kiosk::append(data, card_->text);
  const std::array<std::uint8_t, 8> photo = {0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00};
  kiosk::append(data, photo);
  data.resize(data.size() + photo_bytes - photo.size());
  return answer_of(0x90, data);
}

}  // namespace emulators
