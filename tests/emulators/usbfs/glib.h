#pragma once

#include <glib-object.h>

#include <functional>
#include <memory>

namespace emulators::usbfs {

struct GObjectUnref {
  void operator()(void* object) const { g_object_unref(object); }
};

template <typename T>
using GPtr = std::unique_ptr<T, GObjectUnref>;

/// Calls `work` once on the thread of glib's default main loop, after all that was asked for
/// before. Thread: any.
void on_main_loop(std::function<void()> work);

}  // namespace emulators::usbfs
