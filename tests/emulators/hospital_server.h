#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kiosk/base/result.h"
#include "tests/emulators/hospital.h"
#include "tests/emulators/token_desk.h"

namespace emulators {

struct HospitalServerOptions {
  HospitalOptions hospital;  ///< base_url is filled in
  int port = 0;              ///< 0: any free one
  enum class Tls { off, self_made } tls = Tls::off;
  std::string certificate_folder;  ///< where self_made writes cert.pem and key.pem; must exist
  /// Whom TLS lets in: `known` are those who show that same certificate.
  enum class Clients { all, known } clients = Clients::all;
  std::optional<TokenDesk::Options> smart;  ///< only who has a token of /auth/token is answered
};

/// The emulated hospital behind a real socket on 127.0.0.1, under /fhir; beside it, if wanted, its
/// authorization server.
class HospitalServer {
 public:
  /// `clock` is asked for each request, on the server's threads. Errors: emulators/listen,
  /// emulators/certificate.
  static kiosk::Result<std::unique_ptr<HospitalServer>> create(
      HospitalServerOptions options, std::function<kiosk::Instant()> clock);
  ~HospitalServer();
  HospitalServer(const HospitalServer&) = delete;
  HospitalServer& operator=(const HospitalServer&) = delete;

  int port() const;
  /// "https://localhost:41234/fhir"
  std::string base_url() const;
  /// The self-made certificate, to be trusted by clients.
  std::string ca_file() const;
  /// Its private key.
  std::string key_file() const;
  /// "https://localhost:41234/auth/token"
  std::string token_url() const;
  /// Works on the desk while no request is being handled; there must be one. Thread: any.
  void with_desk(const std::function<void(TokenDesk&)>& work);
  /// Works on the hospital while no request is being handled. Thread: any.
  void with_hospital(const std::function<void(Hospital&)>& work);
  /// Page links shall lead through a proxy on that port.
  void announce_port(int port);

 private:
  struct Inside;
  explicit HospitalServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace emulators
