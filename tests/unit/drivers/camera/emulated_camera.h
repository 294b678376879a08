#pragma once

#include <linux/videodev2.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "drivers/camera/v4l2_source.h"

/// A V4L2 camera in this process: what the kernel would say of it.
struct EmulatedCamera {
  struct Shot {
    kiosk::Bytes bytes;
    std::uint32_t flags = 0;
  };

  std::string path = "/dev/video0";
  bool plugged = true;
  std::uint32_t device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::vector<std::uint32_t> formats = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG};
  std::uint32_t width = 64;
  std::uint32_t height = 48;
  std::uint32_t padding = 0;  ///< bytes behind each row
  std::deque<Shot> shots;     ///< that were taken and not fetched
  int fails_at = -1;          ///< the n-th ioctl from 0 on fails
  int fails_with = EIO;

  // What was asked.
  std::vector<unsigned long> asked;
  std::uint32_t chosen = 0;
  std::vector<std::string> opened;
  int open_files = 0;
  int mapped = 0;
  bool streaming = false;

  std::vector<kiosk::Bytes> buffers;
  std::deque<std::uint32_t> queued;

  std::uint32_t stride() const { return width * (chosen == V4L2_PIX_FMT_YUYV ? 2 : 1) + padding; }

  int ioctl(unsigned long request, void* argument) {
    const int number = static_cast<int>(asked.size());
    asked.push_back(request);
    if (!plugged) return -ENODEV;
    if (number == fails_at) return -fails_with;
    switch (request) {
      case VIDIOC_QUERYCAP: {
        auto* can = static_cast<v4l2_capability*>(argument);
        can->capabilities = V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        can->device_caps = device_caps;
        return 0;
      }
      case VIDIOC_ENUM_FMT: {
        auto* format = static_cast<v4l2_fmtdesc*>(argument);
        if (format->index >= formats.size()) return -EINVAL;
        format->pixelformat = formats[format->index];
        return 0;
      }
      case VIDIOC_S_FMT: {
        auto* format = static_cast<v4l2_format*>(argument);
        chosen = format->fmt.pix.pixelformat;
        format->fmt.pix.width = width;
        format->fmt.pix.height = height;
        format->fmt.pix.bytesperline = chosen == V4L2_PIX_FMT_MJPEG ? 0 : stride();
        return 0;
      }
      case VIDIOC_S_PARM:
        return 0;
      case VIDIOC_REQBUFS: {
        const auto* wanted = static_cast<v4l2_requestbuffers*>(argument);
        queued.clear();
        buffers.assign(wanted->count, kiosk::Bytes(std::size_t{width} * height * 2 + 4096));
        return 0;
      }
      case VIDIOC_STREAMON:
      case VIDIOC_STREAMOFF:
        streaming = request == VIDIOC_STREAMON;
        return 0;
      default:
        return buffer_call(request, static_cast<v4l2_buffer*>(argument));
    }
  }

  int buffer_call(unsigned long request, v4l2_buffer* buffer) {
    if (request == VIDIOC_QUERYBUF) {
      buffer->length = static_cast<std::uint32_t>(buffers[buffer->index].size());
      buffer->m.offset = buffer->index;
      return 0;
    }
    if (request == VIDIOC_QBUF) {
      queued.push_back(buffer->index);
      return 0;
    }
    if (request != VIDIOC_DQBUF) return -ENOTTY;
    if (shots.empty() || queued.empty()) return -EAGAIN;
    buffer->index = queued.front();
    queued.pop_front();
    const Shot& shot = shots.front();
    std::copy(shot.bytes.begin(), shot.bytes.end(), buffers[buffer->index].begin());
    buffer->bytesused = static_cast<std::uint32_t>(shot.bytes.size());
    buffer->flags = shot.flags;
    shots.pop_front();
    return 0;
  }
};

class EmulatedCalls final : public drivers::camera::VideoCalls {
 public:
  explicit EmulatedCalls(EmulatedCamera& camera) : camera_(camera) {}

  int open(const std::string& path) override {
    camera_.opened.push_back(path);
    if (!camera_.plugged || path != camera_.path) return -ENOENT;
    ++camera_.open_files;
    return 7;
  }
  void close(int) override { --camera_.open_files; }
  int ioctl(int, unsigned long request, void* argument) override {
    return camera_.ioctl(request, argument);
  }
  void* map(int, std::size_t, std::size_t offset) override {
    ++camera_.mapped;
    return camera_.buffers[offset].data();
  }
  void unmap(void*, std::size_t) override { --camera_.mapped; }
  int wait(int, kiosk::Milliseconds) override {
    if (!camera_.plugged) return -EIO;
    return camera_.shots.empty() ? -EAGAIN : 0;
  }

 private:
  EmulatedCamera& camera_;
};
