#include "drivers/usb/sysfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

namespace drivers::usb {
namespace {

namespace fs = std::filesystem;

constexpr int depth_max = 6;           // interface/0003:0C2E:0907.0001/input/input5/event5
constexpr std::size_t text_max = 256;  // a USB string has 126 characters at most

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  if (line.size() > text_max) line.resize(text_max);
  return line;
}

/// Calls `visit` with every real folder below, to a limited depth.
void for_each_folder(const fs::path& folder, const std::function<void(const fs::path&)>& visit,
                     int depth = 0) {
  std::error_code ended;
  for (fs::directory_iterator at(folder, ended), end; !ended && at != end; at.increment(ended)) {
    std::error_code unknown;
    if (at->is_symlink(unknown) || !at->is_directory(unknown)) continue;
    visit(at->path());
    if (depth < depth_max) for_each_folder(at->path(), visit, depth + 1);
  }
}

/// The node that a folder's uevent file names; empty if it has none.
std::string node_of(const fs::path& folder) {
  constexpr std::string_view key = "DEVNAME=";
  std::ifstream stream(folder / "uevent");
  for (std::string line; std::getline(stream, line);) {
    if (line.compare(0, key.size(), key) == 0) return "/dev/" + line.substr(key.size());
  }
  return {};
}

}  // namespace

std::string Sysfs::folder(const std::string& device) const {
  return root_ + "/bus/usb/devices/" + device;
}

std::string Sysfs::attribute(const std::string& port, const std::string& name) const {
  return port.empty() ? std::string() : first_line(folder(port) + "/" + name);
}

std::size_t Sysfs::devices() const {
  std::size_t count = 0;
  std::error_code ended;
  for (fs::directory_iterator at(folder(""), ended), end; !ended && at != end;
       at.increment(ended)) {
    if (at->path().filename().string().find(':') == std::string::npos) ++count;
  }
  return count;
}

std::string Sysfs::interface_name(const std::string& port, int configuration, int number) {
  return fmt::format("{}:{}.{}", port, configuration, number);
}

std::string Sysfs::driver(const std::string& interface) const {
  std::error_code none;
  return fs::read_symlink(folder(interface) + "/driver", none).filename().string();
}

std::vector<std::string> Sysfs::nodes(const std::string& interface) const {
  std::vector<std::string> nodes;
  for_each_folder(folder(interface), [&](const fs::path& path) {
    std::string node = node_of(path);
    if (!node.empty()) nodes.push_back(std::move(node));
  });
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

kiosk::Bytes Sysfs::report_descriptor(const std::string& interface) const {
  kiosk::Bytes bytes;
  for_each_folder(folder(interface), [&](const fs::path& path) {
    if (!bytes.empty()) return;
    std::ifstream file(path / "report_descriptor", std::ios::binary);
    if (file) bytes.assign(std::istreambuf_iterator<char>(file), {});
  });
  return bytes;
}

}  // namespace drivers::usb
