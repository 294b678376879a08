#pragma once

#include <memory>
#include <string>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace emulators {

/// What goes wrong on the way to a server.
struct Fault {
  enum class Kind {
    none,
    down,          ///< nothing listens: connections are refused
    silent,        ///< connections are taken and nothing is ever answered or passed on
    cut_request,   ///< `bytes` of the request are passed on, then both ends are cut: before the
                   ///< commit
    cut_response,  ///< the request passes; after `bytes` of the response both ends are cut: after
                   ///< it
    answer         ///< the proxy answers with `status` itself; the server hears nothing
  };
  Kind kind = Kind::none;
  std::size_t bytes = 0;
  int status = 503;
  std::string headers;               ///< more header lines of an answer, each ended by \r\n
  std::string body = {};             ///< of an answer
  kiosk::Milliseconds delay{0};      ///< before the first byte of each connection is passed on
  std::size_t bytes_per_second = 0;  ///< 0: as fast as it goes
  std::string only;  ///< only connections whose request begins so ("POST /fhir/Enc")
  int times = -1;    ///< on so many connections, then none; -1: always
};

/// A TCP proxy on 127.0.0.1 in front of any server there; what it does wrong can be changed while
/// it runs. A change cuts the connections there are. `only` and `answer` look at plain HTTP.
class FaultProxy {
 public:
  /// port 0: any free one. Errors: emulators/listen.
  static kiosk::Result<std::unique_ptr<FaultProxy>> create(int upstream_port, int port = 0);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const;
  /// Returns when it holds for every connection that is made from now on.
  void set(Fault fault);
  /// Connections on which a fault was done.
  int faults_done() const;

 private:
  struct Inside;
  explicit FaultProxy(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace emulators
