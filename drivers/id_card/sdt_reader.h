#pragma once

// The ID card reader as a steppable engine. While a card is wanted it asks "find" every 300 ms,
// then selects and reads at once; otherwise it only asks now and then whether the reader still
// works, so that no card is read that nobody was asked to lay down.
//
// What it cannot know: after a complete read, "find" answers 0x80 whether the card was lifted or
// still lies there. So there is no event for lifting; "take your card" goes by a timer. A card that
// was read and has not left by any sign is not reported a second time.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "drivers/id_card/reader_events.h"
#include "drivers/id_card/sdt_protocol.h"
#include "drivers/usb/transfer.h"

namespace drivers::id_card {

class SdtReader {
 public:
  using Command = CardWanted;
  using Event = ReaderEvent;

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  enum class Phase { closed, idle, waiting };
  /// What became of the card that has not left by any sign.
  enum class Lying { nothing, read, failed };

  void take(usb::Moment now, const usb::Opened& opened);
  void take(usb::Moment now, const usb::Received& received);
  void take(usb::Moment now, const usb::Sent& sent);
  void take(usb::Moment now, const usb::ControlDone&);
  void take(usb::Moment now, const usb::Gone& gone);
  void take_reply(usb::Moment now, const Reply& reply);
  void take_read(usb::Moment now, const Reply& reply);
  void take_failure(usb::Moment now, Answer status);
  void ask(usb::Moment now, Request request);
  void ask_later(usb::Moment at, Request request);
  void rest(usb::Moment now);
  void no_answer(usb::Moment now);
  void protocol_fault(usb::Moment now, kiosk::Error why);
  void unusable(usb::Moment now, kiosk::Error why);
  void card_failed(Event event);

  Phase phase_ = Phase::closed;
  CardWanted wanted_ = CardWanted::no;
  Request request_ = Request::identify;  ///< outstanding, or the next one
  usb::Moment due_{};                    ///< idle: when to ask; waiting: when to give up
  usb::Moment last_find_{};
  usb::Moment last_received_{};
  std::vector<std::uint8_t> out_endpoints_;  ///< two in the split form: header, body
  ReplyDecoder decoder_;
  std::string sam_number_;
  bool ready_ = false;
  std::string_view told_unusable_;  ///< the code last told; a repetition is not told
  int silent_ = 0;
  int faults_ = 0;
  Lying lying_ = Lying::nothing;
  std::optional<std::size_t> last_card_;  ///< hash of the text last read
  usb::Outputs<Event> out_;
};

}  // namespace drivers::id_card
