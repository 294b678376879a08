#pragma once

// Cameras of Linux (V4L2), by memory-mapped streaming. Source: kernel documentation, Video for
// Linux API, "Streaming I/O (Memory Mapping)".

#include <cstddef>
#include <memory>
#include <string>

#include "drivers/camera/frame_source.h"

namespace drivers::camera {

/// The system calls the source makes, so that tests can be the kernel. Each returns what the call
/// returns, or minus the error number.
class VideoCalls {
 public:
  VideoCalls() = default;
  VideoCalls(const VideoCalls&) = delete;
  VideoCalls& operator=(const VideoCalls&) = delete;
  virtual ~VideoCalls() = default;

  virtual int open(const std::string& path) = 0;  ///< for reading and writing, without waiting
  virtual void close(int file) = 0;
  virtual int ioctl(int file, unsigned long request, void* argument) = 0;
  virtual void* map(int file, std::size_t bytes, std::size_t offset) = 0;  ///< nullptr: failed
  virtual void unmap(void* memory, std::size_t bytes) = 0;
  /// Whether a frame is there; minus EIO when the device reports an error, minus EAGAIN when
  /// nothing came within the limit.
  virtual int wait(int file, kiosk::Milliseconds limit) = 0;
};

/// The kernel.
std::unique_ptr<VideoCalls> system_video_calls();

struct V4l2Settings {
  std::string path;  ///< of the device, best a link in /dev/v4l/by-path; empty: the first camera
  int width = 1280;
  int height = 720;
};

/// Of the formats a camera has, GREY is taken, else MJPEG, else YUYV (at USB 2 the last comes at a
/// third of the rate). Dark and damaged frames, common at the start, are left out.
std::unique_ptr<FrameSource> v4l2_source(V4l2Settings settings, std::unique_ptr<VideoCalls> calls);

}  // namespace drivers::camera
