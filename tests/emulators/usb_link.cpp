#include "tests/emulators/usb_link.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/check.h"

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr int reads_in_a_row_max = 256;

}  // namespace

UsbLink::UsbLink(const UsbLink& other, UsbModel& model)
    : model_(model),
      plugged_(other.plugged_),
      open_(other.open_),
      gone_(other.gone_),
      refusal_(other.refusal_),
      queue_(other.queue_),
      front_since_(other.front_since_),
      front_done_(other.front_done_),
      in_endpoints_(other.in_endpoints_) {}

kiosk::Result<InterfaceDescription> UsbLink::open(Moment now) {
  close();
  if (!plugged_) return kiosk::fail("usb", "absent", "no such device is plugged in");
  if (refusal_) return kiosk::pass_on(*refusal_);
  open_ = true;
  in_endpoints_.clear();
  InterfaceDescription description = model_.describe();
  for (const Endpoint& endpoint : description.endpoints) {
    if (endpoint.is_in()) in_endpoints_.push_back(endpoint.address);
  }
  model_.attach(now);
  return description;
}

void UsbLink::close() {
  open_ = false;
  gone_.reset();
  queue_.clear();
  front_since_.reset();
  front_done_ = 0;
}

void UsbLink::submit(Transfer transfer) {
  if (!open_ || gone_) return;
  if (const auto* send = std::get_if<Send>(&transfer)) {
    KIOSK_CHECK(!send->bytes.empty() && send->limit.count() > 0);
  }
  queue_.push_back(std::move(transfer));
}

std::vector<Input> UsbLink::run(Moment now) {
  std::vector<Input> inputs;
  if (!open_) return inputs;
  while (!gone_ && !queue_.empty() && run_front(now, inputs)) {
  }
  for (const std::uint8_t endpoint : in_endpoints_) {
    for (int i = 0; i < reads_in_a_row_max && !gone_; ++i) {
      kiosk::Bytes bytes = model_.read(now, endpoint);
      if (bytes.empty()) break;
      inputs.emplace_back(Received{endpoint, std::move(bytes)});
    }
  }
  if (gone_) {
    inputs.emplace_back(Gone{*gone_});
    close();
  }
  return inputs;
}

bool UsbLink::run_front(Moment now, std::vector<Input>& inputs) {
  if (!front_since_) front_since_ = now;
  Transfer& front = queue_.front();
  if (const auto* send = std::get_if<Send>(&front)) {
    std::size_t accepted = 1;
    while (accepted > 0 && !gone_ && front_done_ < send->bytes.size()) {
      const kiosk::ByteView rest = kiosk::ByteView(send->bytes).subspan(front_done_);
      accepted = model_.write(now, send->endpoint, rest);
      front_done_ += accepted;
    }
    if (gone_) return false;
    const bool done = front_done_ == send->bytes.size();
    if (!done && now < *front_since_ + send->limit) return false;
    inputs.emplace_back(Sent{done ? Status::done : Status::timed_out, front_done_});
  } else if (const auto* control = std::get_if<Control>(&front)) {
    auto answer = model_.control(now, *control);
    inputs.emplace_back(ControlDone{answer ? Status::done : Status::stalled,
                                    std::move(answer).value_or(kiosk::Bytes{})});
  } else {
    model_.reset(now);
    gone_ = kiosk::Error{"usb", "reset", "the device was reset"};
  }
  queue_.pop_front();
  front_since_.reset();
  front_done_ = 0;
  return true;
}

std::optional<Moment> UsbLink::next_due(Moment now) const {
  if (!open_) return std::nullopt;
  if (gone_ || (!queue_.empty() && !front_since_)) return now;
  std::optional<Moment> due = model_.next_change(now);
  if (front_since_) {
    if (const auto* send = std::get_if<Send>(&queue_.front())) {
      const Moment limit = *front_since_ + send->limit;
      due = due ? std::min(*due, limit) : limit;
    }
  }
  return due;
}

void UsbLink::plug(Moment) {
  plugged_ = true;
}

void UsbLink::unplug(Moment now) {
  if (!std::exchange(plugged_, false)) return;
  model_.detach(now);
  if (open_) gone_ = kiosk::Error{"usb", "absent", "the device left"};
}

}  // namespace emulators
