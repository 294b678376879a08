#include "drivers/usb/libusb_transport.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "drivers/usb/libusb_handles.h"
#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"

namespace drivers::usb {
namespace {

constexpr int in_buffer_packets = 64;  // a multiple of the packet size, else libusb overflows
constexpr int faults_in_a_row_max = 8;
constexpr std::size_t queue_max = 64;
constexpr std::chrono::milliseconds cancel_limit{1000};
constexpr std::chrono::milliseconds pause_after_empty_read{10};  // some answer 0 bytes at once

/// One transfer that libusb holds while it is in flight. Callbacks only mark it; the work is done
/// after event handling, where libusb allows its blocking calls.
struct Slot {
  explicit Slot(std::size_t size) : transfer(libusb_alloc_transfer(0)), buffer(size) {}

  LibusbPtr<libusb_transfer> transfer;
  kiosk::Bytes buffer;
  bool in_flight = false;
  bool done = false;
  bool paused = false;  ///< read nothing: read again after a pause
  int faults = 0;
  int* completed = nullptr;
};

void LIBUSB_CALL on_done(libusb_transfer* transfer) {
  auto* slot = static_cast<Slot*>(transfer->user_data);
  slot->in_flight = false;
  slot->done = true;
  *slot->completed = 1;
}

Status status_of(libusb_transfer_status status) {
  switch (status) {
    case LIBUSB_TRANSFER_COMPLETED:
      return Status::done;
    case LIBUSB_TRANSFER_TIMED_OUT:
      return Status::timed_out;
    case LIBUSB_TRANSFER_STALL:
      return Status::stalled;
    case LIBUSB_TRANSFER_ERROR:
    case LIBUSB_TRANSFER_CANCELLED:
    case LIBUSB_TRANSFER_NO_DEVICE:
    case LIBUSB_TRANSFER_OVERFLOW:
      return Status::failed;
  }
  return Status::failed;
}

class LibusbTransport final : public Transport {
 public:
  LibusbTransport(LibusbPtr<libusb_context> context, DeviceChoice choice)
      : context_(std::move(context)), choice_(std::move(choice)) {
    watch_the_bus();
  }
  ~LibusbTransport() override {
    close();
    stop_watching();
  }

  kiosk::Result<InterfaceDescription> open() override;
  void close() override;
  void submit(Transfer transfer) override;
  std::vector<Input> wait(kiosk::Milliseconds limit) override;
  bool take_arrival() override { return std::exchange(arrived_, false); }
  void wake() override {
    woken_ = true;
    const std::lock_guard lock(context_mutex_);
    libusb_interrupt_event_handler(context_.get());
  }

 private:
  void watch_the_bus();
  void stop_watching();
  void look_anew();
  static int LIBUSB_CALL on_change(libusb_context*, libusb_device* device,
                                   libusb_hotplug_event event, void* self);
  kiosk::Result<InterfaceDescription> claim(FoundInterface found);
  void start_reading(Slot& slot);
  void start_next();
  int start(const Send& send);
  int start(const Control& control);
  void collect_in(Slot& slot);
  void collect_out();
  void report_out(Status status, std::size_t transferred);
  void collect();
  void lose(kiosk::Error why);
  void handle_events(std::chrono::milliseconds limit);
  bool any_in_flight() const;

  LibusbPtr<libusb_context> context_;
  std::mutex context_mutex_;  ///< for `wake`, while another context takes its place
  DeviceChoice choice_;
  LibusbPtr<libusb_device_handle> handle_;
  int interface_ = 0;
  std::vector<Endpoint> endpoints_;
  std::vector<std::unique_ptr<Slot>> in_;
  std::unique_ptr<Slot> out_;
  std::deque<Transfer> queue_;
  std::vector<Input> inputs_;
  bool lost_ = false;
  bool left_ = false;     ///< the bus said that our device left
  bool arrived_ = false;  ///< the bus said that some device arrived
  std::optional<libusb_hotplug_callback_handle> watching_;
  int completed_ = 0;
  std::atomic<bool> woken_ = false;
};

/// Where libusb cannot watch, or no udev runs, the worker's back-off finds devices.
void LibusbTransport::watch_the_bus() {
  if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) == 0) return;
  libusb_hotplug_callback_handle handle = 0;
  const int code = libusb_hotplug_register_callback(
      context_.get(), LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
      LIBUSB_HOTPLUG_NO_FLAGS, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
      LIBUSB_HOTPLUG_MATCH_ANY, on_change, this, &handle);
  if (code == 0) watching_ = handle;
}

