#pragma once

#include <string>

#include "drivers/smart_card/card_recipe.h"

namespace drivers::smart_card {

/// The German health insurance card: the insured person's number out of the file of personal data,
/// EF.PD, which needs no PIN. Source: gematik, specification of the eGK's file system; of the
/// insured person's data (VSD), schema 5.2.
class EgkCard : public CardRecipe {
 public:
  kiosk::Bytes start() override;
  Turn take(const Response& response) override;

 private:
  enum class Step { master_file, application, length, data };

  Turn read_on();

  Step step_ = Step::master_file;
  std::size_t length_ = 0;  ///< of the compressed data behind the two bytes of length
  kiosk::Bytes data_;
};

/// The number of the insured (Versicherten_ID) out of EF.PD's content: gzip of XML in ISO-8859-15.
///
/// Errors: smart_card/malformed_data (no gzip, damaged, no such element, not a letter and nine
/// digits), smart_card/too_long (unpacks to more than 64 KiB).   Thread: any; pure.
kiosk::Result<std::string> insured_number(kiosk::ByteView personal_data);

}  // namespace drivers::smart_card
