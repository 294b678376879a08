#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kiosk/base/bytes.h"

namespace emulators {

/// Who guards a file of a card.
enum class Guard { nobody, pin };

/// How a card hands out answers: at once, or as cards of protocol T=0 do, with 61 xx and 6C xx.
enum class Handover { at_once, in_parts };

struct CardFile {
  kiosk::Bytes content;                          ///< of a transparent file
  std::map<std::uint8_t, kiosk::Bytes> records;  ///< of a file of records, by number
  Guard guard = Guard::nobody;
};

/// A card with applications and files: commands in, answers out, no clock and no reader. Behind it
/// may stand a unit test, or a virtual reader of a real PC/SC daemon.
class SmartCard {
 public:
  explicit SmartCard(kiosk::Bytes answer_to_reset) : atr_(std::move(answer_to_reset)) {}

  void add_application(kiosk::ByteView identifier) { applications_[key(identifier)] = {}; }
  /// By file identifier; short_file is what READ BINARY may call it by.
  void add_file(kiosk::ByteView application, std::uint16_t file, CardFile content,
                std::uint8_t short_file = 0);
  void set_uid(kiosk::Bytes uid) { uid_ = std::move(uid); }
  void set_handover(Handover handover) { handover_ = handover; }
  void select_files_by(std::uint8_t p1) { select_p1_ = p1; }    ///< 00 at first
  void number_records_by(std::uint8_t p2) { record_p2_ = p2; }  ///< 00 at first
  /// READ BINARY hands out at most so many bytes at once.
  void read_at_most(std::size_t bytes) { read_max_ = bytes; }

  const kiosk::Bytes& answer_to_reset() const { return atr_; }
  void reset();
  kiosk::Bytes transmit(kiosk::ByteView command);

  /// All commands, in order; PINs (INS 20) must never be among them.
  const std::vector<kiosk::Bytes>& commands() const { return commands_; }

 private:
  struct Application {
    std::map<std::uint16_t, CardFile> files;
    std::map<std::uint8_t, std::uint16_t> short_files;
  };

  static std::string key(kiosk::ByteView bytes) { return std::string(kiosk::as_text(bytes)); }
  kiosk::Bytes execute(kiosk::ByteView command);
  kiosk::Bytes select(kiosk::ByteView command);
  kiosk::Bytes read_binary(kiosk::ByteView command);
  kiosk::Bytes read_record(kiosk::ByteView command);
  kiosk::Bytes hand_over(kiosk::ByteView data, std::uint8_t expected);

  kiosk::Bytes atr_;
  kiosk::Bytes uid_;
  Handover handover_ = Handover::at_once;
  std::uint8_t select_p1_ = 0;
  std::uint8_t record_p2_ = 0;
  std::size_t read_max_ = 256;
  std::map<std::string, Application> applications_;
  Application* application_ = nullptr;
  CardFile* file_ = nullptr;
  kiosk::Bytes waiting_;  ///< for GET RESPONSE
  std::vector<kiosk::Bytes> commands_;
};

/// A German health insurance card with this number of the insured.
SmartCard egk_card(const std::string& insured_number);

/// EF.PD's content behind its length: gzip of the insured person's data.
kiosk::Bytes egk_personal_data(const std::string& insured_number);

/// gzip as the card's maker would have made it.
kiosk::Bytes gzip(const std::string& text);

/// A Chinese social security card; `guard` is on the file with the social security number.
SmartCard social_security_card(const std::string& card_number, const std::string& person_number,
                               Guard guard = Guard::nobody);

/// A contactless card of which only the chip's number can be had.
SmartCard uid_card(kiosk::Bytes uid);

/// A resident ID card on a contactless reader, which can do nothing with it.
SmartCard resident_id_card();

}  // namespace emulators