void LibusbTransport::stop_watching() {
  if (watching_) libusb_hotplug_deregister_callback(context_.get(), *watching_);
  watching_.reset();
}

/// A new context looks for itself at what is plugged in.
void LibusbTransport::look_anew() {
  libusb_context* created = nullptr;
  if (libusb_init(&created) != 0) return;
  LibusbPtr<libusb_context> context(created);
  stop_watching();
  {
    const std::lock_guard lock(context_mutex_);
    context_.swap(context);
  }
  watch_the_bus();
}

/// Called while events are handled; only marks, because libusb allows no more.
int LIBUSB_CALL LibusbTransport::on_change(libusb_context*, libusb_device* device,
                                           libusb_hotplug_event event, void* self) {
  auto& transport = *static_cast<LibusbTransport*>(self);
  if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED) {
    transport.arrived_ = true;
  } else if (transport.handle_ && libusb_get_device(transport.handle_.get()) == device) {
    transport.left_ = true;
  }
  transport.completed_ = 1;
  return 0;
}

kiosk::Result<InterfaceDescription> LibusbTransport::open() {
  close();
  auto found = find_interface(context_.get(), choice_);
  if (!found && knows_too_few(context_.get())) {
    look_anew();
    found = find_interface(context_.get(), choice_);
  }
  if (!found) return kiosk::pass_on(found.error());
  return claim(std::move(*found));
}

kiosk::Result<InterfaceDescription> LibusbTransport::claim(FoundInterface found) {
  libusb_device_handle* opened = nullptr;
  if (const int code = libusb_open(found.device.get(), &opened); code != 0) {
    return kiosk::pass_on(libusb_failure("open", code));
  }
  LibusbPtr<libusb_device_handle> handle(opened);
  libusb_set_auto_detach_kernel_driver(opened, 1);
  const InterfaceDescription& description = found.description;
  if (const int code = libusb_claim_interface(opened, description.number); code != 0) {
    return kiosk::pass_on(libusb_failure("claim the interface", code));
  }
  if (description.alternate != 0) {
    const int code =
        libusb_set_interface_alt_setting(opened, description.number, description.alternate);
    if (code != 0) {
      libusb_release_interface(opened, description.number);
      return kiosk::pass_on(libusb_failure("choose the alternate setting", code));
    }
  }
  handle_ = std::move(handle);
  interface_ = description.number;
  endpoints_ = description.endpoints;
  lost_ = left_ = arrived_ = false;
  for (const Endpoint& endpoint : endpoints_) {
    if (!endpoint.is_in()) continue;
    const int packet = std::max(endpoint.packet_bytes, 8);
    auto slot = std::make_unique<Slot>(static_cast<std::size_t>(packet * in_buffer_packets));
    slot->completed = &completed_;
    // A HID report ends with its packet even when the packet is full: read one report a transfer.
    const bool interrupt = endpoint.type == EndpointType::interrupt;
    const int length = interrupt ? packet : packet * in_buffer_packets;
    const auto fill = interrupt ? libusb_fill_interrupt_transfer : libusb_fill_bulk_transfer;
    fill(slot->transfer.get(), handle_.get(), endpoint.address, slot->buffer.data(), length,
         on_done, slot.get(), 0);
    start_reading(*slot);
    in_.push_back(std::move(slot));
  }
  return std::move(found.description);
}

