#include "drivers/camera/picture_source.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "drivers/camera/test_pictures.h"

namespace drivers::camera {
namespace {

class PictureSource final : public FrameSource {
 public:
  explicit PictureSource(std::string where) : where_(std::move(where)) {}

  kiosk::Result<void> open() override {
    std::error_code unknown;
    if (std::filesystem::is_regular_file(where_, unknown)) {
      paths_ = {where_};
    } else if (auto paths = picture_paths(where_); paths && !paths->empty()) {
      paths_ = std::move(*paths);
    } else {
      return kiosk::fail("camera", "not_there", where_ + ": no pictures");
    }
    return {};
  }

  kiosk::Result<std::optional<Frame>> next(kiosk::Milliseconds) override {
    if (paths_.empty()) return kiosk::fail("camera", "io", where_ + ": not open");
    const std::string& path = paths_[next_++ % paths_.size()];
    std::ifstream file(path, std::ios::binary);
    Frame frame;
    frame.format = PixelFormat::file;
    frame.bytes.assign(std::istreambuf_iterator<char>(file), {});
    if (frame.bytes.empty()) return std::optional<Frame>();
    return std::optional<Frame>(std::move(frame));
  }

  void close() override { paths_.clear(); }

 private:
  std::string where_;
  std::vector<std::string> paths_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> picture_source(std::string file_or_folder) {
  return std::make_unique<PictureSource>(std::move(file_or_folder));
}

}  // namespace drivers::camera
