#pragma once

#include <memory>

#include "drivers/smart_card/card_system.h"

namespace drivers::smart_card {

/// The readers that the PC/SC daemon (pcscd) knows, through libpcsclite. A daemon that ended or was
/// started anew is connected to again by the next call; one that hangs, or whose driver does, is
/// given up after the limit. Cards of protocol T=1 may take seconds for a command.
std::unique_ptr<CardSystem> pcsc_card_system(
    kiosk::Milliseconds silence_limit = kiosk::Milliseconds(5000));

}  // namespace drivers::smart_card