void LibusbTransport::close() {
  queue_.clear();
  for (auto& slot : in_) {
    if (slot->in_flight) libusb_cancel_transfer(slot->transfer.get());
  }
  if (out_ && out_->in_flight) libusb_cancel_transfer(out_->transfer.get());
  const auto until = std::chrono::steady_clock::now() + cancel_limit;
  while (any_in_flight() && std::chrono::steady_clock::now() < until) {
    handle_events(std::chrono::milliseconds(50));
  }
  // The kernel never gave them back: freeing them now would be worse than losing the memory.
  for (auto& slot : in_) {
    if (slot->in_flight) static_cast<void>(slot.release());
  }
  if (out_ && out_->in_flight) static_cast<void>(out_.release());
  in_.clear();
  out_.reset();
  inputs_.clear();
  if (handle_) libusb_release_interface(handle_.get(), interface_);
  handle_.reset();
}

bool LibusbTransport::any_in_flight() const {
  const auto flies = [](const auto& slot) { return slot->in_flight; };
  return (out_ && out_->in_flight) || std::any_of(in_.begin(), in_.end(), flies);
}

void LibusbTransport::submit(Transfer transfer) {
  if (!handle_ || lost_) return;
  KIOSK_CHECK(queue_.size() < queue_max);
  queue_.push_back(std::move(transfer));
  start_next();
}

std::vector<Input> LibusbTransport::wait(kiosk::Milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (inputs_.empty() && !woken_.exchange(false)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() < 0 || (arrived_ && !handle_)) break;
    const bool paused = std::any_of(in_.begin(), in_.end(), [](auto& s) { return s->paused; });
    const auto patience = left + std::chrono::milliseconds(1);
    handle_events(paused ? std::min(patience, pause_after_empty_read) : patience);
    collect();
  }
  return std::exchange(inputs_, {});
}

void LibusbTransport::handle_events(std::chrono::milliseconds limit) {
  completed_ = 0;
  timeval time{};
  time.tv_sec = limit.count() / 1000;
  time.tv_usec = limit.count() % 1000 * 1000;
  libusb_handle_events_timeout_completed(context_.get(), &time, &completed_);
}

/// Once the device is lost nothing more is told: `Gone` is the last.
void LibusbTransport::collect() {
  for (auto& slot : in_) {
    if (std::exchange(slot->paused, false)) start_reading(*slot);
    if (std::exchange(slot->done, false) && !lost_) collect_in(*slot);
  }
  if (out_ && std::exchange(out_->done, false) && !lost_) collect_out();
  if (std::exchange(left_, false)) lose({"usb", "absent", "the device left"});
}

void LibusbTransport::start_reading(Slot& slot) {
  if (lost_) return;
  const int code = libusb_submit_transfer(slot.transfer.get());
  slot.in_flight = code == 0;
  if (code != 0) lose(libusb_failure("read", code));
}

void LibusbTransport::collect_in(Slot& slot) {
  const libusb_transfer& transfer = *slot.transfer;
  const auto length = static_cast<std::ptrdiff_t>(transfer.actual_length);
  if (transfer.status == LIBUSB_TRANSFER_NO_DEVICE) {
    return lose({"usb", "absent", "the device left"});
  }
  if (transfer.status == LIBUSB_TRANSFER_CANCELLED) return;
  if (transfer.status == LIBUSB_TRANSFER_COMPLETED) {
    slot.faults = 0;
    slot.paused = length == 0;
    if (length > 0) {
      inputs_.emplace_back(Received{
          transfer.endpoint, kiosk::Bytes(slot.buffer.begin(), slot.buffer.begin() + length)});
      ::explicit_bzero(slot.buffer.data(), static_cast<std::size_t>(length));  // may be a card's
    }
  } else if (++slot.faults > faults_in_a_row_max) {
    return lose({"usb", "failed", fmt::format("reading failed {} times", slot.faults)});
  } else if (transfer.status == LIBUSB_TRANSFER_STALL) {
    libusb_clear_halt(handle_.get(), transfer.endpoint);
  }
  if (!slot.paused) start_reading(slot);
}

void LibusbTransport::start_next() {
  while (!queue_.empty() && !lost_ && !out_) {
    if (std::holds_alternative<Reset>(queue_.front())) {
      libusb_reset_device(handle_.get());
      return lose({"usb", "reset", "the device was reset"});
    }
    const int code =
        std::visit(kiosk::overloaded{[this](const Send& send) { return start(send); },
                                     [this](const Control& control) { return start(control); },
                                     [](const Reset&) { return 0; }},
                   queue_.front());
    if (code == 0) {
      out_->in_flight = true;
    } else if (code == LIBUSB_ERROR_NO_DEVICE) {
      lose(libusb_failure("submit", code));
    } else {
      report_out(Status::failed, 0);
    }
  }
}

