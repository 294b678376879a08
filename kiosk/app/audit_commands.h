#pragma once

#include <string>

#include "kiosk/shell/config.h"

namespace kiosk::app {

/// `kiosk audit verify|export|visit`, as the command line gives it.
struct AuditOptions {
  std::string what;
  std::string head;     ///< verify: "412:HASH", a row as the server was told of it
  bool server = false;  ///< verify: ask the server for all rows that it was told of
  std::string from;     ///< export: days of the site, YYYY-MM-DD; empty: without limit
  std::string until;    ///< the last one, included
  std::string out;      ///< file; empty: standard output
  std::string ticket;   ///< visit: a ticket's number or a visit key
  std::string day;      ///< of the number, YYYY-MM-DD; empty: the newest
  bool json = false;
};

/// Reads the trail through the running kiosk, or itself where none runs; gives the exit status.
/// `credentials_folder`: of systemd, for the vault's key; may be empty.
int audit(const shell::Config& config, const std::string& socket, const AuditOptions& options,
          const std::string& credentials_folder);

}  // namespace kiosk::app
