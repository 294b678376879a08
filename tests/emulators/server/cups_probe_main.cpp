// Prints pictures through the kiosk's CUPS driver and tells what the driver tells, line by line;
// tests/e2e/cups.py drives it.
//
//   cups-probe PRINTER SERVER roll|a4|png JOB_LIMIT_MS
//   standard input, any number of times: print NUMBER PNG_FILE
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <string>

#include "kiosk/base/overloaded.h"
#include "printing/cups_printer.h"
#include "printing/grey_image.h"

namespace {

using namespace printing;
namespace printer = drivers::printer;

void tell(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string words(std::string_view word, printer::JobId job, const kiosk::Error& why) {
  return std::string(word) + " " + std::to_string(job.value) + " " + std::string(why.code) + " " +
         why.what;
}

void tell_event(const printer::PrinterEvent& event) {
  std::visit(
      kiosk::overloaded{
          [](const printer::StateChanged& changed) {
            tell("state " + std::string(name_of(changed.state)));
          },
          [](const printer::Identified& identified) { tell("model " + identified.model); },
          [](const printer::MadeForAnother&) {}, [](const printer::Withdrawn&) {},
          [](const printer::Printed& printed) {
            tell("printed " + std::to_string(printed.job.value));
          },
          [](const printer::Failed& failed) { tell(words("failed", failed.job, failed.why)); },
          [](const printer::Unknown& unknown) {
            tell(words("unknown", unknown.job, unknown.why));
          }},
      event);
}

Picture picture_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto grey = read_png(kiosk::as_bytes(bytes));
  if (!grey) return {};
  Picture picture(grey->width, grey->height);
  for (int y = 0; y < grey->height; ++y) {
    for (int x = 0; x < grey->width; ++x) {
      if (grey->pixels[static_cast<std::size_t>(y * grey->width + x)] < 128) {
        picture.set_black(x, y);
      }
    }
  }
  return picture;
}

CupsSettings settings_of(char** arguments) {
  CupsSettings settings;
  settings.address.printer = arguments[1];
  settings.address.server = arguments[2];
  settings.address.silence_limit = kiosk::Milliseconds(1000);
  const std::string sheet = arguments[3];
  if (sheet != "roll") settings.sheet = a4_sheet;
  if (sheet == "png") {
    settings.sheet.format = DocumentFormat::png;
    settings.sheet.resolution_dpi = settings.sheet.picture_dpi;
  }
  settings.idle_interval = kiosk::Milliseconds(100);
  settings.job_interval = kiosk::Milliseconds(50);
  settings.job_limit = kiosk::Milliseconds(std::atoi(arguments[4]));
  settings.blocked_limit = kiosk::Milliseconds(500);
  settings.cancel_limit = kiosk::Milliseconds(1500);
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::cerr << "cups-probe PRINTER SERVER roll|a4|png JOB_LIMIT_MS\n";
    return 64;
  }
  const CupsSettings settings = settings_of(arguments);
  CupsPrinter cups(settings, tell_event);
  std::string word;
  std::string path;
  std::int64_t number = 0;
  while (std::cin >> word >> number >> path) {
    auto document = encode(picture_of(path), settings.sheet);
    if (!document || !cups.post({{number}, std::move(*document)})) tell("bad picture " + path);
  }
  return 0;
}
