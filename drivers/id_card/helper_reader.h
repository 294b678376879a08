#pragma once

// A vendor's card reader as a steppable engine: the kiosk's side of the protocol of
// helper_protocol.h, over a transport that runs the program. A program that keeps no time limit or
// speaks nonsense is reset, which ends it; the transport starts it anew.

#include <optional>
#include <span>
#include <string>

#include "drivers/id_card/helper_protocol.h"
#include "drivers/usb/transfer.h"

namespace drivers::id_card {

/// How long the program may take; the documented limits, unless a test is in a hurry.
struct HelperLimits {
  kiosk::Milliseconds hello{5000};
  kiosk::Milliseconds ping_interval{3000};
  kiosk::Milliseconds pong{6000};
  kiosk::Milliseconds read{6000};
};

class HelperReader {
 public:
  using Command = CardWanted;
  using Event = ReaderEvent;

  HelperReader() = default;
  explicit HelperReader(HelperLimits limits) : limits_(limits) {}

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  enum class Phase { closed, greeting, ready, unusable };

  void take(usb::Moment now, const usb::Opened& opened);
  void take(usb::Moment now, const usb::Received& received);
  void take(usb::Moment now, const usb::Sent& sent);
  void take(usb::Moment now, const usb::ControlDone&);
  void take(usb::Moment now, const usb::Gone& gone);
  void take_line(usb::Moment now, std::string_view line);
  void take_bad_line(const kiosk::Error& why);
  void take_message(usb::Moment now, const ReaderEvent& event);
  void take_message(usb::Moment now, const HelperPong& pong);
  void take_message(usb::Moment now, const HelperLifted&);
  void take_event(usb::Moment now, const ReaderReady& ready);
  void take_event(usb::Moment now, const ReaderUnusable& unusable);
  void take_event(usb::Moment now, const CardNoticed&);
  void take_event(usb::Moment now, const CardRead& read);
  void take_event(usb::Moment now, const CardUnreadable& unreadable);
  void take_event(usb::Moment now, const NotAResidentCard&);
  void take_event(usb::Moment now, const CardPulled&);
  void outcome(Event event);
  void keep_time(usb::Moment now);
  void send(kiosk::Bytes line);
  void tell_unusable(const kiosk::Error& why);
  void give_up(const kiosk::Error& why);
  bool counts_line(usb::Moment now);

  HelperLimits limits_;
  Phase phase_ = Phase::closed;
  CardWanted wanted_ = CardWanted::no;
  std::uint8_t out_endpoint_ = 0;
  std::string line_;      ///< what came since the last line end
  int bad_lines_ = 0;     ///< in a row
  int recent_lines_ = 0;  ///< since `recent_since_`
  usb::Moment recent_since_{};
  std::optional<usb::Moment> hello_due_;
  std::optional<usb::Moment> ping_at_;
  std::optional<usb::Moment> pong_due_;
  std::optional<usb::Moment> read_due_;  ///< a card was noticed
  std::uint64_t ping_id_ = 0;
  std::string_view told_unusable_;  ///< the code last told; a repetition is not told
  std::optional<std::size_t> last_card_;
  usb::Moment last_card_at_{};
  usb::Outputs<Event> out_;
};

}  // namespace drivers::id_card
