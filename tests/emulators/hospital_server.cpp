#include "tests/emulators/hospital_server.h"

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <mutex>
#include <thread>

#include "tests/emulators/hospital_state.h"

namespace emulators {
namespace {

using kiosk::fail;
using kiosk::Result;

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A certificate for localhost and 127.0.0.1, signed by itself, valid from long ago for a long
/// time.
std::unique_ptr<X509, CertificateFree> self_made(EVP_PKEY* key) {
  std::unique_ptr<X509, CertificateFree> certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  ASN1_TIME_set_string(X509_getm_notBefore(x), "20200101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(x), "20491231235959Z");
  X509_set_pubkey(x, key);
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x, key, EVP_sha256());
  return certificate;
}

Result<std::unique_ptr<httplib::Server>> tls_server(const std::string& folder,
                                                    HospitalServerOptions::Clients clients) {
  const auto cert_path = folder + "/cert.pem";
  const auto key_path = folder + "/key.pem";
  std::unique_ptr<EVP_PKEY, KeyFree> key(EVP_EC_gen("P-256"));
  const auto certificate = self_made(key.get());
  std::unique_ptr<std::FILE, FileClose> cert_file(std::fopen(cert_path.c_str(), "wb"));
  std::unique_ptr<std::FILE, FileClose> key_file(std::fopen(key_path.c_str(), "wb"));
  if (!cert_file || !key_file) return fail("emulators", "certificate", "cannot write " + folder);
  PEM_write_X509(cert_file.get(), certificate.get());
  PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  cert_file.reset();
  key_file.reset();
  const bool known = clients == HospitalServerOptions::Clients::known;
  auto server = std::make_unique<httplib::SSLServer>(cert_path.c_str(), key_path.c_str(),
                                                     known ? cert_path.c_str() : nullptr);
  if (!server->is_valid()) return fail("emulators", "certificate", "the server does not take it");
  return std::unique_ptr<httplib::Server>(std::move(server));
}

}  // namespace

struct HospitalServer::Inside {
  HospitalServerOptions options;
  std::function<kiosk::Instant()> clock;
  std::unique_ptr<httplib::Server> server;
  std::mutex mutex;  ///< guards `hospital` and `desk`
  std::optional<Hospital> hospital;
  std::optional<TokenDesk> desk;
  int port = 0;
  int announced_port = 0;
  std::jthread thread;

  std::string origin() const {
    const bool tls = options.tls == HospitalServerOptions::Tls::self_made;
    return std::string(tls ? "https" : "http") + "://localhost:" + std::to_string(announced_port);
  }
  std::string url() const { return origin() + "/fhir"; }
  std::string token_url() const { return origin() + "/auth/token"; }

  /// What the authorization server says to this request; nothing: the hospital is asked.
  std::optional<kiosk::sync::HttpResponse> sign_in(const HospitalRequest& asked) {
    const auto now = clock();
    if (asked.method == "POST" && asked.target == "/auth/token")
      return desk->token(token_url(), asked.body, now);
    if (asked.target == "/fhir/.well-known/smart-configuration")
      return desk->configuration(token_url());
    if (desk->accepts(kiosk::sync::header(asked.headers, "Authorization"), now))
      return std::nullopt;
    return kiosk::sync::HttpResponse{401, {}, "{}"};
  }

  void serve(const httplib::Request& request, httplib::Response& response) {
    HospitalRequest asked{request.method, request.target, {}, request.body};
    for (const auto& [name, value] : request.headers) asked.headers.emplace_back(name, value);
    kiosk::sync::HttpResponse answer;
    {
      const std::lock_guard lock(mutex);
      auto said = desk ? sign_in(asked) : std::nullopt;
      if (said) said->headers.emplace_back("Date", http_date(clock()));
      answer = said ? std::move(*said) : hospital->handle(asked, clock());
    }
    response.status = answer.status;
    std::string type = "application/fhir+json";
    for (const auto& [name, value] : answer.headers) {
      if (name == "Content-Type")
        type = value;
      else
        response.set_header(name, value);
    }
    response.set_content(answer.body, type);
  }

  void set_up() {
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      serve(request, response);
    };
    server->Get(".*", handler);
    server->Post(".*", handler);
    server->Put(".*", handler);
    server->Patch(".*", handler);
    server->Delete(".*", handler);
    server->set_keep_alive_timeout(2);
    server->set_tcp_nodelay(true);
  }
};

Result<std::unique_ptr<HospitalServer>> HospitalServer::create(
    HospitalServerOptions options, std::function<kiosk::Instant()> clock) {
  auto inside = std::make_unique<Inside>();
  inside->options = std::move(options);
  inside->clock = std::move(clock);
  if (inside->options.tls == HospitalServerOptions::Tls::self_made) {
    auto made = tls_server(inside->options.certificate_folder, inside->options.clients);
    if (!made) return kiosk::pass_on(made.error());
    inside->server = std::move(*made);
  } else {
    inside->server = std::make_unique<httplib::Server>();
  }
  inside->set_up();
  const int wanted = inside->options.port;
  const bool bound = wanted == 0 || inside->server->bind_to_port("127.0.0.1", wanted);
  inside->port = wanted == 0 ? inside->server->bind_to_any_port("127.0.0.1") : wanted;
  if (!bound || inside->port <= 0) return fail("emulators", "listen", "cannot listen");
  inside->announced_port = inside->port;
  inside->options.hospital.base_url = inside->url();
  if (inside->options.smart) inside->desk.emplace(*inside->options.smart);
  inside->hospital.emplace(inside->options.hospital, inside->clock());
  inside->thread = std::jthread([server = inside->server.get()] { server->listen_after_bind(); });
  return std::unique_ptr<HospitalServer>(new HospitalServer(std::move(inside)));
}

HospitalServer::HospitalServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

HospitalServer::~HospitalServer() {
  while (!inside_->server->is_running()) std::this_thread::yield();  // else stop() would be lost
  inside_->server->stop();
  inside_->thread.join();
}

int HospitalServer::port() const {
  return inside_->port;
}
std::string HospitalServer::base_url() const {
  return inside_->url();
}
std::string HospitalServer::ca_file() const {
  return inside_->options.certificate_folder + "/cert.pem";
}

std::string HospitalServer::key_file() const {
  return inside_->options.certificate_folder + "/key.pem";
}
std::string HospitalServer::token_url() const {
  return inside_->token_url();
}

void HospitalServer::with_desk(const std::function<void(TokenDesk&)>& work) {
  const std::lock_guard lock(inside_->mutex);
  work(inside_->desk.value());
}

void HospitalServer::with_hospital(const std::function<void(Hospital&)>& work) {
  const std::lock_guard lock(inside_->mutex);
  work(*inside_->hospital);
}

void HospitalServer::announce_port(int port) {
  inside_->announced_port = port;
  const auto url = inside_->url();
  with_hospital([&](Hospital& hospital) { hospital.set_base_url(url); });
}

}  // namespace emulators
