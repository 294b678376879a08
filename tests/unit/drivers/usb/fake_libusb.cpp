#include "tests/unit/drivers/usb/fake_libusb.h"

#include <libusb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <vector>

#include "drivers/usb/transfer.h"

using drivers::usb::Moment;

// The library's opaque types, ours here.
struct libusb_context {
  bool interrupted = false;
  std::condition_variable wake;
};
struct libusb_device {};
struct libusb_device_handle {};

namespace {

struct Flight {
  Moment since;
  bool cancelled = false;
};

libusb_device the_device;
libusb_device_handle the_handle;
std::map<libusb_transfer*, Flight> flights;  // NOLINT: one bus a program, as in the library

Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

bool past_limit(const libusb_transfer& transfer, const Flight& flight) {
  return transfer.timeout != 0 &&
         now() - flight.since >= std::chrono::milliseconds(transfer.timeout);
}

/// True when the transfer is over; its status and length are then set.
bool move_in(FakeBus& bus, libusb_transfer& transfer) {
  if (bus.stalls > 0) {
    --bus.stalls;
    transfer.status = LIBUSB_TRANSFER_STALL;
    return true;
  }
  transfer.status = LIBUSB_TRANSFER_COMPLETED;
  if (bus.empty_reads > 0) {
    --bus.empty_reads;
    return true;
  }
  const kiosk::Bytes bytes = bus.model->read(now(), transfer.endpoint);
  std::copy(bytes.begin(), bytes.end(), transfer.buffer);
  transfer.actual_length = static_cast<int>(bytes.size());
  return !bytes.empty();
}

bool move_out(FakeBus& bus, libusb_transfer& transfer, const Flight& flight) {
  const kiosk::ByteView rest(transfer.buffer + transfer.actual_length,
                             static_cast<std::size_t>(transfer.length - transfer.actual_length));
  transfer.actual_length += static_cast<int>(bus.model->write(now(), transfer.endpoint, rest));
  transfer.status = LIBUSB_TRANSFER_COMPLETED;
  if (transfer.actual_length == transfer.length) return true;
  transfer.status = LIBUSB_TRANSFER_TIMED_OUT;
  return past_limit(transfer, flight);
}

bool move_control(FakeBus& bus, libusb_transfer& transfer) {
  const std::uint8_t* setup = transfer.buffer;
  drivers::usb::Control control;
  control.setup = {setup[0], setup[1], static_cast<std::uint16_t>(setup[2] | setup[3] << 8),
                   static_cast<std::uint16_t>(setup[4] | setup[5] << 8),
                   static_cast<std::uint16_t>(setup[6] | setup[7] << 8)};
  const bool to_host = (setup[0] & 0x80) != 0;
  if (!to_host) control.bytes.assign(setup + 8, setup + transfer.length);
  const auto answer = bus.model->control(now(), control);
  transfer.status = answer ? LIBUSB_TRANSFER_COMPLETED : LIBUSB_TRANSFER_STALL;
  if (answer && to_host) {
    std::copy(answer->begin(), answer->end(), transfer.buffer + 8);
    transfer.actual_length = static_cast<int>(answer->size());
  }
  return true;
}

bool move(FakeBus& bus, libusb_transfer& transfer, const Flight& flight) {
  if (!bus.plugged) {
    transfer.status = LIBUSB_TRANSFER_NO_DEVICE;
    return true;
  }
  if (flight.cancelled) {
    transfer.status = LIBUSB_TRANSFER_CANCELLED;
    return true;
  }
  if (transfer.type == LIBUSB_TRANSFER_TYPE_CONTROL) return move_control(bus, transfer);
  if ((transfer.endpoint & 0x80) != 0) return move_in(bus, transfer);
  return move_out(bus, transfer, flight);
}

/// Gives back all transfers that are over; how many.
int move_all(FakeBus& bus) {
  std::vector<libusb_transfer*> over;
  {
    const std::lock_guard lock(bus.mutex);
    for (auto& [transfer, flight] : flights) {
      if (move(bus, *transfer, flight)) over.push_back(transfer);
    }
    if (bus.leaves_after_send && !over.empty()) {
      bus.leaves_after_send = bus.plugged = false;
      for (auto& [transfer, flight] : flights) {
        const bool done = std::find(over.begin(), over.end(), transfer) != over.end();
        if (!done && move(bus, *transfer, flight)) over.push_back(transfer);
      }
    }
    for (libusb_transfer* transfer : over) flights.erase(transfer);
  }
  for (libusb_transfer* transfer : over) transfer->callback(transfer);
  return static_cast<int>(over.size());
}

}  // namespace

