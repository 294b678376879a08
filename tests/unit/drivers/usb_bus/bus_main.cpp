// The tests of libusb's adapter against an emulated bus. Started by itself, this program starts
// again under kiosk-usbfs, which lies beside it.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

constexpr const char* devices[] = {
    "left=printer@1-1/A1",
    "right=printer@1-2.3/B2",
    "slow=slow_printer@1-4",
    "one_way=one_way_printer@1-5",
    "reader=reader@1-6",
    "split=split_reader@1-7",
    "scanner=scanner@1-8",
    "bare=bare_scanner@1-9",
    "alternate=alternate_printer@1-10",
    "interrupt=interrupt_reader@1-11",
};

int run_on_bus(int argc, char** argv) {
  namespace fs = std::filesystem;
  const fs::path self = fs::read_symlink("/proc/self/exe");
  const std::string socket = "/tmp/unit_usb_bus." + std::to_string(getpid());
  std::vector<std::string> words = {(self.parent_path() / "kiosk-usbfs").string(), "--socket",
                                    socket, "--unplugged"};
  for (const char* device : devices) words.insert(words.end(), {"--device", device});
  words.insert(words.end(), {"--", self.string()});
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  return 127;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv("KIOSK_USBFS_SOCKET") == nullptr) return run_on_bus(argc, argv);
  return doctest::Context(argc, argv).run();
}
