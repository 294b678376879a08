#include "drivers/camera/test_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "drivers/camera/decoder_process.h"
#include "drivers/scanner/scan_text.h"

namespace drivers::camera {
namespace {

using kiosk::Result;
namespace fs = std::filesystem;

const scanner::TextRules as_shown{scanner::OtherEncoding::gb18030, {}, scanner::Suffix::none};
constexpr kiosk::Milliseconds picture_limit{10'000};

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".pgm";
}

PictureRead read_one(DecoderProcess& decoder, const std::string& path) {
  PictureRead read;
  read.file = fs::path(path).filename().string();
  std::ifstream file(path, std::ios::binary);
  Frame frame;
  frame.format = PixelFormat::file;
  frame.bytes.assign(std::istreambuf_iterator<char>(file), {});
  const auto reply = decoder.decode(frame, Effort::everything, 0);
  if (!reply) {
    read.problem = reply.error().what;
    return read;
  }
  read.cpu_ms = reply->cpu_us / 1000.0;
  if (reply->outcome == Outcome::damaged) read.problem = reply->content;
  if (reply->outcome != Outcome::code || reply->evidence != Evidence::firm) return read;
  const auto text = scanner::to_text(raw_scan(*reply), as_shown);
  if (!text) return read;
  read.symbology = reply->symbology;
  read.text = text->text;
  return read;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> picture_paths(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_picture(entry->path())) paths.push_back(entry->path().string());
  }
  if (error) return kiosk::fail("camera", "no_folder", folder + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<void> decode_pictures(const std::vector<std::string>& paths,
                             const std::function<void(const PictureRead&)>& tell) {
  auto decoder = DecoderProcess::start(decoder_program(), picture_limit);
  if (!decoder) return kiosk::pass_on(decoder.error());
  for (const std::string& path : paths) tell(read_one(*decoder, path));
  return {};
}

std::string line_of(const PictureRead& read) {
  const bool found = read.symbology != Symbology::none;
  return fmt::format("{}\t{}\t{}\t{:.1f}", escaped(read.file), name_of(read.symbology),
                     found ? escaped(read.text) : "-", read.cpu_ms);
}

int test_camera_pictures(const std::string& folder) {
  const auto complain = [](const std::string& what) {
    fmt::print(stderr, "{}\n", what);
    return 1;
  };
  const auto paths = picture_paths(folder);
  if (!paths) return complain(paths.error().what);
  int status = 0;
  const auto done = decode_pictures(*paths, [&](const PictureRead& read) {
    fmt::print("{}\n", line_of(read));
    static_cast<void>(std::fflush(stdout));
    if (!read.problem.empty()) status = complain(read.file + ": " + read.problem);
  });
  if (!done) return complain(done.error().what);
  return status;
}

}  // namespace drivers::camera
