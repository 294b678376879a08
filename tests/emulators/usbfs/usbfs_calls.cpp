#include "tests/emulators/usbfs/usbfs_calls.h"

#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <umockdev.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <utility>

#include "tests/emulators/usbfs/glib.h"

namespace emulators::usbfs {

namespace {

using Memory = GPtr<UMockdevIoctlData>;

constexpr std::uint32_t capabilities =
    USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
    USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
constexpr int urb_buffer_max = 1 << 20;

drivers::usb::Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

/// The memory of the client that a pointer in `from` leads to, loaded; none for a null pointer.
Memory memory_at(UMockdevIoctlData* from, std::size_t offset, std::size_t size) {
  return Memory(umockdev_ioctl_data_resolve(from, offset, size, nullptr));
}

template <typename T>
T value_of(const UMockdevIoctlData& memory) {
  T value;
  std::memset(&value, 0, sizeof value);
  std::memcpy(&value, memory.data, std::min(sizeof value, std::size_t(memory.data_len)));
  return value;
}

template <typename T>
void put(UMockdevIoctlData* memory, std::size_t offset, T value) {
  umockdev_ioctl_data_update(memory, offset, reinterpret_cast<guint8*>(&value), int(sizeof value));
}

UrbKind kind_of(unsigned char type) {
  if (type == USBDEVFS_URB_TYPE_CONTROL) return UrbKind::control;
  return type == USBDEVFS_URB_TYPE_INTERRUPT ? UrbKind::interrupt : UrbKind::bulk;
}

/// The client's memory of an URB under way.
struct UrbMemory {
  Memory urb;
  Memory buffer;
};

class Calls final : public UsbfsCalls {
 public:
  Calls(UsbNode& node, Hooks hooks)
      : node_(node), hooks_(std::move(hooks)), handler_(umockdev_ioctl_base_new()) {
    g_signal_connect(handler_.get(), "handle-ioctl", G_CALLBACK(on_ioctl), this);
    g_signal_connect(handler_.get(), "client-connected", G_CALLBACK(on_client), this);
  }
  ~Calls() override { g_signal_handlers_disconnect_by_data(handler_.get(), this); }

  _UMockdevIoctlBase* handler() override { return handler_.get(); }

 private:
  // umockdev calls on a thread of its own; the nodes live on the main loop's.
  static gboolean on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self) {
    const std::shared_ptr<void> keep(g_object_ref(client), GObjectUnref());
    on_main_loop([keep, client, calls = static_cast<Calls*>(self)] {
      // The kernel never fails to give an URB back; who asks for that could not free it.
      const bool gives_back = umockdev_ioctl_client_get_request(client) == USBDEVFS_DISCARDURB;
      const int refused = gives_back ? 0 : calls->hooks_.before();
      const int error = refused != 0 ? refused : calls->answer(client);
      umockdev_ioctl_client_complete(client, error == 0 ? 0 : -1, error);
      calls->hooks_.after();
    });
    return TRUE;
  }

  static void on_client(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self) {
    g_signal_connect(client, "notify::connected", G_CALLBACK(on_connected), self);
  }

  static void on_connected(UMockdevIoctlClient* client, GParamSpec*, gpointer self) {
    if (umockdev_ioctl_client_get_connected(client)) return;
    on_main_loop([client, calls = static_cast<Calls*>(self)] {
      calls->node_.leave(client);  // only its address
      calls->hooks_.after();
    });
  }

  int answer(UMockdevIoctlClient* client) {
    UMockdevIoctlData* argument = umockdev_ioctl_client_get_arg(client);
    const gulong request = umockdev_ioctl_client_get_request(client);
    switch (request) {
      case USBDEVFS_SUBMITURB:
        return submit(client, argument);
      case USBDEVFS_REAPURB:
      case USBDEVFS_REAPURBNDELAY:
        return reap(client, argument);
      case USBDEVFS_DISCARDURB:
        return node_.discard(client, value_of<std::uintptr_t>(*argument));
      case USBDEVFS_CLAIMINTERFACE:
        return node_.claim(client);
      case USBDEVFS_RELEASEINTERFACE:
        return node_.release(client);
      case USBDEVFS_RESET:
        return node_.reset(now());
      default:
        return answer_with_memory(client, request, argument);
    }
  }