int LibusbTransport::start(const Send& send) {
  KIOSK_CHECK(!send.bytes.empty() && send.limit.count() > 0);
  out_ = std::make_unique<Slot>(0);
  out_->buffer = send.bytes;
  out_->completed = &completed_;
  const auto is_it = [&](const Endpoint& e) { return e.address == send.endpoint; };
  const auto endpoint = std::find_if(endpoints_.begin(), endpoints_.end(), is_it);
  KIOSK_CHECK(endpoint != endpoints_.end() && !endpoint->is_in());
  const auto fill = endpoint->type == EndpointType::interrupt ? libusb_fill_interrupt_transfer
                                                              : libusb_fill_bulk_transfer;
  fill(out_->transfer.get(), handle_.get(), send.endpoint, out_->buffer.data(),
       static_cast<int>(out_->buffer.size()), on_done, out_.get(),
       static_cast<unsigned>(send.limit.count()));
  return libusb_submit_transfer(out_->transfer.get());
}

int LibusbTransport::start(const Control& control) {
  const ControlSetup& setup = control.setup;
  out_ = std::make_unique<Slot>(LIBUSB_CONTROL_SETUP_SIZE + std::size_t{setup.length});
  out_->completed = &completed_;
  libusb_fill_control_setup(out_->buffer.data(), setup.request_type, setup.request, setup.value,
                            setup.index, setup.length);
  KIOSK_CHECK(control.bytes.size() <= setup.length);
  std::copy(control.bytes.begin(), control.bytes.end(),
            out_->buffer.begin() + LIBUSB_CONTROL_SETUP_SIZE);
  libusb_fill_control_transfer(out_->transfer.get(), handle_.get(), out_->buffer.data(), on_done,
                               out_.get(), static_cast<unsigned>(control.limit.count()));
  return libusb_submit_transfer(out_->transfer.get());
}

void LibusbTransport::collect_out() {
  const libusb_transfer& transfer = *out_->transfer;
  if (transfer.status == LIBUSB_TRANSFER_NO_DEVICE) {
    return lose({"usb", "absent", "the device left"});
  }
  if (transfer.status == LIBUSB_TRANSFER_STALL && std::holds_alternative<Send>(queue_.front())) {
    libusb_clear_halt(handle_.get(), transfer.endpoint);
  }
  report_out(status_of(transfer.status), static_cast<std::size_t>(transfer.actual_length));
  start_next();
}

void LibusbTransport::report_out(Status status, std::size_t transferred) {
  if (std::holds_alternative<Send>(queue_.front())) {
    inputs_.emplace_back(Sent{status, transferred});
  } else {
    const bool to_host =
        (std::get<Control>(queue_.front()).setup.request_type & LIBUSB_ENDPOINT_IN) != 0;
    const auto data = out_->buffer.begin() + LIBUSB_CONTROL_SETUP_SIZE;
    const auto length = static_cast<std::ptrdiff_t>(to_host ? transferred : 0);
    inputs_.emplace_back(ControlDone{status, kiosk::Bytes(data, data + length)});
  }
  out_.reset();
  queue_.pop_front();
}

void LibusbTransport::lose(kiosk::Error why) {
  if (std::exchange(lost_, true)) return;
  queue_.clear();
  inputs_.emplace_back(Gone{std::move(why)});
}

}  // namespace

kiosk::Result<std::unique_ptr<Transport>> libusb_transport(DeviceChoice choice) {
  libusb_context* created = nullptr;
  if (const int code = libusb_init(&created); code != 0) {
    return kiosk::pass_on(libusb_failure("start libusb", code));
  }
  LibusbPtr<libusb_context> context(created);
  return std::make_unique<LibusbTransport>(std::move(context), std::move(choice));
}

}  // namespace drivers::usb
