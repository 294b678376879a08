#include "kiosk/app/devices.h"

#include "drivers/camera/camera_scanner.h"
#include "drivers/camera/picture_source.h"
#include "drivers/camera/v4l2_source.h"
#include "drivers/helper/helper_transport.h"
#include "drivers/id_card/helper_reader.h"
#include "drivers/input/evdev_transport.h"
#include "drivers/scanner/serial_scanner.h"
#include "drivers/scanner/wedge_scanner.h"
#include "drivers/serial/serial_transport.h"
#include "drivers/smart_card/pcsc_card_system.h"
#include "drivers/usb/device_worker.h"
#include "drivers/usb/libusb_transport.h"
#include "kiosk/app/cups_place.h"
#include "kiosk/shell/log.h"
#include "printing/cups_printer.h"

namespace kiosk::app {
namespace {

using drivers::usb::DeviceKind;
using drivers::usb::DeviceWorker;
using journeys::PrinterHealth;
using journeys::ReaderHealth;
using journeys::ScannerHealth;

drivers::usb::DeviceChoice chosen(DeviceKind kind, const shell::UsbPlace& place) {
  drivers::usb::DeviceChoice choice;
  choice.kind = kind;
  choice.port = place.port;
  choice.serial = place.serial_number;
  return choice;
}

drivers::scanner::ScannerSettings scanner_settings(const shell::ScannerSettings& settings) {
  using drivers::scanner::Suffix;
  drivers::scanner::ScannerSettings made;
  made.text.prefix = settings.prefix;
  switch (settings.suffix) {
    case shell::ScanSuffix::any:
      made.text.suffix = Suffix::any;
      break;
    case shell::ScanSuffix::none:
      made.text.suffix = Suffix::none;
      break;
    case shell::ScanSuffix::cr:
      made.text.suffix = Suffix::cr;
      break;
    case shell::ScanSuffix::lf:
      made.text.suffix = Suffix::lf;
      break;
    case shell::ScanSuffix::cr_lf:
      made.text.suffix = Suffix::cr_lf;
      break;
    case shell::ScanSuffix::tab:
      made.text.suffix = Suffix::tab;
      break;
  }
  return made;
}

drivers::input::WedgeChoice keyboard(const std::string& named) {
  drivers::input::WedgeChoice choice;
  if (named.starts_with('/')) {
    choice.path = named;
  } else if (named != "any") {
    choice.name = named;
  }
  return choice;
}

/// A linear code that no row of the site's table knows is more likely a misreading than a code; the
/// others correct their errors, and whoever shows a wrong one is told so.
drivers::camera::CameraSettings camera_settings(const std::vector<domain::CodeFormat>& formats) {
  using drivers::camera::Symbology;
  std::string any_of_them;
  for (const domain::CodeFormat& format : formats) {
    any_of_them += (any_of_them.empty() ? "(?:" : "|(?:") + format.pattern + ")";
  }
  drivers::camera::CameraSettings settings;
  for (const Symbology linear : {Symbology::code128, Symbology::code39}) {
    settings.payloads.push_back({linear, 4, domain::code_bytes_max, any_of_them});
  }
  return settings;
}

std::unique_ptr<drivers::camera::FrameSource> frames_from(const std::string& camera) {
  if (!camera.starts_with("/dev/")) return drivers::camera::picture_source(camera);
  return drivers::camera::v4l2_source({camera}, drivers::camera::system_video_calls());
}

/// Starts what the configuration names, one kind after the other.
class Starter {
 public:
  Starter(const shell::Config& config, DeviceSinks sinks)
      : config_(config),
        remains_(sinks.remains),
        devices_(std::make_unique<DeviceSet>(std::move(sinks), config.devices.smart_cards)) {}

  Result<std::unique_ptr<DeviceSet>> start() {
    if (auto started = printer(); !started) return fail("printer", started.error());
    if (auto started = id_reader(); !started) return fail("ID-card reader", started.error());
    smart_cards();
    if (auto started = scanners(); !started) return fail("scanner", started.error());
    return std::move(devices_);
  }

 private:
  template <typename Engine>
  Result<void> run(shell::DeviceReport report, Engine engine,
                   Result<std::unique_ptr<drivers::usb::Transport>> transport) {
    if (!transport) return pass_on(transport.error());
    devices_->add<DeviceWorker<Engine>>(std::move(report), std::move(engine),
                                        std::move(*transport));
    return {};
  }

  Result<void> printer() {
    const shell::PrinterPlace& place = config_.devices.printer;
    const shell::DeviceReport unknown{"printer/usb", PrinterHealth::missing, {}, {}};
    switch (place.kind) {
      case shell::PrinterKind::none:
        return {};
      case shell::PrinterKind::cups:
        devices_->add<printing::CupsPrinter>(
            {"printer/cups", PrinterHealth::missing, place.cups_queue, {}}, cups_settings(place));
        return {};
      case shell::PrinterKind::usb:
        return run(unknown, drivers::printer::EscposPrinter(config_.printer, remains_),
                   libusb_transport(chosen(DeviceKind::printer, place.usb)));
    }
    return {};
  }

