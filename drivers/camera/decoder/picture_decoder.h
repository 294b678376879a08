#pragma once

#include "drivers/camera/decoder_protocol.h"
#include "drivers/camera/frame.h"

namespace drivers::camera::decoder {

/// Looks for one code in a picture; `slice` counts the frames since codes are wanted and chooses
/// the extra preparation of this one. Of the reply, id and times are left empty.
///
/// Errors: none; but ZXing may abort the process.   Thread: any; pure.
DecodeReply decode(const GreyView& picture, Effort effort, std::uint32_t slice);

}  // namespace drivers::camera::decoder
