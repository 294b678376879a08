#include "tests/emulators/usbfs/usb_node.h"

#include <cerrno>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace emulators::usbfs {

using namespace drivers::usb;

namespace {

constexpr std::size_t setup_bytes = 8;
constexpr std::size_t complaints_max = 100;

ControlSetup setup_of(const kiosk::Bytes& bytes) {
  const auto word = [&](std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
  };
  return {bytes[0], bytes[1], word(2), word(4), word(6)};
}

bool to_host(const ControlSetup& setup) {
  return (setup.request_type & 0x80) != 0;
}

}  // namespace

UsbNode::UsbNode(UsbModel& model, std::string kernel_driver)
    : model_(model),
      description_(model.describe()),
      kernel_driver_(std::move(kernel_driver)),
      driver_attached_(!kernel_driver_.empty()) {}

int UsbNode::claim(Client client) {
  if (!plugged_) return ENODEV;
  if (owner_ == client) return 0;
  if (owner_ != nullptr || driver_attached_) return EBUSY;
  owner_ = client;
  ++record_.claims;
  return 0;
}

int UsbNode::release(Client client) {
  if (!plugged_) return ENODEV;
  if (owner_ != client) return EINVAL;
  owner_ = nullptr;
  ++record_.releases;
  return 0;
}

int UsbNode::set_alternate(int alternate) {
  if (!plugged_) return ENODEV;
  if (alternate != 0 && alternate != description_.alternate) return EINVAL;
  alternate_ = alternate;
  return 0;
}

const Endpoint* UsbNode::endpoint(std::uint8_t address) const {
  const auto is_it = [&](const Endpoint& e) { return e.address == address; };
  const auto found =
      std::find_if(description_.endpoints.begin(), description_.endpoints.end(), is_it);
  if (found == description_.endpoints.end()) return nullptr;
  // The model describes one setting; where that is not the first, the first can only be written to.
  return alternate_ == description_.alternate || !found->is_in() ? &*found : nullptr;
}

int UsbNode::detach_driver() {
  if (!driver_attached_) return ENODATA;
  driver_attached_ = false;
  return 0;
}

int UsbNode::attach_driver() {
  if (!plugged_) return ENODEV;
  if (kernel_driver_.empty()) return ENODATA;
  if (owner_ != nullptr || driver_attached_) return EBUSY;
  driver_attached_ = true;
  return 0;
}

std::string UsbNode::driver() const {
  if (owner_ != nullptr) return "usbfs";
  return driver_attached_ ? kernel_driver_ : std::string();
}

int UsbNode::check(Client client, const Urb& urb) {
  if (!plugged_) return ENODEV;
  if (urb.kind == UrbKind::control) return urb.buffer.size() < setup_bytes ? EINVAL : 0;
  const Endpoint* found = endpoint(urb.endpoint);
  if (found == nullptr) return ENOENT;
  if (owner_ != client) {
    complain(fmt::format("endpoint {:02X} is used without a claim", urb.endpoint));
    return EBUSY;
  }
  if ((found->type == EndpointType::interrupt) != (urb.kind == UrbKind::interrupt)) {
    complain(fmt::format("endpoint {:02X} is used with the wrong kind of transfer", urb.endpoint));
  }
  if (!found->is_in() && (urb.buffer.empty() || urb.ends_with_zero_packet)) {
    complain(fmt::format("an empty packet for endpoint {:02X}", urb.endpoint));
  }
  return 0;
}

int UsbNode::submit(Client client, Urb urb, Moment now) {
  if (const int error = check(client, urb); error != 0) return error;
  pending_.push_back({client, std::move(urb)});
  run(now);
  return 0;
}

int UsbNode::discard(Client client, std::uint64_t id) {
  const auto is_it = [&](const Queued& q) { return q.client == client && q.urb.id == id; };
  const auto found = std::find_if(pending_.begin(), pending_.end(), is_it);
  if (found == pending_.end()) return EINVAL;
  found->urb.status = -ENOENT;
  finished_.push_back(std::move(*found));
  pending_.erase(found);
  ++record_.discarded;
  return 0;
}

std::optional<Urb> UsbNode::reap(Client client) {
  const auto is_his = [&](const Queued& q) { return q.client == client; };
  const auto found = std::find_if(finished_.begin(), finished_.end(), is_his);
  if (found == finished_.end()) return std::nullopt;
  Urb urb = std::move(found->urb);
  finished_.erase(found);
  return urb;
}

int UsbNode::clear_halt(std::uint8_t endpoint, Moment now) {
  if (!plugged_) return ENODEV;
  halted_.erase(endpoint);
  ++record_.halts_cleared;
  run(now);
  return 0;
}

