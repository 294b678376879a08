#include "tests/emulators/smart_card.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace emulators {
namespace {

using kiosk::Bytes;
using kiosk::ByteView;

constexpr std::array<std::uint8_t, 7> egk_master = {0xD2, 0x76, 0x00, 0x01, 0x44, 0x80, 0x00};
constexpr std::array<std::uint8_t, 6> egk_health = {0xD2, 0x76, 0x00, 0x00, 0x01, 0x02};
constexpr std::string_view ssse = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF";

Bytes status(int value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value & 0xFF)};
}

Bytes record(std::uint8_t tag, std::string_view value) {
  Bytes bytes = {tag, static_cast<std::uint8_t>(value.size())};
  kiosk::append(bytes, kiosk::as_bytes(value));
  return bytes;
}

}  // namespace

void SmartCard::add_file(ByteView application, std::uint16_t file, CardFile content,
                         std::uint8_t short_file) {
  Application& to = applications_[key(application)];
  to.files[file] = std::move(content);
  if (short_file != 0) to.short_files[short_file] = file;
}

void SmartCard::reset() {
  application_ = nullptr;
  file_ = nullptr;
  waiting_.clear();
}

Bytes SmartCard::transmit(ByteView command) {
  commands_.emplace_back(command.begin(), command.end());
  return execute(command);
}

Bytes SmartCard::execute(ByteView command) {
  if (command.size() < 5) return status(0x6700);
  if (command[0] == 0xFF) {  // for the reader, not for the card
    return command[1] == 0xCA && !uid_.empty() ? hand_over(uid_, 0) : status(0x6A81);
  }
  switch (command[1]) {
    case 0xA4:
      return select(command);
    case 0xB0:
      return read_binary(command);
    case 0xB2:
      return read_record(command);
    case 0xC0: {
      Bytes answer = std::exchange(waiting_, {});
      answer.insert(answer.end(), {0x90, 0x00});
      return answer;
    }
    default:
      return status(0x6D00);
  }
}

Bytes SmartCard::select(ByteView command) {
  if (command.size() < 5U + command[4]) return status(0x6700);
  const ByteView name = command.subspan(5, command[4]);
  if (command[2] == 0x04) {
    const auto found = applications_.find(key(name));
    if (found == applications_.end()) return status(0x6A82);
    application_ = &found->second;
    file_ = nullptr;
    if (command[3] == 0x0C) return status(0x9000);
    Bytes template_bytes = {0x6F, static_cast<std::uint8_t>(name.size() + 2), 0x84,
                            static_cast<std::uint8_t>(name.size())};
    kiosk::append(template_bytes, name);
    return hand_over(template_bytes, 0);
  }
  if (command[2] != select_p1_) return status(0x6A86);
  if (application_ == nullptr || name.size() != 2) return status(0x6A82);
  const auto found = application_->files.find(static_cast<std::uint16_t>(name[0] << 8 | name[1]));
  if (found == application_->files.end()) return status(0x6A82);
  file_ = &found->second;
  return status(0x9000);
}

Bytes SmartCard::read_binary(ByteView command) {
  auto offset = static_cast<std::size_t>(command[2] << 8 | command[3]);
  if (application_ == nullptr) return status(0x6986);
  if ((command[2] & 0x80) != 0) {
    const auto found = application_->short_files.find(command[2] & 0x1F);
    if (found == application_->short_files.end()) return status(0x6A82);
    file_ = &application_->files[found->second];
    offset = command[3];
  }
  if (file_ == nullptr) return status(0x6986);
  if (file_->guard == Guard::pin) return status(0x6982);
  const Bytes& content = file_->content;
  if (offset >= content.size()) return status(0x6B00);
  const std::size_t asked = command[4] == 0 ? 256 : command[4];
  const std::size_t size = std::min({asked, content.size() - offset, read_max_});
  return hand_over(ByteView(content).subspan(offset, size), static_cast<std::uint8_t>(size));
}

Bytes SmartCard::read_record(ByteView command) {
  if (file_ == nullptr) return status(0x6986);
  if (file_->guard == Guard::pin) return status(0x6982);
  if (command[3] != record_p2_) return status(0x6A86);
  const auto found = file_->records.find(command[2]);
  if (found == file_->records.end()) return status(0x6A83);
  return hand_over(found->second, command[4]);
}

