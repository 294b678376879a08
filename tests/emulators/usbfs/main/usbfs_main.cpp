// kiosk-usbfs: runs a program with emulated devices on an emulated USB bus, which the program's
// libusb takes for the kernel's. A control socket plugs and unplugs, lays cards, scans codes, opens
// covers. Example:
//   kiosk-usbfs --socket /tmp/usb -- build/bin/kiosk run --config kiosk.toml
#include <glib-unix.h>
#include <glib.h>
#include <link.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "kiosk/shell/control_socket.h"
#include "tests/emulators/usbfs/glib.h"
#include "tests/emulators/usbfs/usbfs_devices.h"

namespace {

using emulators::usbfs::on_main_loop;
using emulators::usbfs::UsbBus;
using emulators::usbfs::UsbfsDevices;
using kiosk::shell::ControlRequest;

struct Options {
  std::string socket;
  std::string out;
  std::vector<std::string> devices = {"printer=printer@1-1", "reader=reader@1-2",
                                      "scanner=scanner@1-3"};
  std::vector<std::string> program;
  bool unplugged = false;
};

constexpr const char* preload = "libumockdev-preload.so";

/// The path of a shared library of this process whose path contains the name; empty if none.
std::string loaded_library(const char* name) {
  std::pair<const char*, std::string> search(name, "");
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* given) {
        auto& [wanted, path] = *static_cast<std::pair<const char*, std::string>*>(given);
        if (std::strstr(info->dlpi_name, wanted) != nullptr) path = info->dlpi_name;
        return path.empty() ? 0 : 1;
      },
      &search);
  return search.second;
}

/// Starts this program again with umockdev's library loaded before the C library.
int start_again(char** argv) {
  const char* before = std::getenv("LD_PRELOAD");
  if (before != nullptr && std::strstr(before, preload) != nullptr) {
    fmt::print(stderr, "kiosk-usbfs: {} cannot be loaded\n", preload);
    return 1;
  }
  std::string libraries;
  for (const char* sanitizer : {"libasan.so", "libtsan.so"}) {
    const std::string first = loaded_library(sanitizer);  // else it refuses to run
    if (!first.empty()) libraries += first + ":";
  }
  libraries += preload + std::string(".0");
  if (before != nullptr) libraries += ":" + std::string(before);
  setenv("LD_PRELOAD", libraries.c_str(), 1);
  execv("/proc/self/exe", argv);
  return 1;
}

/// The program under test; it goes when this one goes.
class Child {
 public:
  explicit Child(const std::vector<std::string>& program) {
    std::vector<char*> arguments;
    for (const std::string& word : program) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }

  /// Runs the main loop until the program ends; its exit status.
  int serve_until_it_ends() {
    loop_ = g_main_loop_new(nullptr, FALSE);
    const auto pass_on = [](gpointer self) -> gboolean {
      kill(static_cast<Child*>(self)->pid_, SIGTERM);
      return G_SOURCE_CONTINUE;
    };
    const auto ended = [](GPid, gint status, gpointer self) {
      static_cast<Child*>(self)->status_ = status;
      g_main_loop_quit(static_cast<Child*>(self)->loop_);
    };
    const guint sources[] = {g_unix_signal_add(SIGTERM, pass_on, this),
                             g_unix_signal_add(SIGINT, pass_on, this)};
    g_child_watch_add(pid_, ended, this);
    g_main_loop_run(loop_);
    for (const guint source : sources) g_source_remove(source);
    g_main_loop_unref(loop_);
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

 private:
  pid_t pid_;
  int status_ = 0;
  GMainLoop* loop_ = nullptr;
};

int complain(const kiosk::Error& error) {
  fmt::print(stderr, "kiosk-usbfs: {}\n", error.what);
  return 1;
}

int serve(const Options& options) {
  const auto bus = UsbBus::create();
  UsbfsDevices devices(*bus, options.out);
  for (const std::string& device : options.devices) {
    if (auto added = devices.add(device); !added) return complain(added.error());
  }
  if (!options.unplugged) {
    if (auto plugged = devices.plug_all(); !plugged) return complain(plugged.error());
  }
  auto socket = kiosk::shell::ControlSocket::open(
      options.socket, [&devices](const ControlRequest& request, const auto& reply) {
        on_main_loop([&devices, request, reply] { reply(devices.control(request)); });
      });
  if (!socket) return complain(socket.error());
  setenv("KIOSK_USBFS_SOCKET", options.socket.c_str(), 1);
  Child child(options.program);
  const int status = child.serve_until_it_ends();
  socket->reset();
  while (g_main_context_iteration(nullptr, FALSE)) {  // what the child did last
  }
  fmt::print(stderr, "kiosk-usbfs: drivers at the end: {}\n", devices.drivers_text());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (loaded_library(preload).empty()) return start_again(argv);
  CLI::App cli{"Runs a program with emulated devices on an emulated USB bus.", "kiosk-usbfs"};
  Options options;
  cli.add_option("--socket", options.socket, "control socket")->required();
  cli.add_option("--out", options.out, "folder for what was printed");
  cli.add_option("--device", options.devices,
                 "NAME=KIND@PORT[/SERIAL]; KIND is one of " + UsbfsDevices::kinds())
      ->capture_default_str();
  cli.add_flag("--unplugged", options.unplugged, "start with nothing plugged in");
  cli.footer("What follows -- is the program and its arguments.");
  int own = 1;
  while (own < argc && std::strcmp(argv[own], "--") != 0) ++own;
  for (int i = own + 1; i < argc; ++i) options.program.emplace_back(argv[i]);
  CLI11_PARSE(cli, own, argv);
  if (options.program.empty()) return complain({"usbfs", "usage", "no program after --"});
  return serve(options);
}
