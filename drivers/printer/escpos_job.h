#pragma once

// How far a job came by the count of its bytes: what the paper lacks, what the printer waits for.

#include <optional>

#include "kiosk/base/bytes.h"

namespace drivers::printer {

/// From how many bytes on the paper may pass for the whole ticket: with fewer, at least its last
/// centimetre of picture is missing. 0 when the job holds no such picture, or commands that this
/// kiosk does not make.
std::size_t may_look_whole_from(kiosk::ByteView job);

/// Bytes that the command lacks in whose middle a printer stands that took `taken` of them; 0
/// between two commands. None when the job holds commands that this kiosk does not make.
std::optional<std::size_t> missing_of_command(kiosk::ByteView job, std::size_t taken);

}  // namespace drivers::printer