Bytes SmartCard::hand_over(ByteView data, std::uint8_t expected) {
  Bytes answer(data.begin(), data.end());
  if (handover_ == Handover::in_parts) {
    const auto size = static_cast<std::uint8_t>(data.size() & 0xFF);
    if (expected != 0 && expected != size) return status(0x6C00 | size);
    if (expected == 0) {
      waiting_ = std::move(answer);
      return status(0x6100 | size);
    }
  }
  answer.insert(answer.end(), {0x90, 0x00});
  return answer;
}

Bytes gzip(const std::string& text) {
  z_stream stream{};
  // 16 + 15: a gzip header, the largest window (zlib manual, deflateInit2).
  if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib cannot begin");
  }
  Bytes out(deflateBound(&stream, text.size()));
  std::string input = text;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib cannot pack");
  return out;
}

Bytes egk_personal_data(const std::string& insured_number) {
  // ISO-8859-15: FC is u with dots. The element order and names are those of VSD schema 5.2.
  return gzip(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>"
      "<vsdp:UC_PersoenlicheVersichertendatenXML CDM_VERSION=\"5.2.0\" "
      "xmlns:vsdp=\"http://ws.gematik.de/fa/vsds/UC_PersoenlicheVersichertendatenXML/v5.2\">"
      "<vsdp:Versicherter><vsdp:Versicherten_ID>" +
      insured_number +
      "</vsdp:Versicherten_ID><vsdp:Person><vsdp:Geburtsdatum>19640812</vsdp:Geburtsdatum>"
      "<vsdp:Vorname>Erika</vsdp:Vorname><vsdp:Nachname>M\xFCller</vsdp:Nachname>"
      "<vsdp:Geschlecht>W</vsdp:Geschlecht><vsdp:StrassenAdresse>"
      "<vsdp:Postleitzahl>10115</vsdp:Postleitzahl><vsdp:Ort>Berlin</vsdp:Ort><vsdp:Land>"
      "<vsdp:Wohnsitzlaendercode>D</vsdp:Wohnsitzlaendercode></vsdp:Land>"
      "<vsdp:Strasse>Heidestra\xDF"
      "e</vsdp:Strasse><vsdp:Hausnummer>17</vsdp:Hausnummer>"
      "</vsdp:StrassenAdresse></vsdp:Person></vsdp:Versicherter>"
      "</vsdp:UC_PersoenlicheVersichertendatenXML>");
}

SmartCard egk_card(const std::string& insured_number) {
  SmartCard card(
      {0x3B, 0xD3, 0x96, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x07, 0x80, 0x81, 0x05, 0x2D});
  const Bytes packed = egk_personal_data(insured_number);
  CardFile personal;
  personal.content = {static_cast<std::uint8_t>(packed.size() >> 8),
                      static_cast<std::uint8_t>(packed.size() & 0xFF)};
  kiosk::append(personal.content, packed);
  personal.content.resize(850);  // the file is larger than what is in it
  card.add_application(egk_master);
  card.add_file(egk_health, 0xD001, std::move(personal), 0x01);
  return card;
}

SmartCard social_security_card(const std::string& card_number, const std::string& person_number,
                               Guard guard) {
  SmartCard card({0x3B, 0x6D, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x87, 0x27, 0x01, 0xBC,
                  0x83, 0x08, 0x90, 0x00});
  CardFile of_card;
  of_card.records[3] = record(0x03, "3.00");
  of_card.records[7] = record(0x07, card_number);
  CardFile of_person;
  of_person.records[8] = record(0x08, person_number);
  of_person.guard = guard;
  card.add_file(kiosk::as_bytes(ssse), 0xEF05, std::move(of_card));
  card.add_file(kiosk::as_bytes(ssse), 0xEF06, std::move(of_person));
  return card;
}

SmartCard uid_card(Bytes uid) {
  // A MIFARE Classic 1K as PC/SC part 3 makes its answer to reset.
  SmartCard card({0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00,
                  0x03, 0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x6A});
  card.set_uid(std::move(uid));
  return card;
}

SmartCard resident_id_card() {
  return SmartCard({0x3B, 0x88, 0x80, 0x01, 0xD1, 0x03, 0x86, 0x05, 0x00, 0x80, 0x80, 0x00, 0x58});
}

}  // namespace emulators