  int answer_with_memory(UMockdevIoctlClient* client, gulong request, UMockdevIoctlData* argument) {
    const std::size_t size = _IOC_SIZE(request);
    const Memory memory = memory_at(argument, 0, std::max(size, sizeof(int)));
    if (!memory) return EFAULT;
    switch (request) {
      case USBDEVFS_GET_CAPABILITIES:
        put(memory.get(), 0, capabilities);
        return 0;
      case USBDEVFS_CLEAR_HALT:
        return node_.clear_halt(std::uint8_t(value_of<unsigned>(*memory) & 0xFF), now());
      case USBDEVFS_SETINTERFACE:
        return node_.set_alternate(int(value_of<usbdevfs_setinterface>(*memory).altsetting));
      case USBDEVFS_GETDRIVER: {
        if (node_.driver().empty()) return ENODATA;
        usbdevfs_getdriver reply = value_of<usbdevfs_getdriver>(*memory);
        node_.driver().copy(reply.driver, sizeof reply.driver - 1);
        put(memory.get(), 0, reply);
        return 0;
      }
      case USBDEVFS_DISCONNECT_CLAIM:
        return take(client, value_of<usbdevfs_disconnect_claim>(*memory));
      case USBDEVFS_IOCTL: {
        const auto inner = value_of<usbdevfs_ioctl>(*memory);
        if (inner.ioctl_code == int(USBDEVFS_DISCONNECT)) return node_.detach_driver();
        return inner.ioctl_code == int(USBDEVFS_CONNECT) ? node_.attach_driver() : ENOTTY;
      }
      default:
        return ENOTTY;
    }
  }

  /// Detaches the kernel's driver and claims, as one step.
  int take(UMockdevIoctlClient* client, const usbdevfs_disconnect_claim& wish) {
    const bool except = (wish.flags & USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER) != 0;
    if (!(except && node_.driver() == wish.driver)) node_.detach_driver();
    return node_.claim(client);
  }

  int submit(UMockdevIoctlClient* client, UMockdevIoctlData* argument) {
    auto memory = std::make_shared<UrbMemory>();
    memory->urb = memory_at(argument, 0, sizeof(usbdevfs_urb));
    if (!memory->urb) return EFAULT;
    const auto raw = value_of<usbdevfs_urb>(*memory->urb);
    if (raw.buffer_length < 0 || raw.buffer_length > urb_buffer_max) return EINVAL;
    Urb urb;
    urb.id = memory->urb->client_addr;
    urb.kind = kind_of(raw.type);
    urb.endpoint = raw.endpoint;
    urb.ends_with_zero_packet = (raw.flags & USBDEVFS_URB_ZERO_PACKET) != 0;
    if (raw.buffer_length > 0) {
      memory->buffer = memory_at(memory->urb.get(), offsetof(usbdevfs_urb, buffer),
                                 std::size_t(raw.buffer_length));
      if (!memory->buffer) return EFAULT;
      urb.buffer.assign(memory->buffer->data, memory->buffer->data + raw.buffer_length);
    }
    urb.keep = std::move(memory);
    return node_.submit(client, std::move(urb), now());
  }

  int reap(UMockdevIoctlClient* client, UMockdevIoctlData* argument) {
    auto urb = node_.reap(client);
    if (!urb) return node_.plugged() ? EAGAIN : ENODEV;
    const Memory pointer = memory_at(argument, 0, sizeof(void*));
    if (!pointer) return EFAULT;
    auto& memory = *static_cast<UrbMemory*>(urb->keep.get());
    const bool control = urb->kind == UrbKind::control;
    const bool to_host = ((control ? urb->buffer[0] : urb->endpoint) & 0x80) != 0;
    if (to_host && urb->actual > 0) {
      const std::size_t skip = control ? 8 : 0;
      umockdev_ioctl_data_update(memory.buffer.get(), skip, urb->buffer.data() + skip,
                                 int(urb->actual));
    }
    put(memory.urb.get(), offsetof(usbdevfs_urb, status), urb->status);
    put(memory.urb.get(), offsetof(usbdevfs_urb, actual_length), int(urb->actual));
    umockdev_ioctl_data_set_ptr(pointer.get(), 0, memory.urb.get());
    return 0;
  }

  UsbNode& node_;
  Hooks hooks_;
  GPtr<UMockdevIoctlBase> handler_;
};

}  // namespace

std::unique_ptr<UsbfsCalls> UsbfsCalls::create(UsbNode& node, Hooks hooks) {
  return std::make_unique<Calls>(node, std::move(hooks));
}

}  // namespace emulators::usbfs
