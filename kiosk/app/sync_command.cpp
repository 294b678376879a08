#include "kiosk/app/sync_command.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "kiosk/app/assembly.h"
#include "kiosk/app/cli.h"
#include "kiosk/app/sign_in.h"
#include "kiosk/app/vault.h"
#include "kiosk/base/bounded_queue.h"
#include "kiosk/shell/control_socket.h"
#include "kiosk/shell/records.h"
#include "kiosk/shell/trail.h"
#include "kiosk/sync/curl_client.h"

namespace kiosk::app {
namespace {

constexpr Milliseconds reply_margin{10'000};
constexpr Milliseconds longest_sleep{1'000};
constexpr std::size_t results_max = 256;

/// Steps the records as the kiosk does, without screens and devices, until they have answered.
Result<shell::SyncReport> step_until_done(const shell::Config& config, Core& core,
                                          Milliseconds limit) {
  BoundedQueue<sync::HttpResult> results(results_max);
  auto http = sync::CurlClient::create(
      {config.ca_file, results_max, config.certificate_file, config.certificate_key_file},
      [&](sync::HttpResult result) { (void)results.push(std::move(result)); });
  if (!http) return fail("sign-in", http.error());
  shell::Records records(config.rules, *core.ledger, *core.engine, random_hex,
                         {config.audit_keep_days});
  std::vector<shell::RecordsInput> inputs{shell::SyncQuery{RequestId{1}, limit}};
  while (true) {
    const Now now = core.clock->now();
    shell::RecordsOutput output = records.step(now, std::exchange(inputs, {}));
    if (!output.syncs.empty()) {
      auto written = core.ledger->write_notes();
      if (!written) return pass_on(written.error());
      return std::move(output.syncs.front().second);
    }
    if (output.clock) core.clock->correct(output.clock->offset, output.clock->trust);
    for (sync::HttpRequest& request : output.requests) {
      const RequestId id = request.id;
      if ((*http)->send(std::move(request))) continue;
      const sync::HttpFailure failure{sync::HttpFailureKind::not_connected, "too many requests"};
      inputs.push_back(sync::HttpResult{id, failure, Milliseconds(0)});
    }
    if (!inputs.empty()) continue;
    const auto sleep = std::clamp(output.wake - now.instant, Milliseconds(0), longest_sleep);
    if (auto result = results.pop(sleep, {})) inputs.push_back(std::move(*result));
    while (auto result = results.try_pop()) inputs.push_back(std::move(*result));
  }
}

Result<shell::SyncReport> sync_itself(const shell::Config& config, Milliseconds limit,
                                      const std::string& credentials_folder) {
  auto authorizer = make_authorizer(config);
  if (!authorizer) return fail("sign-in", authorizer.error());
  auto keys = command_keys(config, credentials_folder, **authorizer);
  if (!keys) return pass_on(keys.error());
  auto core = make_core(config, *keys, std::move(*authorizer));
  if (!core) return pass_on(core.error());
  return step_until_done(config, *core, limit);
}

int tell(const shell::SyncReport& report, const std::string& url) {
  using End = shell::SyncReport::End;
  if (report.end == End::unreachable) {
    fmt::print(stderr, "kiosk: {} does not answer{}{}\n", url, report.trouble.empty() ? "" : ": ",
               report.trouble);
  }
  fmt::print("{:<14} {}\n{:<14} {}\n{:<14} {}\n", "sent", report.sent, "refused", report.refused,
             "left", report.left);
  fmt::print("{:<14} {} appointments of {} people\n", "held now", report.appointments,
             report.people);
  fmt::print("{:<14} {:.1f} s\n", "time", double(report.took.count()) / 1000);
  if (report.end == End::unreachable) return exit_unavailable;
  if (report.end == End::incomplete) {
    fmt::print(stderr, "kiosk: not all was sent and read{}{}\n", report.trouble.empty() ? "" : ": ",
               report.trouble);
  }
  if (report.refused > 0) fmt::print(stderr, "kiosk: see kiosk list refused\n");
  return report.end == End::complete && report.refused == 0 ? exit_ok : exit_failed;
}

}  // namespace

int sync_once(const shell::Config& config, const std::string& socket, Seconds limit,
              const std::string& credentials_folder) {
  const Milliseconds limit_ms = limit;
  const auto reply = shell::ask_kiosk(
      socket, shell::request_line("sync", {{"timeout_ms", std::to_string(limit_ms.count())}}),
      limit_ms + reply_margin);
  if (!reply && reply.error().code != "no_kiosk") return complain(reply.error());
  if (reply) fmt::print("The running kiosk synchronised:\n");
  if (!reply) {
    fmt::print("No kiosk runs; synchronising with {}:\n", config.profile.base_url);
    std::fflush(stdout);
  }
  const auto report =
      reply ? shell::parse_sync(*reply) : sync_itself(config, limit_ms, credentials_folder);
  if (!report) return complain(report.error());
  return tell(*report, config.profile.base_url);
}

}  // namespace kiosk::app
