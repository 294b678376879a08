#include "kiosk/shell/config_keys.h"

#include <algorithm>

#include "drivers/printer/printer_table.h"

namespace kiosk::shell {
namespace {

using Keys = std::vector<ConfigKey>;

constexpr const char* usb_port_help =
    "Of several alike the one on this USB port, such as \"1-2.3\" (see `kiosk devices`); empty: "
    "any.";
constexpr const char* usb_serial_help = "Of several alike the one with this serial number.";

Keys id_reader_keys(IdReaderSettings& r) {
  return {
      {"id_reader.kind",
       choice(&r.kind, {{"usb", IdReaderKind::usb},
                        {"serial", IdReaderKind::serial},
                        {"program", IdReaderKind::program},
                        {"none", IdReaderKind::none}}),
       "The ID-card reader: on USB, on a serial line, or behind a program of its vendor."},
      {"id_reader.usb_port", TextTarget{&r.usb.port, TextForm::line}, usb_port_help},
      {"id_reader.usb_serial_number", TextTarget{&r.usb.serial_number, TextForm::line},
       usb_serial_help},
      {"id_reader.serial_port", TextTarget{&r.serial_port, TextForm::line},
       "Its tty, best by a name that follows the device: /dev/serial/by-id/..."},
      {"id_reader.serial_speed",
       WholeTarget{&r.serial_speed, 9600, 115200, {9600, 19200, 38400, 57600, 115200}},
       "Baud; the others are tried when there is no answer."},
      {"id_reader.program", TextsTarget{&r.program, TextForm::line},
       "The vendor's program and its arguments; README, \"Vendor card readers\"."},
  };
}

Keys scanner_keys(ScannerSettings& s) {
  return {
      {"scanner.usb", FlagTarget{&s.usb}, "A USB scanner in HID POS mode."},
      {"scanner.usb_port", TextTarget{&s.usb_place.port, TextForm::line}, usb_port_help},
      {"scanner.usb_serial_number", TextTarget{&s.usb_place.serial_number, TextForm::line},
       usb_serial_help},
      {"scanner.serial_port", TextTarget{&s.serial_port, TextForm::line},
       "Tty of a scanner in serial or USB CDC mode; empty: none."},
      {"scanner.serial_speed",
       WholeTarget{
           &s.serial_speed, 1200, 115200, {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200}},
       "Baud of it."},
      {"scanner.keyboard", TextTarget{&s.keyboard, TextForm::line},
       "A scanner in keyboard mode: \"any\" of a maker we know, its name, or its path "
       "(/dev/input/by-id/...); empty: none. It is taken for the kiosk alone."},
      {"scanner.prefix", TextTarget{&s.prefix, TextForm::line},
       "What the scanners are set to send before every code; a code without it is damaged."},
      {"scanner.suffix",
       choice(&s.suffix, {{"any", ScanSuffix::any},
                          {"none", ScanSuffix::none},
                          {"cr", ScanSuffix::cr},
                          {"lf", ScanSuffix::lf},
                          {"cr_lf", ScanSuffix::cr_lf},
                          {"tab", ScanSuffix::tab}}),
       "And behind it."},
      {"scanner.camera", TextTarget{&s.camera, TextForm::line},
       "A camera (/dev/video0) that reads codes, or a folder of pictures for trying it out; "
       "empty: none."},
  };
}

Keys smart_card_keys(SmartCardSettings& c) {
  return {
      {"smart_cards.used", FlagTarget{&c.used}, "Whether a smart-card reader (PC/SC) is used."},
      {"smart_cards.egk_insured", TextTarget{&c.egk_insured, TextForm::uri},
       "Identifier.system of the insured person's number (KVNR) on German health cards; empty: "
       "these cards are not used."},
      {"smart_cards.social_security_number", TextTarget{&c.social_security_number, TextForm::uri},
       "Of the citizen number on China's social security cards."},
      {"smart_cards.social_security_card", TextTarget{&c.social_security_card, TextForm::uri},
       "Of the number of such a card."},
      {"smart_cards.uid", TextTarget{&c.uid, TextForm::uri},
       "Of the UID of contactless cards: anyone can copy it."},
  };
}

Keys printer_place_keys(PrinterPlace& p) {
  return {
      {"printer.kind",
       choice(
           &p.kind,
           {{"usb", PrinterKind::usb}, {"cups", PrinterKind::cups}, {"none", PrinterKind::none}}),
       "The ticket printer: ESC/POS on USB, or a CUPS queue."},
      {"printer.usb_port", TextTarget{&p.usb.port, TextForm::line}, usb_port_help},
      {"printer.usb_serial_number", TextTarget{&p.usb.serial_number, TextForm::line},
       usb_serial_help},
      {"printer.cups_queue", TextTarget{&p.cups_queue, TextForm::line},
       "The CUPS queue: its name, or a URI of a printer (ipp://..., ipps://...)."},
      {"printer.cups_server", TextTarget{&p.cups_server, TextForm::line},
       "CUPS server, \"host:port\"; empty: the system's."},
      {"printer.cups_paper",
       choice(&p.cups_paper, {{"roll", CupsPaper::roll}, {"a4", CupsPaper::a4}}),
       "What the queue prints on: a roll of tickets, or sheets of A4."},
      {"printer.cups_width_mm", WholeTarget{&p.cups_width_mm, 40, 120}, "Width of the roll."},
      {"printer.cups_resolution_dpi",
       WholeTarget{&p.cups_resolution_dpi, 180, 600, {180, 203, 300, 600}},
       "Dots of an inch of that printer."},
      {"printer.cups_format",
       choice(&p.cups_format, {{"pwg_raster", CupsFormat::pwg_raster}, {"png", CupsFormat::png}}),
       "What it is sent: PWG raster, or PNG for queues that take none."},
  };
}

ChoiceTarget printer_model(drivers::printer::SiteProfile* to) {
  ChoiceTarget target;
  std::vector<drivers::printer::Profile> profiles;
  for (const drivers::printer::KnownPrinter& known : drivers::printer::known_printers()) {
    if (!profiles.empty() && known.name == target.names.back()) continue;  // one for several ids
    target.names.emplace_back(known.name);
    profiles.push_back(known.profile);
  }
  target.get = [to, names = target.names] {
    return std::size_t(std::find(names.begin(), names.end(), to->name) - names.begin());
  };
  target.set = [to, names = target.names, profiles](std::size_t i) {
    to->name = names[i];
    to->profile = profiles[i];
  };
  return target;
}

ChoiceTarget feature(drivers::printer::Feature* to) {
  using drivers::printer::Feature;
  return choice(to, {{"present", Feature::present}, {"absent", Feature::absent}});
}

/// What follows the profile unless the site says otherwise.
Keys printer_head_keys(drivers::printer::SiteProfile& site) {
  using drivers::printer::Cutter;
  return {
      {"printer.profile", printer_model(&site),
       "\"auto\" goes by the model that is found: its width, cutter, bands and units, what it "
       "lacks, its presenter; an unknown one is taken for 80 mm with everything. \"full\" has "
       "everything, \"plain\" is a clone that only prints, the others are models. What is given "
       "below stands above it; of a known model's lacks and pace \"auto\" keeps the more "
       "cautious."},
      {"printer.width_dots",
       WholeTarget{&site.width_dots, 384, 576, {384, 512, 576}},
       "Printable dots of a row: 384 (58 mm), 512 or 576 (80 mm). Not given: the profile's.",
       {},
       "576"},
      {"printer.band_rows",
       WholeTarget{&site.band_rows, 8, 1024},
       "Rows that are sent as one picture; clones garble more than about 1000. Not given: the "
       "profile's.",
       {},
       "128"},
      {"printer.cutter",
       choice(&site.cutter,
              {{"partial", Cutter::partial}, {"full", Cutter::full}, {"none", Cutter::none}}),
       "How the paper is cut. Not given: the profile's, or what the printer tells.",
       {},
       "\"partial\""},
      {"printer.feed_before_cut_dots",
       WholeTarget{&site.feed_before_cut_dots, 0, 255},
       "Feed before the cut, on top of the way to the cutter; without a cutter, the way to the "
       "bar at which paper is torn off. Not given: the profile's.",
       {},
       "24"},
      {"printer.feed_units_per_dot",
       WholeTarget{&site.feed_units_per_dot, 1, 4},
       "Vertical motion units of a dot; 2 where the model's are half a dot. Not given: the "
       "profile's.",
       {},
       "1"},
  };
}

Keys printer_profile_keys(drivers::printer::Profile& p) {
  return {
      {"printer.present", WholeTarget{&p.presenter.present, 0, 255},
       "The n of GS e that holds a ticket out, by the model's manual; 0: it has no presenter."},
      {"printer.present_steps", WholeTarget{&p.presenter.present_steps, 0, 255},
       "How far, in the model's own steps."},
      {"printer.withdraw", WholeTarget{&p.presenter.withdraw, 0, 255},
       "The n of GS e that takes a ticket back which nobody took; 0: it stays."},
      {"printer.take_limit_ms", WholeTarget{&p.presenter.take_limit, 5'000, 600'000},
       "From held out to taken back."},
      {"printer.real_time_status", feature(&p.real_time_status), "Answers DLE EOT."},
      {"printer.automatic_status", feature(&p.automatic_status), "Reports changes by itself."},
      {"printer.process_id", feature(&p.process_id), "Answers GS ( H; found out by itself."},
      {"printer.paper_fence", feature(&p.paper_fence), "Answers GS r; found out by itself."},
      {"printer.port_status", feature(&p.port_status), "Its USB port status can be believed."},
      {"printer.write_bytes_max", WholeTarget{&p.write_bytes_max, 64, 65'536},
       "Bytes of one USB transfer."},
      {"printer.pause_between_writes_ms", WholeTarget{&p.pause_between_writes, 0, 1'000},
       "For clones that drop bytes."},
      {"printer.open_settle_ms", WholeTarget{&p.open_settle, 0, 5'000}, "Rest after plugging in."},
      {"printer.no_progress_limit_ms", WholeTarget{&p.no_progress_limit, 1'000, 300'000},
       "A printer that takes no byte for so long is given up."},
      {"printer.completion_limit_ms", WholeTarget{&p.completion_limit, 1'000, 300'000},
       "From the last byte to the report that the ticket is out."},
  };
}

}  // namespace

std::vector<ConfigKey> device_keys(DeviceSettings& devices) {
  Keys keys = id_reader_keys(devices.id_reader);
  add(keys, scanner_keys(devices.scanner));
  add(keys, smart_card_keys(devices.smart_cards));
  add(keys, printer_place_keys(devices.printer));
  return keys;
}

std::vector<ConfigKey> printer_keys(drivers::printer::SiteProfile& printer) {
  Keys keys = printer_head_keys(printer);
  add(keys, printer_profile_keys(printer.profile));
  return keys;
}

}  // namespace kiosk::shell
