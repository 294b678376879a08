#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kiosk/text/fonts.h"
#include "printing/ticket.h"

namespace printing {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

/// What tests/golden/NAME holds; with UPDATE_GOLDEN=1 it is `actual` from then on. What differs is
/// kept in the build folder.
inline std::string golden(const std::string& name, std::string_view actual) {
  const std::string path = KIOSK_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_file(path, actual);
  std::string wanted = read_file(path);
  if (wanted != actual) write_file(KIOSK_BUILD_DIR "/failed/" + name, actual);
  return wanted;
}

inline Template template_of(std::string_view text) {
  auto parsed = parse_template(text);
  return parsed ? std::move(*parsed) : Template{};
}

inline Template default_ticket(const std::string& language) {
  return template_of(
      read_file(KIOSK_SOURCE_DIR "/assets/templates/ticket." + language + ".receiptline"));
}

inline kiosk::text::Fonts& test_fonts() {
  static auto fonts =
      kiosk::text::Fonts::create(debian_fonts(kiosk::text::Pitch::proportional)).value();
  return fonts;
}

/// The names the kiosk gives values to.
inline const std::vector<std::string>& ticket_value_names() {
  static const std::vector<std::string> names = {
      "hospital", "title",   "copy",         "clinic",     "place",  "number",
      "ahead",    "wait",    "offline",      "name",       "doctor", "second_id",
      "time",     "booking", "other_number", "clock_note", "notes",  "not_called_by",
      "token",    "kiosk",   "token_hint",   "printed_at"};
  return names;
}

inline Values chinese_values() {
  return {{"hospital", "示例市第一人民医院"},
          {"title", "门诊候诊号"},
          {"clinic", "心内科"},
          {"place", "门诊楼 3 层 B 区 302"},
          {"number", "A017"},
          {"ahead", "前面 4 人（09:41）"},
          {"name", "王*芳"},
          {"second_id", "尾号 4821"},
          {"doctor", "李建国 主任医师"},
          {"time", "10:20"},
          {"booking", "00317"},
          {"notes", "请带好上次的心电图报告。"},
          {"not_called_by", "10:50 还没叫到？请把这张票给分诊台看。"},
          {"token", "KT1.8d1f0c2a33aa4c609a5e0b7d2f0b5a11.K1017"},
          {"token_hint", "任意自助机扫此码可查询。"},
          {"printed_at", "2026-11-21 09:41"},
          {"kiosk", "自助机 K1"}};
}

/// With everything that a ticket can bear: a copy, off-line, of an untrusted clock.
inline Values english_values() {
  return {{"hospital", "Example City First People’s Hospital"},
          {"title", "Outpatient queue ticket"},
          {"copy", "COPY"},
          {"clinic", "Cardiology"},
          {"place", "Outpatient Building, Level 3, Area B, Room 302"},
          {"number", "K1-017"},
          {"ahead", "4 people before you (09:41)"},
          {"offline", "Show this ticket to the nurse at Level 3, Area B now. Arrived 09:41."},
          {"name", "J*** S****"},
          {"second_id", "ends in 4821"},
          {"doctor", "Dr Li Jianguo, Consultant"},
          {"time", "10:20"},
          {"booking", "00317"},
          {"other_number", "Your number at East Campus: E2-004"},
          {"clock_note", "Time not confirmed"},
          {"notes", "Please bring the report of your last ECG."},
          {"not_called_by", "Not called by 10:50? Show this ticket at the desk."},
          {"token", "KT1.8d1f0c2a33aa4c609a5e0b7d2f0b5a11.K1017"},
          {"token_hint", "Any kiosk reads this code."},
          {"printed_at", "21 Nov 2026 09:41"},
          {"kiosk", "Kiosk K1"}};
}

}  // namespace printing
