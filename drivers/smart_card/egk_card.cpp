#include "drivers/smart_card/egk_card.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace drivers::smart_card {
namespace {

using kiosk::Error;
using kiosk::Remedy;

constexpr std::array<std::uint8_t, 7> master_file = {0xD2, 0x76, 0x00, 0x01, 0x44, 0x80, 0x00};
constexpr std::array<std::uint8_t, 6> health_care = {0xD2, 0x76, 0x00, 0x00, 0x01, 0x02};
constexpr std::uint8_t no_answer_data = 0x0C;
constexpr std::uint8_t personal_data_file = 0x01;
constexpr std::size_t length_bytes = 2;
constexpr std::size_t compressed_bytes_max = 4096;  // real ones: 850 at most (gematik, EF.PD)
constexpr std::size_t unpacked_bytes_max = 65'536;
constexpr std::size_t short_offset_end = 0x100;
constexpr std::size_t chunk_bytes = 0xF0;  // some readers' buffers hold no full 256 + 2

Error malformed(std::string what) {
  return {"smart_card", "malformed_data", std::move(what), Remedy::patient};
}

struct Inflater {
  z_stream stream{};
  /// 16 + 15: a gzip header, the largest window (zlib manual, inflateInit2).
  bool ready = inflateInit2(&stream, 16 + 15) == Z_OK;

  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

kiosk::Result<std::string> unpack(kiosk::ByteView packed) {
  Inflater inflater;
  kiosk::Bytes input(packed.begin(), packed.end());
  std::string text(unpacked_bytes_max, '\0');
  inflater.stream.next_in = input.data();
  inflater.stream.avail_in = static_cast<uInt>(input.size());
  inflater.stream.next_out = reinterpret_cast<Bytef*>(text.data());
  inflater.stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflater.ready ? inflate(&inflater.stream, Z_FINISH) : Z_MEM_ERROR;
  if (result != Z_STREAM_END && inflater.stream.avail_out == 0) {
    return kiosk::fail("smart_card", "too_long", "the personal data unpack to more than 64 KiB",
                       Remedy::patient);
  }
  if (result != Z_STREAM_END) {
    return kiosk::pass_on(malformed(fmt::format("personal data: zlib says {}", result)));
  }
  text.resize(inflater.stream.total_out);
  return text;
}

/// The text of the first element of this name, whatever its namespace prefix; the schema has one.
std::string_view element_text(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::size_t end = xml.find_first_of("<>/ \t\r\n", at + 1);
    if (end == std::string_view::npos) return {};
    std::string_view tag = xml.substr(at + 1, end - at - 1);
    if (const auto colon = tag.find(':'); colon != std::string_view::npos) {
      tag.remove_prefix(colon + 1);
    }
    const std::size_t close = tag == name ? xml.find_first_of("<>", end) : std::string_view::npos;
    if (close == std::string_view::npos || xml[close] == '<' || xml[close - 1] == '/') continue;
    return xml.substr(close + 1, xml.find('<', close) - close - 1);
  }
  return {};
}

bool is_insured_number(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 10 && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin() + 1, text.end(), digit);
}

}  // namespace

kiosk::Result<std::string> insured_number(kiosk::ByteView personal_data) {
  const auto xml = unpack(personal_data);
  if (!xml) return kiosk::pass_on(xml.error());
  const std::string_view number = element_text(*xml, "Versicherten_ID");
  if (!is_insured_number(number)) {
    return kiosk::pass_on(malformed("the personal data hold no number of the insured"));
  }
  return std::string(number);
}

kiosk::Bytes EgkCard::start() {
  return select_application(master_file, no_answer_data);
}

Turn EgkCard::take(const Response& response) {
  const bool good = response.status == status_good;
  switch (step_) {
    case Step::master_file:
      if (!good) return NotThisKind{};
      step_ = Step::application;
      return select_application(health_care, no_answer_data);
    case Step::application:
      if (!good) return NotThisKind{};
      step_ = Step::length;
      return read_binary_of(personal_data_file, 0, length_bytes);
    case Step::length:
      if (!good) return status_error(response, "reading the length of EF.PD");
      if (response.data.size() != length_bytes) return malformed("EF.PD without a length");
      length_ = static_cast<std::size_t>(response.data[0] << 8 | response.data[1]);
      if (length_ == 0) return malformed("an empty EF.PD");
      if (length_ > compressed_bytes_max) {
        return Error{"smart_card", "too_long", fmt::format("EF.PD says {} bytes", length_),
                     Remedy::patient};
      }
      step_ = Step::data;
      return read_on();
    case Step::data:
      break;
  }
  if (!good && response.status != status_end_of_file) return status_error(response, "EF.PD");
  if (response.data.empty()) {
    return malformed(fmt::format("EF.PD ends after {} of {} bytes", data_.size(), length_));
  }
  kiosk::append(data_, response.data);
  if (data_.size() < length_) return read_on();
  data_.resize(length_);
  auto number = insured_number(data_);
  if (!number) return number.error();
  return std::vector<Identifier>{{IdentifierKind::egk_kvnr, std::move(*number)}};
}

Turn EgkCard::read_on() {
  const std::size_t offset = length_bytes + data_.size();
  const auto length = static_cast<std::uint8_t>(std::min(chunk_bytes, length_ - data_.size()));
  if (offset < short_offset_end) {
    return read_binary_of(personal_data_file, static_cast<std::uint8_t>(offset), length);
  }
  return read_binary(static_cast<std::uint16_t>(offset), length);
}

}  // namespace drivers::smart_card
