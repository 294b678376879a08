#pragma once

// The requests that a print job takes, each with a limit in time. The one behind libcups is made by
// `cups_ipp`; tests have one in the same process.

#include <memory>
#include <stop_token>
#include <string>

#include "kiosk/base/bytes.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "printing/cups_states.h"

namespace printing {

/// Which printer: a queue of a CUPS server, or an IPP printer by its own address.
struct IppAddress {
  std::string printer;                   ///< a queue's name, or ipp://host/path, ipps://host/path
  std::string server = "localhost:631";  ///< of the queue: host:port, or the path of a socket
  kiosk::Milliseconds connect_limit{3000};
  kiosk::Milliseconds silence_limit{5000};  ///< the server says and takes nothing for so long

  bool operator==(const IppAddress&) const = default;
};

/// What a job is to be printed on, as the printer must know it.
struct IppPage {
  std::string format;        ///< MIME type of the document
  int width_hundredths = 0;  ///< of a millimetre, as IPP counts
  int length_hundredths = 0;
  int resolution_dpi = 0;  ///< 0: the printer's own

  bool operator==(const IppPage&) const = default;
};

/// Errors of all calls: ipp/absent (nobody there), ipp/silent (does not answer in time),
/// ipp/no_such (no such queue or job), ipp/refused (says no, with why), ipp/stopped. All calls come
/// from one thread.
class IppService {
 public:
  virtual ~IppService() = default;

  virtual kiosk::Result<IppPrinter> printer() = 0;
  /// Announces a job; nothing is printed of it before `send`. Its number.
  virtual kiosk::Result<int> create(const std::string& name, const IppPage& page) = 0;
  /// The whole document. After ipp/refused and ipp/no_such nothing of it was taken; after any other
  /// error all of it may have been.
  virtual kiosk::Result<void> send(int job, const std::string& format,
                                   kiosk::ByteView document) = 0;
  virtual kiosk::Result<IppJob> job(int job) = 0;
  virtual kiosk::Result<void> cancel(int job) = 0;
  /// A CUPS server keeps documents for a day: removes this one, which names a patient. A printer by
  /// its own address keeps none.
  virtual kiosk::Result<void> forget(int job) = 0;
};

/// Errors: ipp/bad_address. A call under way ends when a stop is requested.
kiosk::Result<std::unique_ptr<IppService>> cups_ipp(const IppAddress& address,
                                                    std::stop_token stop);

}  // namespace printing
