#include "kiosk/shell/loop.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace kiosk;
using namespace kiosk::shell;

namespace {

/// A screen without pixels: one button an action; records what it was shown.
class FakeFace : public Face {
 public:
  void show(const journeys::Model& model) override {
    const std::lock_guard lock(mutex_);
    shown_ = journeys::name(model.screen);
  }
  std::vector<std::string> wait(Milliseconds limit) override {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, limit, [this] { return woken_ || !taps_.empty(); });
    woken_ = false;
    return std::exchange(taps_, {});
  }
  void wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    ready_.notify_all();
  }
  bool closed() const override { return false; }
  std::vector<SceneNode> nodes() const override {
    return {{"button", "No card", "no_card", true, 0, 0, 100, 50},
            {"button", "Later", "later", false, 0, 60, 100, 50}};
  }
  std::string hit(double, double y) const override { return y < 50 ? "no_card" : ""; }
  Result<void> screenshot(const std::string&) override { return {}; }

  void touch(const std::string& action) {
    const std::lock_guard lock(mutex_);
    taps_.push_back(action);
    ready_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool woken_ = false;
  std::vector<std::string> taps_;
  std::string shown_;
};

journeys::Rules rules() {
  journeys::Rules made;
  made.languages = {{"en", "English"}};
  return made;
}

/// A loop that runs on its own thread, asked as the control socket asks.
class Running {
 public:
  explicit Running(Automation automation) {
    LoopPorts ports;
    ports.perform = [](const journeys::Effect&) {};
    ports.want_input = [](bool) {};
    ports.ask_records = [](ControlCall call) {
      call.reply("from records: reader " + call.request.get("reader"));
    };
    ports.reader_changed = [this](ReaderChanged changed) { told_staff_.push_back(changed.health); };
    loop_ = std::make_unique<Loop>(rules_, face, clock_, std::move(ports), automation);
    thread_ = std::jthread([this] { loop_->run(); });
    RecordsFacts facts;
    facts.has_data = true;
    CHECK(loop_->post(facts));
  }
  ~Running() { loop_->stop(); }

  void tell(DeviceReport report) { CHECK(loop_->post(std::move(report))); }
  /// Only while nothing is being told: after an answer.
  const std::vector<journeys::ReaderHealth>& told_staff() const { return told_staff_; }

  std::string ask(const std::string& line) {
    std::mutex mutex;
    std::condition_variable came;
    std::string reply;
    CHECK(loop_->post(ControlCall{*parse_control(line), [&](std::string text) {
                                    const std::lock_guard lock(mutex);
                                    reply = std::move(text);
                                    came.notify_all();
                                  }}));
    std::unique_lock lock(mutex);
    CHECK(came.wait_for(lock, std::chrono::seconds(20), [&] { return !reply.empty(); }));
    return reply;
  }

  FakeFace face;

 private:
  const journeys::Rules rules_ = rules();
  Clock clock_{Instant{}};
  std::vector<journeys::ReaderHealth> told_staff_;
  std::unique_ptr<Loop> loop_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("loop: without test = true only status and lists are answered") {
  Running kiosk(Automation::off);
  CHECK(kiosk.ask(R"({"op":"scene"})").find("not_allowed") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"tap","action":"no_card"})").find("not_allowed") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"status"})") == "from records: reader unplugged");
}

TEST_CASE("loop: of two readers patients can use the better, staff hear of the worse") {
  using enum journeys::ReaderHealth;
  Running kiosk(Automation::off);
  kiosk.tell({"id_reader/usb", ok, "SAM 05.03", ""});
  kiosk.tell({"smart_card/pcsc", out_of_service, "", "no pcscd (smart_card/no_service)"});
  CHECK(kiosk.ask(R"({"op":"status"})") == "from records: reader ok");
  CHECK(kiosk.told_staff() == std::vector{ok, out_of_service});
  const std::string devices = kiosk.ask(R"({"op":"devices"})");
  CHECK(devices.find("SAM 05.03") != std::string::npos);
  CHECK(devices.find("no pcscd") != std::string::npos);
  kiosk.tell({"id_reader/usb", missing, "", "not found (usb/absent)"});
  CHECK(kiosk.ask(R"({"op":"status"})") == "from records: reader out_of_service");
}

TEST_CASE("loop: a tap needs an enabled control, by its action or by its place") {
  Running kiosk(Automation::on);
  CHECK(kiosk.ask(R"({"op":"tap","action":"later"})").find("no_node") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"tap","action":""})").find("no_node") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"tap","at":[5,400]})").find("no_node") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"tap","at":[5]})").find("bad_request") != std::string::npos);
  CHECK(kiosk.ask(R"({"op":"tap","at":[5,5]})") == R"({"ok":true})");
  CHECK(kiosk.ask(R"({"op":"scene"})").find(R"("screen":"entry")") != std::string::npos);
}

TEST_CASE("loop: wait ends when the screen comes, or says which one is up") {
  Running kiosk(Automation::on);
  CHECK(kiosk.ask(R"({"op":"wait","screen":["done","welcome"],"timeout_ms":20000})") ==
        R"({"ok":true,"screen":"welcome"})");
  CHECK(kiosk.ask(R"({"op":"wait","screen":"done","timeout_ms":1})").find("still \\\"welcome") !=
        std::string::npos);
  kiosk.face.touch("no_card");
  CHECK(kiosk.ask(R"({"op":"wait","screen":"entry","timeout_ms":20000})") ==
        R"({"ok":true,"screen":"entry"})");
}

TEST_CASE("loop: an operation nobody knows is named") {
  Running kiosk(Automation::on);
  CHECK(kiosk.ask(R"({"op":"dance"})").find("dance") != std::string::npos);
}
