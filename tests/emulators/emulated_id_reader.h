#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "tests/emulators/id_card_block.h"
#include "tests/emulators/usb_model.h"

namespace emulators {

/// What is wrong with a card, if anything; each gives another answer of the reader.
enum class CardCondition {
  good,
  damaged,      ///< selecting works, reading gives 41
  not_genuine,  ///< the SAM refuses it: 32
  other_kind,   ///< found, but not a resident document: 40
};

struct EmulatedCard {
  CardBlock text{};
  CardCondition condition = CardCondition::good;
  std::optional<kiosk::Bytes> new_address;  ///< 70 bytes UTF-16LE, for 30 03
};

enum class SamState { good, self_test_failed, not_authorised };

enum class ReaderWiring {
  two_endpoints,
  four_endpoints,  ///< header and body travel apart (SAM_V)
};

/// A Chinese ID card reader: frames in, frames out, one command after the other, with the rule that
/// a card which was read or failed answers "find" with 80 until it is lifted.
class EmulatedIdReader : public UsbModel {
 public:
  explicit EmulatedIdReader(ReaderWiring wiring = ReaderWiring::two_endpoints) : wiring_(wiring) {}

  // The world.
  void lay(EmulatedCard card);
  void lift();
  bool has_card() const { return card_.has_value(); }

  // The knobs.
  void set_sam(SamState state) { sam_ = state; }
  void set_delays(kiosk::Milliseconds short_command, kiosk::Milliseconds read);
  void cut_answers_into(std::size_t piece_bytes) { piece_bytes_ = piece_bytes; }  ///< 0: whole
  void say_unasked(kiosk::ByteView bytes);  ///< a stale answer, or noise
  void damage_next_checksum() { damage_checksum_ = true; }
  void truncate_next_answer(std::size_t bytes) { truncate_to_ = bytes; }
  void answer_twice_next() { answer_twice_ = true; }
  void answer_next_with(std::uint8_t status) { forced_status_ = status; }
  void find_failed_cards_again() { finds_failed_again_ = true; }
  void fall_silent() { silent_ = true; }
  void speak_again() { silent_ = false; }

  /// CMD << 8 | PARA of every command that was understood.
  const std::vector<std::uint16_t>& commands() const { return commands_; }

  drivers::usb::InterfaceDescription describe() const override;
  void detach(drivers::usb::Moment now) override;
  void reset(drivers::usb::Moment now) override;
  std::size_t write(drivers::usb::Moment now, std::uint8_t endpoint,
                    kiosk::ByteView bytes) override;
  kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t endpoint) override;
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override;

 private:
  enum class Field { empty, present, found, selected, done };
  struct Pending {
    drivers::usb::Moment due;
    kiosk::Bytes body;  ///< CMD PARA data, or empty for what `status` says
    std::uint8_t status = 0;
  };
  struct Piece {
    std::uint8_t endpoint;
    kiosk::Bytes bytes;
  };

  void parse(drivers::usb::Moment now);
  void queue(drivers::usb::Moment now, kiosk::Bytes body, std::uint8_t status);
  kiosk::Bytes answer(const Pending& pending);
  kiosk::Bytes execute(std::uint16_t command);
  kiosk::Bytes read_card();
  void say(kiosk::Bytes frame);

  ReaderWiring wiring_;
  std::optional<EmulatedCard> card_;
  Field field_ = Field::empty;
  SamState sam_ = SamState::good;
  kiosk::Milliseconds short_delay_{10};
  kiosk::Milliseconds read_delay_{300};
  std::size_t piece_bytes_ = 0;
  bool damage_checksum_ = false;
  bool answer_twice_ = false;
  bool silent_ = false;
  bool finds_failed_again_ = false;
  std::optional<std::size_t> truncate_to_;
  std::optional<std::uint8_t> forced_status_;
  kiosk::Bytes received_;
  std::deque<Pending> pending_;
  std::deque<Piece> pieces_;
  std::vector<std::uint16_t> commands_;
};

}  // namespace emulators
