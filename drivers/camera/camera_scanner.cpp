#include "drivers/camera/camera_scanner.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace drivers::camera {
namespace {

constexpr kiosk::Milliseconds idle_wait{1000};
constexpr kiosk::Milliseconds frame_wait{100};  // also how late a stop may be noticed
constexpr kiosk::Milliseconds retry_first{100};
constexpr kiosk::Milliseconds retry_max{2000};

usb::Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

}  // namespace

CameraScanner::CameraScanner(CameraSettings settings, std::unique_ptr<FrameSource> source,
                             std::function<void(Event)> sink)
    : settings_(std::move(settings)),
      source_(std::move(source)),
      sink_(std::move(sink)),
      filter_(settings_.scanner),
      retry_after_(retry_first),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CameraScanner::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto command = commands_.pop(wait_limit(), stop)) obey(*command);
    while (auto command = commands_.try_pop()) obey(*command);
    if (stop.stop_requested()) break;
    const bool needed = wanted_ == Command::yes || !ready_;
    if (!open_ && needed && now() >= retry_at_) try_open();
    if (open_ && wanted_ == Command::no) switch_off();
    if (open_ && now() >= look_at_) look();
  }
  switch_off();
}

kiosk::Milliseconds CameraScanner::wait_limit() const {
  usb::Moment until = now() + idle_wait;
  if (open_) {
    until = look_at_;
  } else if (wanted_ == Command::yes || !ready_) {
    until = retry_at_;
  }
  return std::clamp(until - now(), kiosk::Milliseconds(0), idle_wait);
}

void CameraScanner::obey(Command command) {
  if (command == Command::yes && wanted_ == Command::no) {
    slice_ = 0;
    if (evidence_) evidence_->forget();
  }
  wanted_ = command;
}

/// All that is needed to look at a frame; what fails is tried again later.
void CameraScanner::try_open() {
  if (!evidence_) {
    auto made = CodeEvidence::create(settings_.payloads);
    if (!made) return unusable(made.error());
    evidence_.emplace(std::move(*made));
  }
  if (!decoder_) {
    auto started = DecoderProcess::start(settings_.decoder, settings_.decode_limit);
    if (!started) return unusable(started.error());
    decoder_.emplace(std::move(*started));
  }
  if (auto opened = source_->open(); !opened) return unusable(opened.error());
  open_ = true;
  look_at_ = now();
  told_unusable_ = {};
  if (!std::exchange(ready_, true)) sink_(scanner::ScannerReady{});
}

void CameraScanner::look() {
  look_at_ = now() + settings_.frame_interval;
  auto frame = source_->next(frame_wait);
  if (!frame) return unusable(frame.error());
  if (!*frame) return;
  retry_after_ = retry_first;
  const auto reply = decoder_->decode(**frame, Effort::one_slice, slice_);
  if (reply) {
    if (reply->outcome == Outcome::nothing) ++slice_;
    return judge(*reply);
  }
  // A frame the decoder died of is gone; the next one starts it anew.
  ++slice_;
  if (reply.error().code == "no_decoder") unusable(reply.error());
}

void CameraScanner::judge(const DecodeReply& reply) {
  if (!evidence_->accepts(now(), reply)) return;
  if (auto event = filter_.judge(now(), raw_scan(reply), wanted_)) sink_(std::move(*event));
}

void CameraScanner::unusable(kiosk::Error why) {
  switch_off();
  ready_ = false;
  retry_at_ = now() + retry_after_;
  retry_after_ = std::min(retry_after_ * 2, retry_max);
  if (told_unusable_ == why.code) return;
  told_unusable_ = why.code;
  sink_(scanner::ScannerUnusable{std::move(why)});
}

void CameraScanner::switch_off() {
  source_->close();
  open_ = false;
}

}  // namespace drivers::camera
