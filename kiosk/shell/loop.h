#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/bounded_queue.h"
#include "kiosk/journeys/effect.h"
#include "kiosk/shell/clock.h"
#include "kiosk/shell/control_socket.h"
#include "kiosk/shell/device_report.h"
#include "kiosk/shell/face.h"
#include "kiosk/shell/patient_acts.h"
#include "kiosk/shell/recording.h"
#include "kiosk/shell/records.h"

namespace kiosk::shell {

struct ControlCall {
  ControlRequest request;
  ControlSocket::Reply reply;
};
/// What workers tell the loop.
using LoopInput =
    std::variant<decltype(journeys::Event::what), RecordsFacts, DeviceReport, ControlCall>;

/// What the loop asks of the workers; none of it may block.
struct LoopPorts {
  std::function<void(const journeys::Effect&)> perform;
  /// Whether the screen wants a card and a code now; called when it changes.
  std::function<void(bool)> want_input;
  /// The state of the worst of the card readers, for staff; called when it changes.
  std::function<void(ReaderChanged)> reader_changed;
  /// What patients did and saw, for the audit trail.
  std::function<void(ActsNoted)> note_acts;
  /// Operations beyond the loop's own (the emulated devices of the demo); an empty reply: not
  /// known.
  std::function<std::string(const ControlRequest&)> extra_control;
  /// `status`, `list`, `audit` and `sync` are answered by the records' worker.
  std::function<void(ControlCall)> ask_records;
};

enum class Automation { off, on };

/// The UI thread: waits for touches and the queue, steps the model, shows it, hands effects out.
class Loop {
 public:
  /// `recorder`: gets every event; none: nothing is recorded.
  Loop(const journeys::Rules& rules, Face& face, Clock& clock, LoopPorts ports,
       Automation automation, Recorder* recorder = nullptr);

  /// Thread: any. False when too much waits; the value is dropped (devices tell their state again).
  bool post(LoopInput input);
  /// Runs until `stop` or the window is closed.
  void run();
  void stop();

 private:
  struct Waiting {
    ControlCall call;
    std::vector<std::string> screens;
    std::chrono::steady_clock::time_point until;  ///< monotonic: the clock may be set meanwhile
  };

  void take(LoopInput input);
  void feed(decltype(journeys::Event::what) what);
  void take_report(DeviceReport report);
  void update_surroundings();
  void control(ControlCall call);
  std::string tap(const ControlRequest& request);
  void answer_waits();
  std::string screen_name() const;
  Milliseconds time_to_wait() const;
  bool time_passed() const;

  const journeys::Rules& rules_;
  Face& face_;
  Clock& clock_;
  LoopPorts ports_;
  const Automation automation_;
  Recorder* const recorder_;
  BoundedQueue<LoopInput> queue_{1024};
  journeys::Model model_;
  journeys::Surroundings around_;
  PatientActs acts_;
  std::map<std::string, DeviceReport> devices_;  ///< by name
  journeys::ReaderHealth worst_reader_ = journeys::ReaderHealth::missing;
  std::optional<bool> wanted_;
  std::vector<Waiting> waits_;
  std::atomic<bool> stopping_{false};
};

}  // namespace kiosk::shell
