#include "drivers/camera/camera_scanner.h"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>

#include "drivers/camera/picture_source.h"
#include "tests/bench/camera/generator.h"

using namespace drivers::camera;
using drivers::scanner::CodeScanned;
using drivers::scanner::CodeWanted;
using drivers::scanner::ScannerEvent;
using drivers::scanner::ScannerReady;
using drivers::scanner::ScannerUnusable;
using kiosk::Milliseconds;

namespace {

/// What a test does to a camera that belongs to the scanner's thread.
struct Control {
  std::mutex lock;
  Frame shown;
  bool plugged = true;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  std::atomic<int> frames = 0;

  void show(Frame frame) {
    const std::lock_guard guard(lock);
    shown = std::move(frame);
  }
  void plug(bool in) {
    const std::lock_guard guard(lock);
    plugged = in;
  }
};

class ControlledSource final : public FrameSource {
 public:
  explicit ControlledSource(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  kiosk::Result<void> open() override {
    const std::lock_guard guard(control_->lock);
    if (!control_->plugged) return kiosk::fail("camera", "not_there", "unplugged");
    ++control_->opened;
    open_ = true;
    return {};
  }
  kiosk::Result<std::optional<Frame>> next(Milliseconds) override {
    const std::lock_guard guard(control_->lock);
    if (!control_->plugged) return kiosk::fail("camera", "unplugged", "pulled out");
    ++control_->frames;
    if (control_->shown.bytes.empty()) return std::optional<Frame>();
    return std::optional<Frame>(control_->shown);
  }
  void close() override {
    if (std::exchange(open_, false)) ++control_->closed;
  }

 private:
  std::shared_ptr<Control> control_;
  bool open_ = false;
};

struct Bench {
  std::shared_ptr<Control> control = std::make_shared<Control>();
  kiosk::BoundedQueue<ScannerEvent> events{64};
  CameraScanner scanner;

  explicit Bench(const CameraSettings& settings)
      : scanner(settings, std::make_unique<ControlledSource>(control),
                [this](ScannerEvent event) { static_cast<void>(events.push(std::move(event))); }) {}

  std::optional<ScannerEvent> next(Milliseconds limit = Milliseconds(20'000)) {
    return events.pop(limit, std::stop_token());
  }
  std::string next_code() {
    const auto event = next();
    const auto* scanned = event ? std::get_if<CodeScanned>(&*event) : nullptr;
    return scanned == nullptr ? "no code" : scanned->code.text;
  }
  std::string next_trouble() {
    const auto event = next();
    const auto* unusable = event ? std::get_if<ScannerUnusable>(&*event) : nullptr;
    return unusable == nullptr ? "no trouble" : std::string(unusable->why.code);
  }
  bool next_is_ready() {
    const auto event = next();
    return event && std::holds_alternative<ScannerReady>(*event);
  }
  void wait_for_frames(int more) const {
    const int until = control->frames + more;
    while (control->frames < until) std::this_thread::yield();
  }
};

CameraSettings quick() {
  CameraSettings settings;
  settings.frame_interval = Milliseconds(5);
  settings.decode_limit = Milliseconds(10'000);
  return settings;
}

Frame frame_of(Symbology symbology, std::uint64_t seed, std::string& text) {
  const auto sample = bench::camera::make_sample(symbology, bench::camera::Degradation::easy, seed);
  text = sample.text;
  return {PixelFormat::grey, sample.frame.width, sample.frame.height, sample.frame.width,
          sample.frame.pixels};
}

}  // namespace

TEST_CASE("camera scanner: a code is told once while it is held, and the camera is off after") {
  Bench bench(quick());
  CHECK(bench.next_is_ready());
  std::string first, second;
  bench.control->show(frame_of(Symbology::qr, 1, first));
  REQUIRE(bench.scanner.post(CodeWanted::yes));
  CHECK(bench.next_code() == first);
  bench.wait_for_frames(5);
  bench.control->show(frame_of(Symbology::code39, 2, second));
  CHECK(bench.next_code() == second);
  REQUIRE(bench.scanner.post(CodeWanted::no));
  const int opened = bench.control->opened;
  while (bench.control->closed < opened) std::this_thread::yield();
  const int frames = bench.control->frames;
  CHECK_FALSE(bench.next(Milliseconds(150)));
  CHECK(bench.control->frames == frames);
}

TEST_CASE("camera scanner: unplugged it says so once, and goes on when it is back") {
  Bench bench(quick());
  CHECK(bench.next_is_ready());
  REQUIRE(bench.scanner.post(CodeWanted::yes));
  bench.wait_for_frames(2);
  bench.control->plug(false);
  CHECK(bench.next_trouble() == "unplugged");
  CHECK(bench.next_trouble() == "not_there");
  std::string text;
  bench.control->show(frame_of(Symbology::data_matrix, 3, text));
  bench.control->plug(true);
  CHECK(bench.next_is_ready());
  CHECK(bench.next_code() == text);
}

TEST_CASE("camera scanner: a frame that kills the decoder costs that frame only") {
  CameraSettings settings = quick();
  settings.decoder = KIOSK_FAULTY_DECODER;
  Bench bench(settings);
  CHECK(bench.next_is_ready());
  bench.control->show({PixelFormat::grey, 2, 2, 2, {1, 1, 1, 1}});
  REQUIRE(bench.scanner.post(CodeWanted::yes));
  bench.wait_for_frames(3);
  bench.control->show({PixelFormat::grey, 2, 2, 2, {9, 9, 9, 9}});
  CHECK(bench.next_code() == "fine");
}

TEST_CASE("camera scanner: a missing decoder and a bad pattern are trouble for staff") {
  CameraSettings settings = quick();
  settings.decoder = "/nonexistent/kiosk-decoder";
  CHECK(Bench(settings).next_trouble() == "no_decoder");
  settings = quick();
  settings.payloads = {{Symbology::qr, 1, 9, "["}};
  CHECK(Bench(settings).next_trouble() == "bad_pattern");
}

TEST_CASE("camera scanner: what a site's rules refuse is not told") {
  CameraSettings settings = quick();
  settings.payloads = {{Symbology::qr, 1, 4, ""}};
  Bench bench(settings);
  CHECK(bench.next_is_ready());
  std::string refused, taken;
  bench.control->show(frame_of(Symbology::qr, 1, refused));
  REQUIRE(bench.scanner.post(CodeWanted::yes));
  bench.wait_for_frames(5);
  bench.control->show(frame_of(Symbology::aztec, 1, taken));
  CHECK(bench.next_code() == taken);
}

TEST_CASE("camera scanner: a folder of pictures is a camera") {
  kiosk::BoundedQueue<ScannerEvent> events(64);
  CameraScanner scanner(
      quick(), picture_source(KIOSK_SOURCE_DIR "/tests/unit/drivers/camera/pictures"),
      [&](ScannerEvent event) { static_cast<void>(events.push(std::move(event))); });
  REQUIRE(scanner.post(CodeWanted::yes));
  int codes = 0;
  while (codes < 3) {
    const auto event = events.pop(Milliseconds(20'000), std::stop_token());
    REQUIRE(event);
    codes += std::holds_alternative<CodeScanned>(*event) ? 1 : 0;
  }
  CHECK(codes == 3);
}
