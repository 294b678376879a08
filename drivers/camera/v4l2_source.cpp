#include "drivers/camera/v4l2_source.h"

#include <linux/videodev2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace drivers::camera {
namespace {

using kiosk::Result;

constexpr int nodes_max = 64;  // /dev/video0 to 63
constexpr std::uint32_t buffers_asked = 4;
constexpr std::uint32_t buffers_max = 32;  // VIDEO_MAX_FRAME
constexpr std::uint32_t formats_max = 64;
constexpr std::uint32_t frames_a_second = 30;
constexpr int dark_mean = 6;     // of 255: a sensor that is not awake yet
constexpr int drained_max = 32;  // frames taken at once

auto failure(int error, const std::string& doing) {
  const int number = -error;
  std::string_view code = "io";
  if (number == ENODEV || number == ENXIO) code = "unplugged";
  if (number == ENOENT) code = "not_there";
  if (number == EBUSY) code = "busy";
  if (number == EACCES || number == EPERM) code = "no_permission";
  return kiosk::fail("camera", code, doing + ": " + std::strerror(number));
}

struct Format {
  PixelFormat pixels = PixelFormat::grey;
  std::uint32_t code = 0;
};

/// The best first.
constexpr std::array<Format, 3> formats = {{{PixelFormat::grey, V4L2_PIX_FMT_GREY},
                                            {PixelFormat::file, V4L2_PIX_FMT_MJPEG},
                                            {PixelFormat::yuyv, V4L2_PIX_FMT_YUYV}}};

class V4l2Source final : public FrameSource {
 public:
  V4l2Source(V4l2Settings settings, std::unique_ptr<VideoCalls> calls)
      : settings_(std::move(settings)), calls_(std::move(calls)) {}
  V4l2Source(const V4l2Source&) = delete;
  V4l2Source& operator=(const V4l2Source&) = delete;
  ~V4l2Source() override { V4l2Source::close(); }

  Result<void> open() override {
    close();
    auto started = open_device();
    if (started) started = choose_format();
    if (started) started = map_buffers();
    if (started) started = stream();
    if (!started) close();
    return started;
  }

  Result<std::optional<Frame>> next(kiosk::Milliseconds limit) override {
    if (file_ < 0) return kiosk::fail("camera", "io", "the camera is not open");
    const int ready = calls_->wait(file_, limit);
    if (ready == -EAGAIN) return std::optional<Frame>();
    if (ready < 0) return gone(ready == -EIO ? -ENODEV : ready, "wait for a frame");
    auto newest = newest_buffer();
    if (!newest) return kiosk::pass_on(newest.error());
    if (!*newest) return std::optional<Frame>();
    std::optional<Frame> frame = frame_in(**newest);
    if (const int error = call(VIDIOC_QBUF, &**newest); error < 0) return gone(error, "give back");
    return frame;
  }

  void close() override {
    if (file_ < 0) return;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    call(VIDIOC_STREAMOFF, &type);
    for (const Buffer& buffer : buffers_) calls_->unmap(buffer.memory, buffer.bytes);
    buffers_.clear();
    v4l2_requestbuffers none = requested(0);
    call(VIDIOC_REQBUFS, &none);
    calls_->close(std::exchange(file_, -1));
  }

 private:
  struct Buffer {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  int call(unsigned long request, void* argument) {
    constexpr int interruptions_max = 16;
    int result = -EINTR;
    for (int i = 0; i < interruptions_max && result == -EINTR; ++i) {
      result = calls_->ioctl(file_, request, argument);
    }
    return result;
  }

  static v4l2_requestbuffers requested(std::uint32_t count) {
    v4l2_requestbuffers request{};
    request.count = count;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    return request;
  }

  static v4l2_buffer any_buffer() {
    v4l2_buffer buffer{};
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    return buffer;
  }

  tl::unexpected<kiosk::Error> gone(int error, const std::string& doing) {
    close();
    return failure(error, doing);
  }

