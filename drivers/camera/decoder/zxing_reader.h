#pragma once

// ZXing 1.4 as the decoder uses it: one symbol at most, never DataBar. With more symbols, or with
// DataBar, ordinary pictures make its assertions abort (zxing-cpp issue 740).

#include <optional>
#include <string>

#include "drivers/camera/decoder_protocol.h"
#include "drivers/camera/frame.h"

namespace drivers::camera::decoder {

enum class Formats { linear, pdf417, qr, matrix, all };

/// thorough: more lines and more places are tried, and the picture turned by 90 degrees.
enum class Care { quick, thorough };

/// local: a pixel is dark against its surroundings. global: against the whole picture. exact: the
/// picture is black and white already.
enum class Threshold { local, global, exact };

struct ReadOptions {
  Formats formats = Formats::all;
  Care care = Care::thorough;
  Threshold threshold = Threshold::local;
  int lines = 2;  ///< of a linear code: so many rows have to say the same
};

struct Read {
  Symbology symbology = Symbology::none;
  std::string aim_identifier;
  std::string content;  ///< its bytes; UTF-8 when the code declares its encoding by ECI

  bool operator==(const Read&) const = default;
};

/// The code in a picture, if there is one.   Errors: none; may abort.
std::optional<Read> read_code(const GreyView& picture, const ReadOptions& options);

}  // namespace drivers::camera::decoder