FakeBus& fake_bus() {
  static FakeBus bus;
  return bus;
}

extern "C" {

int libusb_init(libusb_context** context) {
  *context = new libusb_context;
  return fake_bus().with([](FakeBus& bus) { return ++bus.contexts_alive, 0; });
}

void libusb_exit(libusb_context* context) {
  fake_bus().with([](FakeBus& bus) { --bus.contexts_alive; });
  delete context;
}

const char* libusb_error_name(int) {
  return "fake error";
}

ssize_t libusb_get_device_list(libusb_context*, libusb_device*** list) {
  const bool plugged = fake_bus().with([](FakeBus& bus) { return bus.plugged; });
  *list = new libusb_device* [2] { plugged ? &the_device : nullptr, nullptr };
  return plugged ? 1 : 0;
}

void libusb_free_device_list(libusb_device** list, int) {
  delete[] list;
}
libusb_device* libusb_ref_device(libusb_device* device) {
  return device;
}
void libusb_unref_device(libusb_device*) {}
int libusb_has_capability(std::uint32_t) {
  return 0;
}
int libusb_hotplug_register_callback(libusb_context*, int, int, int, int, int,
                                     libusb_hotplug_callback_fn, void*,
                                     libusb_hotplug_callback_handle*) {
  return LIBUSB_ERROR_NOT_SUPPORTED;
}
void libusb_hotplug_deregister_callback(libusb_context*, libusb_hotplug_callback_handle) {}
libusb_device* libusb_get_device(libusb_device_handle*) {
  return &the_device;
}
std::uint8_t libusb_get_bus_number(libusb_device*) {
  return 1;
}
int libusb_get_port_numbers(libusb_device*, std::uint8_t*, int) {
  return 0;
}

int libusb_get_device_descriptor(libusb_device*, libusb_device_descriptor* descriptor) {
  return fake_bus().with([&](FakeBus& bus) {
    descriptor->idVendor = bus.model->describe().vendor;
    descriptor->idProduct = bus.model->describe().product;
    return 0;
  });
}

int libusb_get_active_config_descriptor(libusb_device*, libusb_config_descriptor** config) {
  const auto description = fake_bus().with([](FakeBus& bus) { return bus.model->describe(); });
  auto* endpoints = new libusb_endpoint_descriptor[description.endpoints.size()]{};
  for (std::size_t i = 0; i < description.endpoints.size(); ++i) {
    const auto& endpoint = description.endpoints[i];
    endpoints[i].bEndpointAddress = endpoint.address;
    endpoints[i].bmAttributes = endpoint.type == drivers::usb::EndpointType::bulk ? 2 : 3;
    endpoints[i].wMaxPacketSize = static_cast<std::uint16_t>(endpoint.packet_bytes);
  }
  auto* setting = new libusb_interface_descriptor{};
  setting->bInterfaceClass = description.class_code;
  setting->bInterfaceSubClass = description.subclass;
  setting->bInterfaceProtocol = description.protocol;
  setting->bNumEndpoints = static_cast<std::uint8_t>(description.endpoints.size());
  setting->endpoint = endpoints;
  auto* interface = new libusb_interface{setting, 1};
  *config = new libusb_config_descriptor{};
  (*config)->bNumInterfaces = 1;
  (*config)->interface = interface;
  return 0;
}

void libusb_free_config_descriptor(libusb_config_descriptor* config) {
  delete[] config->interface->altsetting->endpoint;
  delete config->interface->altsetting;
  delete config->interface;
  delete config;
}

int libusb_open(libusb_device*, libusb_device_handle** handle) {
  *handle = &the_handle;
  return fake_bus().with([](FakeBus& bus) {
    if (bus.open_error == 0) ++bus.handles_open;
    return bus.open_error;
  });
}

void libusb_close(libusb_device_handle*) {
  fake_bus().with([](FakeBus& bus) { --bus.handles_open; });
}

int libusb_set_auto_detach_kernel_driver(libusb_device_handle*, int) {
  return 0;
}
int libusb_kernel_driver_active(libusb_device_handle*, int) {
  return 0;
}
int libusb_set_interface_alt_setting(libusb_device_handle*, int, int) {
  return 0;
}

int libusb_claim_interface(libusb_device_handle*, int) {
  return fake_bus().with([](FakeBus& bus) {
    if (bus.claim_error == 0) ++bus.claimed;
    return bus.claim_error;
  });
}

int libusb_release_interface(libusb_device_handle*, int) {
  return fake_bus().with([](FakeBus& bus) { return --bus.claimed, 0; });
}

int libusb_clear_halt(libusb_device_handle*, unsigned char) {
  return fake_bus().with([](FakeBus& bus) { return ++bus.halts_cleared, 0; });
}

int libusb_reset_device(libusb_device_handle*) {
  return fake_bus().with([](FakeBus& bus) {
    bus.model->reset(now());
    return ++bus.resets, 0;
  });
}

/// Only the HID report descriptor is asked for this way.
int libusb_control_transfer(libusb_device_handle*, std::uint8_t, std::uint8_t, std::uint16_t,
                            std::uint16_t, unsigned char* data, std::uint16_t length, unsigned) {
  const auto description = fake_bus().with([](FakeBus& bus) { return bus.model->describe(); });
  const std::size_t size = std::min<std::size_t>(length, description.report_descriptor.size());
  std::copy_n(description.report_descriptor.begin(), size, data);
  return static_cast<int>(size);
}

libusb_transfer* libusb_alloc_transfer(int) {
  fake_bus().with([](FakeBus& bus) { ++bus.transfers_alive; });
  return static_cast<libusb_transfer*>(std::calloc(1, sizeof(libusb_transfer)));
}

void libusb_free_transfer(libusb_transfer* transfer) {
  fake_bus().with([&](FakeBus& bus) {
    --bus.transfers_alive;
    if (flights.count(transfer) > 0) std::abort();  // the adapter must never do this
  });
  std::free(transfer);
}

int libusb_submit_transfer(libusb_transfer* transfer) {
  return fake_bus().with([&](FakeBus& bus) {
    if (!bus.plugged) return static_cast<int>(LIBUSB_ERROR_NO_DEVICE);
    transfer->actual_length = 0;
    flights[transfer] = {now()};
    return 0;
  });
}

int libusb_cancel_transfer(libusb_transfer* transfer) {
  return fake_bus().with([&](FakeBus&) { return flights.at(transfer).cancelled = true, 0; });
}

void libusb_interrupt_event_handler(libusb_context* context) {
  fake_bus().with([&](FakeBus&) { context->interrupted = true; });
  context->wake.notify_all();
}

int libusb_handle_events_timeout_completed(libusb_context* context, timeval* limit, int*) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(limit->tv_sec) +
                   std::chrono::microseconds(limit->tv_usec);
  while (move_all(fake_bus()) == 0 && std::chrono::steady_clock::now() < end) {
    std::unique_lock lock(fake_bus().mutex);
    context->wake.wait_for(lock, std::chrono::milliseconds(1));
    if (std::exchange(context->interrupted, false)) break;
  }
  return 0;
}
}
