#include "kiosk/shell/config_keys.h"

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

}  // namespace

std::vector<ConfigKey> device_keys(DeviceSettings& devices) {
  Keys keys = id_reader_keys(devices.id_reader);
  add(keys, scanner_keys(devices.scanner));
  add(keys, smart_card_keys(devices.smart_cards));
  add(keys, printer_place_keys(devices.printer));
  return keys;
}

}  // namespace kiosk::shell