  Result<void> id_reader() {
    const shell::IdReaderSettings& reader = config_.devices.id_reader;
    switch (reader.kind) {
      case shell::IdReaderKind::none:
        return {};
      case shell::IdReaderKind::program:
        return run(
            {"id_reader/program", ReaderHealth::missing, reader.program.front(), {}},
            drivers::id_card::HelperReader(),
            drivers::helper::helper_transport({reader.program}, [](std::string_view line) {
              shell::log(shell::Severity::info, "reader_program", {{"said", std::string(line)}});
            }));
      case shell::IdReaderKind::usb:
        return run({"id_reader/usb", ReaderHealth::missing, {}, {}}, drivers::id_card::SdtReader(),
                   libusb_transport(chosen(DeviceKind::id_reader, reader.usb)));
      case shell::IdReaderKind::serial:
        return run({"id_reader/serial", ReaderHealth::missing, reader.serial_port, {}},
                   drivers::id_card::SdtReader(),
                   drivers::serial::serial_transport({reader.serial_port, reader.serial_speed}));
    }
    return {};
  }

  void smart_cards() {
    using drivers::smart_card::CardKind;
    const shell::SmartCardSettings& cards = config_.devices.smart_cards;
    if (!cards.used) return;
    drivers::smart_card::Settings settings;
    if (!cards.egk_insured.empty()) settings.wanted.push_back(CardKind::egk);
    if (!cards.social_security_number.empty() || !cards.social_security_card.empty()) {
      settings.wanted.push_back(CardKind::social_security);
    }
    if (!cards.uid.empty()) settings.wanted.push_back(CardKind::uid);
    devices_->add<drivers::smart_card::SmartCardWorker>(
        {"smart_card/pcsc", ReaderHealth::missing, {}, {}}, std::move(settings),
        drivers::smart_card::pcsc_card_system());
  }

  Result<void> scanners() {
    const shell::ScannerSettings& scanner = config_.devices.scanner;
    const auto unknown = [](const char* name, std::string what) {
      return shell::DeviceReport{name, ScannerHealth::missing, std::move(what), {}};
    };
    if (scanner.usb) {
      auto started = run(unknown("scanner/usb", "HID POS"),
                         drivers::scanner::HidScanner(scanner_settings(scanner)),
                         libusb_transport(chosen(DeviceKind::scanner, scanner.usb_place)));
      if (!started) return started;
    }
    if (!scanner.serial_port.empty()) {
      auto started =
          run(unknown("scanner/serial", scanner.serial_port),
              drivers::scanner::SerialScanner(scanner_settings(scanner)),
              drivers::serial::serial_transport({scanner.serial_port, scanner.serial_speed}));
      if (!started) return started;
    }
    if (!scanner.keyboard.empty()) {
      auto started = run(unknown("scanner/keyboard", scanner.keyboard),
                         drivers::scanner::WedgeScanner(scanner_settings(scanner)),
                         drivers::input::evdev_transport(keyboard(scanner.keyboard)));
      if (!started) return started;
    }
    add_camera(*devices_, config_);
    return {};
  }

  const shell::Config& config_;
  const drivers::printer::Remains remains_;
  std::unique_ptr<DeviceSet> devices_;
};

class RealDevices final : public DeviceFactory {
 public:
  Result<std::unique_ptr<DeviceSet>> start(const shell::Config& config,
                                           DeviceSinks sinks) override {
    return Starter(config, std::move(sinks)).start();
  }
};

}  // namespace

void add_camera(DeviceSet& devices, const shell::Config& config) {
  const std::string& camera = config.devices.scanner.camera;
  if (camera.empty()) return;
  devices.add<drivers::camera::CameraScanner>(
      {"scanner/camera", ScannerHealth::missing, camera, {}},
      camera_settings(config.rules.code_formats), frames_from(camera));
}

std::vector<drivers::usb::DeviceChoice> usb_choices(const shell::Config& config) {
  const shell::DeviceSettings& devices = config.devices;
  std::vector<drivers::usb::DeviceChoice> choices;
  if (devices.printer.kind == shell::PrinterKind::usb) {
    choices.push_back(chosen(DeviceKind::printer, devices.printer.usb));
  }
  if (devices.id_reader.kind == shell::IdReaderKind::usb) {
    choices.push_back(chosen(DeviceKind::id_reader, devices.id_reader.usb));
  }
  if (devices.scanner.usb) {
    choices.push_back(chosen(DeviceKind::scanner, devices.scanner.usb_place));
  }
  return choices;
}

std::unique_ptr<DeviceFactory> real_devices() {
  return std::make_unique<RealDevices>();
}

}  // namespace kiosk::app
