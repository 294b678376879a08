#pragma once

#include <memory>

#include "drivers/smart_card/card_system.h"

namespace drivers::smart_card {

/// The readers that the PC/SC daemon (pcscd) knows, through libpcsclite. A daemon that ended or was
/// started anew is connected to again by the next call.
std::unique_ptr<CardSystem> pcsc_card_system();

}  // namespace drivers::smart_card
