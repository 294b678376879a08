#pragma once

#include <string>
#include <string_view>

#include "kiosk/base/result.h"

namespace kiosk::store {

/// Writes a new file, mode 0600; one that exists is never written over. After a power cut there is
/// a whole file or none, and perhaps `path.part`.
///
/// Errors: store/exists, store/io. Thread: any.
Result<void> write_new_file(const std::string& path, std::string_view text);

/// Brings to the disk which names stand in the folder of this file. Errors: store/io.
Result<void> sync_folder_of(const std::string& path);

/// An open file that is closed with this object; less than 0: none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int get() const { return number_; }

 private:
  int number_;
};

/// "PATH: what errno says", as store/io.
tl::unexpected<Error> io_error(const std::string& path);

}  // namespace kiosk::store
