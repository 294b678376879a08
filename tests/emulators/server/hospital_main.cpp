// kiosk-hospital: the emulated hospital and a network that fails, as a process of its own, for
// tests that kill the kiosk. Prints one JSON line with its URL, then serves a control socket.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kiosk/shell/control_socket.h"
#include "tests/emulators/fault_proxy.h"
#include "tests/emulators/hospital_server.h"

namespace {

using emulators::Fault;
using kiosk::shell::ControlRequest;
using nlohmann::json;

std::atomic<std::int64_t> clock_off_ms = 0;

kiosk::Instant server_now() {
  return std::chrono::floor<kiosk::Milliseconds>(std::chrono::system_clock::now()) +
         kiosk::Milliseconds(clock_off_ms);
}

double number_of(const ControlRequest& request, const std::string& name, double otherwise) {
  const auto found = request.number.find(name);
  return found == request.number.end() ? otherwise : found->second;
}

Fault fault_of(const ControlRequest& request) {
  Fault fault;
  const std::string kind = request.get("kind");
  fault.kind = kind == "down"           ? Fault::Kind::down
               : kind == "silent"       ? Fault::Kind::silent
               : kind == "cut_request"  ? Fault::Kind::cut_request
               : kind == "cut_response" ? Fault::Kind::cut_response
               : kind == "answer"       ? Fault::Kind::answer
                                        : Fault::Kind::none;
  fault.bytes = std::size_t(number_of(request, "bytes", 0));
  fault.status = int(number_of(request, "status", 503));
  fault.headers = request.get("headers");
  fault.body = request.get("body");
  fault.delay = kiosk::Milliseconds(int(number_of(request, "delay_ms", 0)));
  fault.bytes_per_second = std::size_t(number_of(request, "bytes_per_second", 0));
  fault.only = request.get("only");
  fault.times = int(number_of(request, "times", -1));
  return fault;
}

json people_of(const emulators::Hospital& hospital) {
  json people = json::array();
  for (const emulators::DemoPerson& person : hospital.demo_people()) {
    people.push_back({{"story", person.story},
                      {"patient", person.patient},
                      {"name", person.name},
                      {"document", person.document},
                      {"number", person.number},
                      {"birth_date", kiosk::domain::iso(person.birth_date)},
                      {"phone", person.phone},
                      {"hospital_card", person.hospital_card},
                      {"booking", person.booking},
                      {"appointments", person.appointments}});
  }
  return people;
}

std::string control(const ControlRequest& request, emulators::HospitalServer& server,
                    emulators::FaultProxy& proxy) {
  json reply{{"ok", true}};
  if (request.op == "network") {
    const std::set<std::string> kinds{"none",        "down",         "silent",
                                      "cut_request", "cut_response", "answer"};
    if (!kinds.contains(request.get("kind"))) {
      reply = {{"ok", false}, {"what", "unknown kind of network fault: " + request.get("kind")}};
      return reply.dump();
    }
    proxy.set(fault_of(request));
    reply["faults_done"] = proxy.faults_done();
    return reply.dump();
  }
  if (request.op == "clock") {
    clock_off_ms = std::int64_t(number_of(request, "off_ms", 0));
    return reply.dump();
  }
  if (request.op == "key_pair") {
    const auto pair = emulators::make_key_pair("ES384");
    reply["private"] = pair.private_key;
    reply["public"] = pair.public_key;
    return reply.dump();
  }
  if (request.op == "desk") {
    server.with_desk([&](emulators::TokenDesk& desk) {
      if (request.get("do") == "withdraw") desk.withdraw_client();
      if (request.get("do") == "end_tokens") desk.end_all_tokens();
      if (!request.get("scope").empty()) desk.set_scope(request.get("scope"));
      reply["given"] = desk.given();
      reply["refusals"] = desk.refusals();
    });
    return reply.dump();
  }
  server.with_hospital([&](emulators::Hospital& hospital) {
    const std::string id = request.get("appointment");
    if (request.op == "state") {
      reply["state"] = json::parse(hospital.export_state());
    } else if (request.op == "people") {
      reply["people"] = people_of(hospital);
    } else if (request.op == "requests") {
      reply["requests"] = hospital.request_log();
    } else if (request.op == "set_status") {
      hospital.set_status(id, request.get("status"), server_now());
    } else if (request.op == "move") {
      const auto minutes = kiosk::Minutes(int(number_of(request, "minutes_from_now", 0)));
      hospital.move(id, server_now() + minutes, server_now());
    } else if (request.op == "undo_arrival") {
      hospital.undo_arrival(id, server_now());
    } else if (request.op == "check_in_elsewhere") {
      hospital.check_in_elsewhere(id, request.get("nonce"), request.get("number"), server_now());
    } else if (request.op == "call_patients") {
      const auto waited = request.numbers.find("waited_min");
      if (waited != request.numbers.end())
        hospital.call_patients(request.get("location"),
                               {waited->second.begin(), waited->second.end()}, server_now());
    } else if (request.op == "put") {
      hospital.put(request.get("resource"), server_now());
    } else if (request.op == "read") {
      const std::string text = hospital.read(request.get("reference"));
      reply["resource"] = text.empty() ? json() : json::parse(text);
    } else if (request.op == "lose_conditions") {
      hospital.lose_conditions(int(number_of(request, "count", 1)));
    } else {
      reply = {{"ok", false}, {"what", "unknown op " + request.op}};
    }
  });
  return reply.dump();
}

struct Options {
  std::string socket;
  std::string bearer;
  std::string tls_folder;
  std::string clients = "all";
  std::string smart;
  std::string smart_key_file;
  int token_seconds = 300;
  std::string way = "transaction";
  std::uint64_t seed = 1;
  int stale_status = 412;
  int utc_offset_min = 8 * 60;
  std::string cannot;
  int search_cache_ms = 0;
  int race_ms = 0;
};

emulators::HospitalServerOptions options_for(const Options& options) {
  emulators::HospitalServerOptions made;
  made.hospital.seed = options.seed;
  made.hospital.zone = {{kiosk::Instant{}, kiosk::Minutes(options.utc_offset_min)}};
  made.hospital.bearer = options.bearer;
  made.hospital.stale_status = options.stale_status;
  made.hospital.search_cache = kiosk::Milliseconds(options.search_cache_ms);
  made.hospital.race_window = kiosk::Milliseconds(options.race_ms);
  made.hospital.deletes = emulators::HospitalOptions::Can::yes;
  if (options.cannot == "audit_events") {
    made.hospital.audit_events = emulators::HospitalOptions::Can::no;
  }
  if (options.cannot == "json_patch") {
    made.hospital.json_patch = emulators::HospitalOptions::Can::no;
  }
  if (options.way != "transaction") {
    made.hospital.transactions = emulators::HospitalOptions::Can::no;
  }
  if (options.way == "appointment_only") {
    made.hospital.encounters = emulators::HospitalOptions::Can::no;
  }
  if (!options.tls_folder.empty()) {
    made.tls = emulators::HospitalServerOptions::Tls::self_made;
    made.certificate_folder = options.tls_folder;
    if (options.clients == "known") made.clients = emulators::HospitalServerOptions::Clients::known;
  }
  if (!options.smart.empty()) {
    const auto pair = emulators::make_key_pair(options.smart);
    std::ofstream(options.smart_key_file) << pair.private_key;
    made.smart.emplace();
    made.smart->public_key = pair.public_key;
    made.smart->token_lasts = kiosk::Seconds(options.token_seconds);
  }
  return made;
}

int serve(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto server = emulators::HospitalServer::create(options_for(options), server_now);
  auto proxy =
      server
          ? emulators::FaultProxy::create((*server)->port())
          : kiosk::Result<std::unique_ptr<emulators::FaultProxy>>(kiosk::pass_on(server.error()));
  if (!proxy) {
    fmt::print(stderr, "kiosk-hospital: {}\n", proxy.error().what);
    return 1;
  }
  (*server)->announce_port((*proxy)->port());
  auto socket = kiosk::shell::ControlSocket::open(
      options.socket, [&](const ControlRequest& request, const auto& reply) {
        reply(control(request, **server, **proxy));
      });
  if (!socket) {
    fmt::print(stderr, "kiosk-hospital: {}\n", socket.error().what);
    return 1;
  }
  const bool tls = !options.tls_folder.empty();
  const std::string url = tls ? fmt::format("https://localhost:{}/fhir", (*proxy)->port())
                              : fmt::format("http://127.0.0.1:{}/fhir", (*proxy)->port());
  fmt::print("{}\n", json{{"url", url}, {"ca_file", (*server)->ca_file()}}.dump());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli{"An emulated FHIR hospital behind a network that can fail.", "kiosk-hospital"};
  Options options;
  cli.add_option("--socket", options.socket, "control socket")->required();
  cli.add_option("--seed", options.seed, "which day it has")->capture_default_str();
  cli.add_option("--bearer", options.bearer, "the token it wants");
  cli.add_option("--tls", options.tls_folder, "speak TLS; the certificate goes to this folder");
  cli.add_option("--clients", options.clients,
                 "TLS lets in all, or those known by that certificate")
      ->check(CLI::IsMember({"all", "known"}));
  cli.add_option("--smart", options.smart, "sign-in by SMART with a key for ES384 or RS384")
      ->check(CLI::IsMember({"ES384", "RS384"}));
  cli.add_option("--smart-key-file", options.smart_key_file, "where that private key goes");
  cli.add_option("--token-seconds", options.token_seconds, "how long a token lasts");
  cli.add_option("--stale-status", options.stale_status, "answer to a stale If-Match");
  cli.add_option("--cannot", options.cannot, "what it does not know")
      ->check(CLI::IsMember({"json_patch", "audit_events"}));
  cli.add_option("--search-cache-ms", options.search_cache_ms, "how long searches are cached");
  cli.add_option("--race-ms", options.race_ms,
                 "conditional creates do not see what was created less than this ago");
  cli.add_option("--utc-offset-min", options.utc_offset_min, "its time zone");
  cli.add_option("--way", options.way, "what it can: transaction, one_by_one, appointment_only")
      ->check(CLI::IsMember({"transaction", "one_by_one", "appointment_only"}));
  CLI11_PARSE(cli, argc, argv);
  return serve(options);
}
