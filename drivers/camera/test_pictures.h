#pragma once

#include <functional>
#include <string>
#include <vector>

#include "drivers/camera/decoder_protocol.h"
#include "kiosk/base/result.h"

namespace drivers::camera {

/// What was found in one picture file.
struct PictureRead {
  std::string file;  ///< its name, without the folder
  Symbology symbology = Symbology::none;
  std::string text;     ///< UTF-8; empty when nothing was read
  std::string problem;  ///< why the file could not be looked at, if so
  double cpu_ms = 0;    ///< of the decoder: preparing and decoding, without unpacking the file

  bool operator==(const PictureRead&) const = default;
};

/// The PNG, JPEG and PGM files of a folder, by name.
/// Errors: camera/no_folder.
kiosk::Result<std::vector<std::string>> picture_paths(const std::string& folder);

/// Takes each picture as the only frame of its code, with the whole cascade allowed.
/// Errors: camera/no_decoder.   Thread: any; blocks.
kiosk::Result<void> decode_pictures(const std::vector<std::string>& paths,
                                    const std::function<void(const PictureRead&)>& tell);

/// One line: file, symbology, text, CPU milliseconds with one decimal, separated by tabs.
/// Symbology is QR, Code 128, Code 39, PDF417, Data Matrix or Aztec; it and the text are `-` when
/// nothing was read. In a text `\` is doubled and control characters are written as \n, \r, \t or
/// \xNN.
std::string line_of(const PictureRead& read);

/// `kiosk test camera --pictures FOLDER`: the lines on standard output, in the order of the file
/// names; what could not be looked at on standard error. The process's exit status: 0, or 1 when
/// the folder or the decoder is missing or a file is no picture.
int test_camera_pictures(const std::string& folder);

}  // namespace drivers::camera
