#pragma once

#include <optional>
#include <string>

#include "kiosk/shell/config.h"

// `kiosk list unacknowledged|refused --export FILE`: arrivals that the server does not have, as a
// file for the reception desk.
namespace kiosk::app {

struct ListOptions {
  std::string list;    ///< "unacknowledged", "refused"
  std::string file;    ///< to be written; one that exists is left alone
  std::string ledger;  ///< file to read; empty: the running kiosk, or the configuration's ledger
};

/// Through the running kiosk, or out of its ledger where none runs; needs no key. Gives the exit
/// status.
int export_list(const shell::Config& config, const std::string& socket, const ListOptions& options);

/// Out of the ledger `options.ledger`. Without a configuration times are UTC.
int export_ledger(const std::optional<shell::Config>& config, const ListOptions& options);

}  // namespace kiosk::app
