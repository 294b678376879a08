#pragma once

#include <string>
#include <vector>

namespace kiosk::shell {

/// Which of several alike USB devices; an empty member: any.
struct UsbPlace {
  std::string port;           ///< "1-2.3", as `kiosk devices` shows it: bus, ports from the root
  std::string serial_number;  ///< of the device, exactly

  bool operator==(const UsbPlace&) const = default;
};

enum class IdReaderKind { none, usb, serial, program };

struct IdReaderSettings {
  IdReaderKind kind = IdReaderKind::usb;
  UsbPlace usb;
  std::string serial_port;  ///< "/dev/serial/by-id/..."
  int serial_speed = 115200;
  std::vector<std::string> program;  ///< of a vendor: path, arguments

  bool operator==(const IdReaderSettings&) const = default;
};

/// What a scanner is set to send behind every code.
enum class ScanSuffix { any, none, cr, lf, cr_lf, tab };

/// All that are configured work side by side.
struct ScannerSettings {
  bool usb = true;  ///< a HID POS scanner
  UsbPlace usb_place;
  std::string serial_port;  ///< empty: none
  int serial_speed = 9600;
  std::string keyboard;  ///< empty: none; "any", a name, or a path of /dev/input
  std::string prefix;
  ScanSuffix suffix = ScanSuffix::any;
  std::string camera;  ///< empty: none; a path of /dev/video*, or a folder of pictures

  bool operator==(const ScannerSettings&) const = default;
};

/// Identifier.system of what each kind of card gives; empty: this kind is not used.
struct SmartCardSettings {
  bool used = false;
  std::string uid;
  std::string egk_insured;             ///< KVNR of the German health card
  std::string social_security_number;  ///< of China's social security card: the citizen number
  std::string social_security_card;    ///< the number of that card

  bool operator==(const SmartCardSettings&) const = default;
};

enum class PrinterKind { none, usb, cups };
enum class CupsPaper { roll, a4 };
enum class CupsFormat { pwg_raster, png };

struct PrinterPlace {
  PrinterKind kind = PrinterKind::usb;
  UsbPlace usb;
  std::string cups_queue;   ///< name of a queue, or a URI: ipp://..., ipps://...
  std::string cups_server;  ///< "host:port"; empty: the system's
  CupsPaper cups_paper = CupsPaper::roll;
  int cups_width_mm = 80;  ///< of the roll
  int cups_resolution_dpi = 203;
  CupsFormat cups_format = CupsFormat::pwg_raster;

  bool operator==(const PrinterPlace&) const = default;
};

/// What is plugged into this kiosk.
struct DeviceSettings {
  IdReaderSettings id_reader;
  ScannerSettings scanner;
  SmartCardSettings smart_cards;
  PrinterPlace printer;

  bool operator==(const DeviceSettings&) const = default;
};

}  // namespace kiosk::shell
