#pragma once

#include <string>

#include "kiosk/base/result.h"
#include "tests/emulators/emulated_id_reader.h"

namespace emulators {

/// A card that can be laid on the emulated reader, as people describe it.
struct DescribedCard {
  std::string document = "resident";  ///< resident, hk_macao_taiwan, foreign_2017, foreign_2023
  std::string number;
  std::string name;
  std::string birth_date;  ///< YYYYMMDD; empty: taken from the number
  std::string valid_to = "20400101";
  bool damaged = false;
};

/// The card itself. Errors: demo/bad_card.
kiosk::Result<EmulatedCard> emulated_card(const DescribedCard& card);

}  // namespace emulators
