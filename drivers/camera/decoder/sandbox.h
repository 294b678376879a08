#pragma once

namespace drivers::camera::decoder {

/// Gives up what decoding needs none of: files, the network, other processes, new privileges, core
/// dumps, more than 1 GiB of memory; a system call off the short list ends the process. False when
/// the kernel refuses one of it.   Thread: main, before any other.
bool enter_sandbox();

}  // namespace drivers::camera::decoder
