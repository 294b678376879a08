#pragma once

#include <glib-object.h>

#include <memory>

namespace emulators::usbfs {

struct GObjectUnref {
  void operator()(void* object) const { g_object_unref(object); }
};

template <typename T>
using GPtr = std::unique_ptr<T, GObjectUnref>;

}  // namespace emulators::usbfs
