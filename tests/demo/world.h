#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kiosk/app/devices.h"
#include "kiosk/shell/control.h"
#include "printing/picture.h"
#include "tests/emulators/described_card.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/emulators/emulated_scanner.h"
#include "tests/emulators/fault_proxy.h"
#include "tests/emulators/hospital_server.h"
#include "tests/emulators/in_process_transport.h"

namespace demo {

enum class Network { up, slow, down };

using Card = emulators::DescribedCard;

/// The paper as a picture.
printing::Picture picture_of(const emulators::Ticket& ticket);

/// All that stands around the kiosk in the demo: three emulated devices, an emulated hospital and
/// the network between. Thread: any.
class World final : public kiosk::app::DeviceFactory {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::string server;  ///< another FHIR server; empty: the emulated hospital
    std::string out;     ///< where tickets are written as PNG and bytes
    int width_dots = 576;
  };
  static kiosk::Result<std::unique_ptr<World>> create(Options options);

  /// Where the kiosk finds its server: the network of this world, or the one that was given.
  std::string server_url() const;
  /// The emulated hospital; none where another server was given.
  emulators::HospitalServer* hospital() { return hospital_.get(); }

  kiosk::Result<std::unique_ptr<kiosk::app::DeviceSet>> start(
      const kiosk::shell::Config& config, kiosk::app::DeviceSinks sinks) override;

  kiosk::Result<void> lay(const Card& card);
  void lift();
  void scan(const std::string& code);
  /// "ok", "paper_near_end", "paper_out", "cover_open", "cutter_error", "unplugged".
  kiosk::Result<void> set_printer(const std::string& state);
  kiosk::Result<void> set_device(const std::string& device, bool plugged);
  kiosk::Result<void> set_network(Network network);

  std::string printer_state() const;
  std::optional<Card> lying() const;
  Network network() const { return network_; }
  std::vector<emulators::Ticket> tickets();

  /// The demo's operations of the automation socket; empty: none of them.
  std::string control(const kiosk::shell::ControlRequest& request);
  /// Called after each change, for the tray to be drawn again.
  void on_change(std::function<void()> changed);

 private:
  explicit World(Options options) : options_(std::move(options)) {}
  std::string papers();
  void changed();
  void watch_paper();

  Options options_;
  emulators::Plugged<emulators::EmulatedIdReader> reader_;
  emulators::Plugged<emulators::EmulatedScanner> scanner_;
  std::unique_ptr<emulators::Plugged<emulators::EmulatedPrinter>> printer_;
  std::unique_ptr<emulators::HospitalServer> hospital_;
  std::unique_ptr<emulators::FaultProxy> proxy_;
  std::atomic<Network> network_{Network::up};
  mutable std::mutex mutex_;
  std::optional<Card> lying_;
  std::string printer_state_ = "ok";
  std::function<void()> changed_;
  std::jthread paper_watch_;  ///< tells when a ticket fell; last: stops first
};

}  // namespace demo