  /// One of a camera's nodes captures; the others tell of metadata only.
  Result<void> open_node(const std::string& path) {
    file_ = calls_->open(path);
    if (file_ < 0) return failure(std::exchange(file_, -1), path);
    v4l2_capability can{};
    const int asked = call(VIDIOC_QUERYCAP, &can);
    if (asked < 0) return gone(asked, path);
    const bool own = (can.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
    const std::uint32_t has = own ? can.device_caps : can.capabilities;
    constexpr std::uint32_t needed = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    if ((has & needed) == needed) return {};
    close();
    return kiosk::fail("camera", "unsupported", path + ": no camera that streams");
  }

  Result<void> open_device() {
    if (!settings_.path.empty()) return open_node(settings_.path);
    Result<void> why = kiosk::fail("camera", "not_there", "no camera is plugged in");
    for (int node = 0; node < nodes_max; ++node) {
      auto opened = open_node("/dev/video" + std::to_string(node));
      if (opened) return opened;
      if (opened.error().code == "not_there" || opened.error().code == "unsupported") continue;
      why = std::move(opened);
    }
    return why;
  }

  Result<void> choose_format() {
    std::vector<std::uint32_t> offered;
    for (std::uint32_t i = 0; i < formats_max; ++i) {
      v4l2_fmtdesc description{};
      description.index = i;
      description.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      if (call(VIDIOC_ENUM_FMT, &description) < 0) break;
      offered.push_back(description.pixelformat);
    }
    for (const Format& format : formats) {
      if (std::find(offered.begin(), offered.end(), format.code) != offered.end()) {
        return set_format(format);
      }
    }
    return kiosk::fail("camera", "unsupported", "the camera has neither GREY nor MJPEG nor YUYV");
  }

  Result<void> set_format(const Format& format) {
    v4l2_format wanted{};
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.fmt.pix.width = static_cast<std::uint32_t>(settings_.width);
    wanted.fmt.pix.height = static_cast<std::uint32_t>(settings_.height);
    wanted.fmt.pix.pixelformat = format.code;
    wanted.fmt.pix.field = V4L2_FIELD_ANY;
    if (const int error = call(VIDIOC_S_FMT, &wanted); error < 0) return failure(error, "format");
    const v4l2_pix_format& got = wanted.fmt.pix;
    const std::uint32_t limit = side_max;
    const std::uint32_t least = got.width * (format.pixels == PixelFormat::yuyv ? 2 : 1);
    const bool raw = format.pixels != PixelFormat::file;
    if (got.pixelformat != format.code || got.width < 1 || got.height < 1 || got.width > limit ||
        got.height > limit || (raw && (got.bytesperline < least || got.bytesperline > 2 * limit))) {
      return kiosk::fail("camera", "unsupported", "the camera answers with another format");
    }
    shape_ = {format.pixels,
              static_cast<int>(got.width),
              static_cast<int>(got.height),
              raw ? static_cast<int>(got.bytesperline) : 0,
              {}};
    v4l2_streamparm rate{};
    rate.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    rate.parm.capture.timeperframe = {1, frames_a_second};
    call(VIDIOC_S_PARM, &rate);  // a wish: some cameras have one rate only
    return {};
  }

  Result<void> map_buffers() {
    v4l2_requestbuffers request = requested(buffers_asked);
    if (const int error = call(VIDIOC_REQBUFS, &request); error < 0) {
      return failure(error, "ask for buffers");
    }
    if (request.count < 2 || request.count > buffers_max) {
      return kiosk::fail("camera", "io", "the camera has too few buffers");
    }
    for (std::uint32_t i = 0; i < request.count; ++i) {
      v4l2_buffer buffer = any_buffer();
      buffer.index = i;
      if (const int error = call(VIDIOC_QUERYBUF, &buffer); error < 0) {
        return failure(error, "ask for a buffer");
      }
      if (buffer.length == 0 || buffer.length > 4 * frame_bytes_max) {
        return kiosk::fail("camera", "io", "a buffer without a sensible size");
      }
      void* memory = calls_->map(file_, buffer.length, buffer.m.offset);
      if (memory == nullptr) return kiosk::fail("camera", "io", "a buffer cannot be mapped");
      buffers_.push_back({memory, buffer.length});
      if (const int error = call(VIDIOC_QBUF, &buffer); error < 0) return failure(error, "queue");
    }
    return {};
  }

  Result<void> stream() {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (const int error = call(VIDIOC_STREAMON, &type); error < 0) return failure(error, "start");
    return {};
  }

  /// Takes all that are there; gives back all but the last good one.
  Result<std::optional<v4l2_buffer>> newest_buffer() {
    std::optional<v4l2_buffer> newest;
    for (int i = 0; i < drained_max; ++i) {
      v4l2_buffer buffer = any_buffer();
      const int taken = call(VIDIOC_DQBUF, &buffer);
      if (taken == -EAGAIN) break;
      if (taken < 0) return gone(taken, "take a frame");
      if (buffer.index >= buffers_.size()) return gone(-EIO, "a buffer nobody asked for");
      v4l2_buffer older = buffer;
      if (is_whole(buffer)) {
        older = newest.value_or(v4l2_buffer{});
        const bool had_one = newest.has_value();
        newest = buffer;
        if (!had_one) continue;
      }
      if (const int error = call(VIDIOC_QBUF, &older); error < 0) return gone(error, "give back");
    }
    return newest;
  }

  bool is_whole(const v4l2_buffer& buffer) const {
    if ((buffer.flags & V4L2_BUF_FLAG_ERROR) != 0) return false;
    const Buffer& mapped = buffers_[buffer.index];
    if (buffer.bytesused > mapped.bytes || buffer.bytesused > frame_bytes_max) return false;
    const auto* bytes = static_cast<const std::uint8_t*>(mapped.memory);
    if (shape_.format == PixelFormat::file) {
      return buffer.bytesused > 4 && bytes[0] == 0xFF && bytes[1] == 0xD8;
    }
    const auto rows = static_cast<std::size_t>(shape_.height - 1);
    const int bytes_per_pixel = shape_.format == PixelFormat::yuyv ? 2 : 1;
    const auto row_bytes = static_cast<std::size_t>(shape_.width * bytes_per_pixel);
    return buffer.bytesused >= rows * static_cast<std::size_t>(shape_.stride) + row_bytes;
  }

  /// A copy, so that the camera has its buffer back; none if it is dark.
  std::optional<Frame> frame_in(const v4l2_buffer& buffer) const {
    const auto* bytes = static_cast<const std::uint8_t*>(buffers_[buffer.index].memory);
    Frame frame = shape_;
    frame.bytes.assign(bytes, bytes + buffer.bytesused);
    if (frame.format == PixelFormat::file) return frame;
    constexpr std::size_t every = 254;  // even: of YUYV only brightness
    std::size_t sum = 0, count = 0;
    for (std::size_t at = 0; at < frame.bytes.size(); at += every, ++count) sum += frame.bytes[at];
    if (sum < count * dark_mean) return std::nullopt;
    return frame;
  }

  V4l2Settings settings_;
  std::unique_ptr<VideoCalls> calls_;
  int file_ = -1;
  Frame shape_;  ///< of every frame; its bytes are empty
  std::vector<Buffer> buffers_;
};

}  // namespace

std::unique_ptr<FrameSource> v4l2_source(V4l2Settings settings, std::unique_ptr<VideoCalls> calls) {
  return std::make_unique<V4l2Source>(std::move(settings), std::move(calls));
}

}  // namespace drivers::camera
