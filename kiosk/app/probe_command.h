#pragma once

#include <optional>
#include <string>

#include "kiosk/shell/config.h"
#include "kiosk/sync/probe.h"

// `kiosk probe`: for whoever connects a kiosk to a hospital's server, from a terminal.
namespace kiosk::app {

struct ProbeOptions {
  std::string url;     ///< empty: the configuration's
  std::string config;  ///< sign-in and systems as there; empty: none, for a server that wants none
  std::string write;   ///< file of the server profile; empty: it is not written
  std::string appointment;  ///< that was made for this; empty: the probe makes its own
  sync::TestData test_data = sync::TestData::none;
};

/// Asks a server what it honours, prints the report and writes the server profile. The exit status:
/// 1 when the kiosk cannot work with it, 69 when nothing answers.
int probe_server(const ProbeOptions& options);

}  // namespace kiosk::app
