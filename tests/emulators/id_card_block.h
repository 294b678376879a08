#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace emulators {

/// The 256 bytes of text on a card's chip.
using CardBlock = std::array<std::uint8_t, 256>;

/// Fields in UTF-8, dates YYYYMMDD, as they stand on the document.
struct ResidentCard {
  std::string name;
  std::string sex = "1";
  std::string ethnic_group = "01";
  std::string birth_date;
  std::string address = "测试省测试市样例区示例路1号";
  std::string number;
  std::string authority = "测试市公安局样例分局";
  std::string valid_from = "20200101";
  std::string valid_to = "20400101";
};

/// Residence permit for residents of Hong Kong, Macao and Taiwan.
struct HkMacaoTaiwanPermit {
  std::string name;
  std::string sex = "1";
  std::string birth_date;
  std::string address = "测试省测试市样例区示例路2号";
  std::string number;
  std::string authority = "测试市公安局";
  std::string valid_from = "20190101";
  std::string valid_to = "20240101";
  std::string pass_number = "H00000001";
  std::string issues = "01";
};

/// Foreign permanent resident's permit of 2017.
struct ForeignPermit2017 {
  std::string name_latin;
  std::string sex = "2";
  std::string number;
  std::string country;
  std::string name;
  std::string valid_from = "20170601";
  std::string valid_to = "20270601";
  std::string birth_date;
  std::string version = "01";
  std::string authority = "1500";
};

/// Foreign permanent resident's permit of 2023.
struct ForeignPermit2023 {
  std::string name;
  std::string sex = "2";
  std::string renewals = "00";
  std::string birth_date;
  std::string name_latin;
  std::string number;
  std::string valid_from = "20230808";
  std::string valid_to = "20330807";
  std::string country;
};

CardBlock card_block(const ResidentCard& card);
CardBlock card_block(const HkMacaoTaiwanPermit& card);
CardBlock card_block(const ForeignPermit2017& card);
CardBlock card_block(const ForeignPermit2023& card);

/// Valid UTF-8 to UTF-16 with surrogate pairs; throws std::invalid_argument on anything else.
std::u16string to_utf16(const std::string& utf8);

}  // namespace emulators
