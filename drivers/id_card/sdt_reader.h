#pragma once

// The ID card reader as a steppable engine, on USB or on a serial line. While a card is wanted it
// asks "find" four times a second, then selects and reads at once; otherwise it only asks now and
// then whether the reader still works, so that no card is read that nobody was asked to lay down.
//
// What it cannot know: after a complete read, "find" answers 0x80 whether the card was lifted or
// still lies there. So there is no event for lifting; "take your card" goes by a timer. A card that
// was read and has not left by any sign is not reported a second time.
//
// A reading that fails is followed by one "find". A reader that finds the card again gives it a
// second try, and from then on is known to tell a card that was pulled from one that is damaged;
// the others say 0x80 to both.

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

/// Whether the address is taken out of the card, with the one that was added later asked for.
enum class AddressUse { leave, take };

struct SdtSettings {
  /// A card is noticed within this and the reader's time to answer, 300 ms in all. One maker asks
  /// for 300 ms at least between two questions; set it for such a reader.
  kiosk::Milliseconds find_interval{250};
  AddressUse address = AddressUse::leave;
};

class SdtReader {
 public:
  using Command = CardWanted;
  using Event = ReaderEvent;

  SdtReader() = default;
  explicit SdtReader(SdtSettings settings) : settings_(settings) {}

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
  void take_done(usb::Moment now, const Reply& reply);
  void take_found(usb::Moment now);
  void take_no_card(usb::Moment now);
  void take_read(usb::Moment now, const Reply& reply);
  void take_failure(usb::Moment now, Answer status);
  void reading_failed(usb::Moment now, kiosk::Error why);
  void ask(usb::Moment now, Request request);
  void ask_later(usb::Moment at, Request request);
  void rest(usb::Moment now);
  void no_answer(usb::Moment now);
  void silent(usb::Moment now);
  void set_speed(int baud);
  void protocol_fault(usb::Moment now, kiosk::Error why);
  void unusable(usb::Moment now, kiosk::Error why);
  void card_failed(Event event);
  void tell_card();

  SdtSettings settings_;
  Phase phase_ = Phase::closed;
  CardWanted wanted_ = CardWanted::no;
  Request request_ = Request::identify;  ///< outstanding, or the next one
  usb::Moment due_{};                    ///< idle: when to ask; waiting: when to give up
  usb::Moment answer_due_{};             ///< waiting: the latest that `due_` may be
  usb::Moment card_due_{};               ///< what was noticed is told of until then
  usb::Moment last_find_{};
  usb::Moment last_received_{};
  std::vector<std::uint8_t> out_endpoints_;  ///< two in the split form: header, body
  enum class Line { usb, serial } line_ = Line::usb;
  std::size_t next_speed_ = 0;  ///< serial: the next one to try
  int speed_ = 0;               ///< serial: the one that was set; 0: as the port was opened
  ReplyDecoder decoder_;
  std::string sam_number_;
  bool ready_ = false;
  std::string_view told_unusable_;  ///< the code last told; a repetition is not told
  int silent_ = 0;
  int faults_ = 0;
  Lying lying_ = Lying::nothing;
  std::optional<kiosk::Error> failure_;   ///< of the first try, until it is known what lies there
  bool finds_again_ = false;              ///< this reader finds a card that failed
  std::optional<IdCardText> card_;        ///< read, until its new address is known
  std::optional<std::size_t> last_card_;  ///< hash of the text last read
  usb::Outputs<Event> out_;
};

}  // namespace drivers::id_card
