#include "drivers/camera/v4l2_source.h"

#include <doctest/doctest.h>

#include "drivers/camera/picture_file.h"
#include "tests/unit/drivers/camera/emulated_camera.h"

using namespace drivers::camera;

namespace {

constexpr kiosk::Milliseconds limit{10};

std::unique_ptr<FrameSource> source_of(EmulatedCamera& camera, std::string path = "/dev/video0") {
  return v4l2_source({std::move(path), 64, 48}, std::make_unique<EmulatedCalls>(camera));
}

EmulatedCamera grey_camera() {
  EmulatedCamera camera;
  camera.formats = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_GREY};
  return camera;
}

kiosk::Bytes pixels_of(const EmulatedCamera& camera, std::uint8_t light) {
  return kiosk::Bytes(std::size_t{camera.height} * camera.stride(), light);
}

}  // namespace

TEST_CASE("v4l2: grey is taken before MJPEG before YUYV, and nothing else") {
  EmulatedCamera camera;
  camera.formats = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_GREY};
  REQUIRE(source_of(camera)->open());
  CHECK(camera.chosen == V4L2_PIX_FMT_GREY);
  camera.formats = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG};
  REQUIRE(source_of(camera)->open());
  CHECK(camera.chosen == V4L2_PIX_FMT_MJPEG);
  camera.formats = {V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUYV};
  REQUIRE(source_of(camera)->open());
  CHECK(camera.chosen == V4L2_PIX_FMT_YUYV);
  camera.formats = {V4L2_PIX_FMT_NV12};
  CHECK(source_of(camera)->open().error().code == "unsupported");
  CHECK(camera.open_files == 0);
  CHECK(camera.mapped == 0);
}

TEST_CASE("v4l2: the newest frame is given, the older ones go back to the camera") {
  EmulatedCamera camera = grey_camera();
  const auto source = source_of(camera);
  REQUIRE(source->open());
  for (const int light : {50, 60, 70}) {
    camera.shots.push_back({pixels_of(camera, static_cast<std::uint8_t>(light))});
  }
  const auto frame = source->next(limit);
  REQUIRE(frame);
  REQUIRE(*frame);
  CHECK((*frame)->bytes[100] == 70);
  CHECK((*frame)->width == 64);
  CHECK(camera.queued.size() == camera.buffers.size());
  CHECK_FALSE(*source->next(limit));
}

TEST_CASE("v4l2: padded rows and YUYV come out as the same grey picture") {
  EmulatedCamera camera;
  camera.formats = {V4L2_PIX_FMT_YUYV};
  camera.padding = 16;
  const auto source = source_of(camera);
  REQUIRE(source->open());
  kiosk::Bytes shot(std::size_t{48} * (64 * 2 + 16), 128);
  for (std::size_t y = 0; y < 48; ++y) {
    for (std::size_t x = 0; x < 64; ++x) {
      shot[y * 144 + 2 * x] = static_cast<std::uint8_t>(x + 3 * y);
    }
  }
  camera.shots.push_back({shot});
  const auto frame = source->next(limit);
  REQUIRE(frame);
  REQUIRE(*frame);
  const auto grey = to_grey(**frame);
  REQUIRE(grey);
  CHECK(grey->view().row(10)[20] == 50);
  CHECK(grey->view().row(47)[63] == 204);
}

TEST_CASE("v4l2: dark, short, torn and marked frames are left out") {
  EmulatedCamera camera = grey_camera();
  const auto source = source_of(camera);
  REQUIRE(source->open());
  camera.shots.push_back({pixels_of(camera, 2)});
  CHECK_FALSE(*source->next(limit));
  kiosk::Bytes short_one = pixels_of(camera, 90);
  short_one.pop_back();
  camera.shots.push_back({short_one});
  camera.shots.push_back({pixels_of(camera, 90), V4L2_BUF_FLAG_ERROR});
  CHECK_FALSE(*source->next(limit));
  CHECK(camera.queued.size() == camera.buffers.size());

  camera.formats = {V4L2_PIX_FMT_MJPEG};
  REQUIRE(source->open());
  camera.shots.push_back({{0x00, 0x11, 0x22, 0x33, 0x44, 0x55}});
  CHECK_FALSE(*source->next(limit));
  camera.shots.push_back({{0xFF, 0xD8, 0xFF, 0xDB, 0x00, 0x43}});
  const auto torn = source->next(limit);
  REQUIRE(*torn);
  CHECK(to_grey(**torn).error().code == "damaged_picture");
}

TEST_CASE("v4l2: a camera pulled out says so, and works again when it is back") {
  EmulatedCamera camera = grey_camera();
  const auto source = source_of(camera, "");
  REQUIRE(source->open());
  camera.plugged = false;
  CHECK(source->next(limit).error().code == "unplugged");
  CHECK(camera.open_files == 0);
  CHECK(camera.mapped == 0);
  CHECK(source->open().error().code == "not_there");
  CHECK(source->next(limit).error().code == "io");
  camera.plugged = true;
  camera.path = "/dev/video2";
  REQUIRE(source->open());
  camera.shots.push_back({pixels_of(camera, 99)});
  CHECK(*source->next(limit));
}

TEST_CASE("v4l2: pulled out between the poll and the frame") {
  EmulatedCamera camera = grey_camera();
  const auto source = source_of(camera);
  REQUIRE(source->open());
  camera.shots.push_back({pixels_of(camera, 99)});
  camera.fails_at = static_cast<int>(camera.asked.size());
  camera.fails_with = ENODEV;
  CHECK(source->next(limit).error().code == "unplugged");
  CHECK(camera.open_files == 0);
}

TEST_CASE("v4l2: whichever call of opening fails, nothing stays open and the next try works") {
  EmulatedCamera camera = grey_camera();
  {
    const auto source = source_of(camera);
    REQUIRE(source->open());
  }
  const int calls = static_cast<int>(camera.asked.size());
  for (int n = 0; n < calls - 2; ++n) {  // the last two belong to closing
    CAPTURE(n);
    camera.asked.clear();
    camera.fails_at = n;
    camera.fails_with = EIO;
    const auto source = source_of(camera);
    const auto opened = source->open();
    const bool only_a_wish = camera.asked[static_cast<std::size_t>(n)] == VIDIOC_S_PARM ||
                             camera.asked[static_cast<std::size_t>(n)] == VIDIOC_ENUM_FMT;
    if (!only_a_wish) {
      CHECK_FALSE(opened);
      CHECK(camera.open_files == 0);
      CHECK(camera.mapped == 0);
    }
    camera.fails_at = -1;
    CHECK(source->open());
    CHECK(camera.streaming);
  }
  CHECK(camera.open_files == 0);
}

TEST_CASE("v4l2: an interrupted call is made again, a busy camera is named so") {
  EmulatedCamera camera = grey_camera();
  camera.fails_at = 0;
  camera.fails_with = EINTR;
  CHECK(source_of(camera)->open());
  camera.asked.clear();
  camera.fails_at = 4;  // S_FMT, after QUERYCAP and three of ENUM_FMT
  camera.fails_with = EBUSY;
  CHECK(source_of(camera)->open().error().code == "busy");
}

TEST_CASE("v4l2: a node for metadata is passed over") {
  EmulatedCamera camera = grey_camera();
  camera.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  CHECK(source_of(camera)->open().error().code == "unsupported");
  CHECK(source_of(camera, "")->open().error().code == "not_there");
  CHECK(camera.opened.size() == 65);
  CHECK(camera.open_files == 0);
}
