#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "drivers/camera/v4l2_source.h"

namespace drivers::camera {
namespace {

int or_error(int result) {
  return result < 0 ? -errno : result;
}

class SystemCalls final : public VideoCalls {
 public:
  int open(const std::string& path) override {
    return or_error(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }
  void close(int file) override { ::close(file); }
  int ioctl(int file, unsigned long request, void* argument) override {
    return or_error(::ioctl(file, request, argument));
  }
  void* map(int file, std::size_t bytes, std::size_t offset) override {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                          static_cast<off_t>(offset));
    return memory == MAP_FAILED ? nullptr : memory;
  }
  void unmap(void* memory, std::size_t bytes) override { ::munmap(memory, bytes); }
  int wait(int file, kiosk::Milliseconds limit) override {
    pollfd ready{file, POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
    if (count < 0) return errno == EINTR ? -EAGAIN : -errno;
    if (count == 0) return -EAGAIN;
    return (ready.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? -EIO : 0;
  }
};

}  // namespace

std::unique_ptr<VideoCalls> system_video_calls() {
  return std::make_unique<SystemCalls>();
}

}  // namespace drivers::camera
