#include "tests/emulators/usbfs/glib.h"

#include <utility>

namespace emulators::usbfs {

void on_main_loop(std::function<void()> work) {
  const auto run = [](gpointer given) -> gboolean {
    (*static_cast<std::function<void()>*>(given))();
    return G_SOURCE_REMOVE;
  };
  const auto discard = [](gpointer given) { delete static_cast<std::function<void()>*>(given); };
  g_idle_add_full(G_PRIORITY_DEFAULT, run, new std::function<void()>(std::move(work)), discard);
}

}  // namespace emulators::usbfs
