#pragma once

#include <memory>

#include "drivers/smart_card/card_system.h"

namespace drivers::smart_card {

/// Gives every call a limit in time, besides what the call itself may wait: libpcsclite has none,
/// and a driver of pcscd that hangs would hold up whoever asks.
///
/// A call that takes longer fails with smart_card/silent and is left behind on a thread of its own;
/// until it returns, every other call fails like it. Destroying waits a second at most.
std::unique_ptr<CardSystem> patient_card_system(std::unique_ptr<CardSystem> system,
                                                kiosk::Milliseconds limit);

}  // namespace drivers::smart_card