int UsbNode::reset(Moment now) {
  if (!plugged_) return ENODEV;
  ++record_.resets;
  halted_.clear();
  rest_.clear();
  end_all(-ENOENT);
  model_.reset(now);
  return 0;
}

void UsbNode::leave(Client client) {
  const auto is_his = [&](const Queued& q) { return q.client == client; };
  std::erase_if(pending_, is_his);
  std::erase_if(finished_, is_his);
  if (owner_ == client) owner_ = nullptr;
}

void UsbNode::halt(std::uint8_t endpoint, Moment now) {
  halted_.insert(endpoint);
  run(now);
}

void UsbNode::unplug(Moment now) {
  if (!std::exchange(plugged_, false)) return;
  end_all(-ESHUTDOWN);
  model_.detach(now);
}

void UsbNode::end_all(int status) {
  for (Queued& queued : pending_) {
    queued.urb.status = status;
    finished_.push_back(std::move(queued));
  }
  pending_.clear();
}

void UsbNode::run(Moment now) {
  if (!plugged_) return;
  for (bool moved = true; moved;) {
    moved = false;
    std::set<std::uint8_t> seen;  // one endpoint carries one URB after the other
    for (auto queued = pending_.begin(); queued != pending_.end();) {
      const bool first = seen.insert(queued->urb.endpoint).second;
      if (!first || !move(queued->urb, now)) {
        ++queued;
        continue;
      }
      finished_.push_back(std::move(*queued));
      queued = pending_.erase(queued);
      moved = true;
    }
  }
}

bool UsbNode::move(Urb& urb, Moment now) {
  if (halted_.count(urb.endpoint) > 0) {
    urb.status = -EPIPE;
    return true;
  }
  if (urb.kind == UrbKind::control) return move_control(urb, now);
  return (urb.endpoint & 0x80) != 0 ? move_in(urb, now) : move_out(urb, now);
}

bool UsbNode::move_control(Urb& urb, Moment now) {
  Control control;
  control.setup = setup_of(urb.buffer);
  const auto data = urb.buffer.begin() + setup_bytes;
  if (!to_host(control.setup)) control.bytes.assign(data, urb.buffer.end());
  std::optional<kiosk::Bytes> answer;
  const bool report_descriptor = control.setup.request_type == 0x81 && control.setup.request == 6 &&
                                 control.setup.value == 0x2200;
  if (report_descriptor) {
    answer = description_.report_descriptor;
  } else {
    answer = model_.control(now, control);
  }
  if (!answer) {
    urb.status = -EPIPE;
    return true;
  }
  urb.actual = control.bytes.size();
  if (to_host(control.setup)) {
    const std::size_t room = urb.buffer.size() - setup_bytes;
    urb.actual = std::min({answer->size(), room, std::size_t{control.setup.length}});
    std::copy_n(answer->begin(), urb.actual, data);
  }
  return true;
}

bool UsbNode::move_out(Urb& urb, Moment now) {
  for (std::size_t accepted = 1; accepted > 0 && urb.actual < urb.buffer.size();) {
    const kiosk::ByteView rest = kiosk::ByteView(urb.buffer).subspan(urb.actual);
    accepted = model_.write(now, urb.endpoint, rest);
    urb.actual += accepted;
    record_.bytes_out += accepted;
  }
  return urb.actual == urb.buffer.size();
}

bool UsbNode::move_in(Urb& urb, Moment now) {
  kiosk::Bytes& rest = rest_[urb.endpoint];
  if (rest.empty()) rest = model_.read(now, urb.endpoint);
  if (rest.empty()) return false;
  const Endpoint* from = endpoint(urb.endpoint);
  std::size_t size = rest.size();
  if (urb.kind == UrbKind::interrupt && from != nullptr) {
    size = std::min(size, static_cast<std::size_t>(from->packet_bytes));
  }
  urb.actual = std::min(size, urb.buffer.size());
  if (size > urb.buffer.size()) urb.status = -EOVERFLOW;
  const auto taken = rest.begin() + static_cast<std::ptrdiff_t>(size);
  std::copy_n(rest.begin(), urb.actual, urb.buffer.begin());
  rest.erase(rest.begin(), taken);
  return true;
}

std::optional<Moment> UsbNode::next_due(Moment now) const {
  if (!plugged_ || pending_.empty()) return std::nullopt;
  return model_.next_change(now);
}

void UsbNode::complain(std::string what) {
  if (record_.complaints.size() < complaints_max) record_.complaints.push_back(std::move(what));
}

}  // namespace emulators::usbfs
