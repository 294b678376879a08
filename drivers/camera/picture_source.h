#pragma once

#include <memory>
#include <string>

#include "drivers/camera/frame_source.h"

namespace drivers::camera {

/// A picture file, or a folder of them, as a camera: each picture is a frame, in the order of the
/// names, round and round. For tests and the demo.
/// Errors of open: camera/not_there. A file that is no picture is a damaged frame.
std::unique_ptr<FrameSource> picture_source(std::string file_or_folder);

}  // namespace drivers::camera
