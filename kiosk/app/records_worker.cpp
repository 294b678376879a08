#include "kiosk/app/records_worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "kiosk/app/vault.h"
#include "kiosk/base/overloaded.h"
#include "kiosk/shell/log.h"
#include "kiosk/shell/trail.h"
#include "kiosk/store/key_file.h"

namespace kiosk::app {
namespace {

using shell::LogField;
using shell::Severity;

/// Ids of requests that the engine did not make; their ends are not for it.
constexpr std::uint64_t webhook_ids = std::uint64_t{1} << 62;
constexpr Milliseconds longest_sleep{60'000};
constexpr Milliseconds sync_limit_default{120'000};
constexpr Milliseconds sync_limit_max{600'000};
constexpr std::size_t purpose_max = 100;  ///< bytes of why the audit trail is read

const char* text_of(domain::PrintState state) {
  switch (state) {
    case domain::PrintState::queued:
      return "queued";
    case domain::PrintState::sending:
      return "sending";
    case domain::PrintState::printed:
      return "printed";
    case domain::PrintState::failed:
      return "failed";
    case domain::PrintState::unknown:
      return "unknown";
    case domain::PrintState::held:
      return "held";
  }
  return "unknown";
}

const char* text_of(shell::KeyStorage storage) {
  switch (storage) {
    case shell::KeyStorage::credential:
      return "credential";
    case shell::KeyStorage::server:
      return "server";
    case shell::KeyStorage::disk:
      return "disk";
  }
  return "";
}

void log_event(const shell::RecordsEvent& event) {
  if (const auto* commit = std::get_if<journeys::CommitAnswered>(&event)) {
    for (const journeys::CommitResult& result : commit->results) {
      const auto* committed = std::get_if<domain::Committed>(&result);
      shell::log(Severity::info, "check_in",
                 {{"result", committed ? "committed" : "not_committed"},
                  {"number", committed ? committed->number : ""}});
    }
  } else if (const auto* report = std::get_if<journeys::PrintReported>(&event)) {
    shell::log(Severity::info, "ticket",
               {{"job", std::to_string(report->job)}, {"state", text_of(report->state)}});
  }
}

}  // namespace

RecordsWorker::RecordsWorker(const shell::Config& config, Parts parts, shell::Clock& clock,
                             RecordsPorts ports)
    : config_(config),
      parts_(std::move(parts)),
      clock_(clock),
      ports_(std::move(ports)),
      records_(config.rules, *parts_.ledger, *parts_.engine, parts_.random,
               {config.audit_keep_days}) {}

void RecordsWorker::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void RecordsWorker::stop() {
  thread_ = std::jthread();
}

bool RecordsWorker::post(shell::RecordsInput input) {
  const bool owed = std::holds_alternative<shell::JobEnded>(input) ||
                    std::holds_alternative<sync::HttpResult>(input);
  if (!owed) return queue_.push(Item(std::move(input)));
  queue_.push_owed(Item(std::move(input)));
  return true;
}

bool RecordsWorker::post(shell::ControlCall call) {
  return queue_.push(Item(std::move(call)));
}

void RecordsWorker::post(PrinterFound found) {
  queue_.push_owed(Item(std::move(found)));
}

void RecordsWorker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Now now = clock_.now();
    std::vector<shell::RecordsInput> inputs;
    inputs.swap(inputs_);
    shell::RecordsOutput output = records_.step(now, std::move(inputs));
    const Milliseconds sleep =
        std::clamp(output.wake - now.instant, Milliseconds(0), longest_sleep);
    hand_out(std::move(output));
    if (!inputs_.empty()) continue;
    if (auto item = queue_.pop(sleep, stop)) take(std::move(*item));
    while (auto item = queue_.try_pop()) take(std::move(*item));
  }
  // What patients did and saw last.
  if (auto written = parts_.ledger->write_notes(); !written) {
    shell::log_error("records", written.error());
  }
}

void RecordsWorker::take(Item item) {
  std::visit(overloaded{
                 [&](shell::RecordsInput& input) {
                   const auto* result = std::get_if<sync::HttpResult>(&input);
                   if (result != nullptr && result->id.value >= webhook_ids) return;
                   inputs_.push_back(std::move(input));
                 },
                 [&](shell::ControlCall& call) { take_control(std::move(call)); },
                 [&](const PrinterFound& found) { take_printer(found); },
             },
             item);
}

void RecordsWorker::take_printer(const PrinterFound& found) {
  parts_.tickets->go_by(found.profile);
  if (found.again == 0) return;
  const auto job = parts_.ledger->print_job(found.again);
  if (job && *job) return print(**job);
  if (!job) shell::log_error("ticket", job.error());
  inputs_.push_back(shell::JobEnded{found.again, domain::PrintState::failed});
}

void RecordsWorker::take_control(shell::ControlCall call) {
  const RequestId request{++last_request_};
  if (call.request.op == "withdraw") {
    obey(call);
    return;
  }
  if (call.request.op == "status") {
    inputs_.push_back(shell::StatusQuery{request});
  } else if (call.request.op == "audit") {
    inputs_.push_back(shell::AuditQuery{request, call.request.integer("after"),
                                        call.request.get("purpose").substr(0, purpose_max)});
  } else if (call.request.op == "sync") {
    const Milliseconds limit(call.request.integer("timeout_ms"));
    inputs_.push_back(shell::SyncQuery{
        request, limit > Milliseconds(0) ? std::min(limit, sync_limit_max) : sync_limit_default});
  } else {
    const auto list = shell::staff_list(call.request.get("list"));
    if (!list) {
      call.reply(shell::error_reply(
          {"control", "bad_request", "\"list\" is unacknowledged, refused or held"}));
      return;
    }
    const auto on_paper = call.request.has("print") ? shell::OnPaper::yes : shell::OnPaper::no;
    inputs_.push_back(shell::ListQuery{request, *list, on_paper, call.request.integer("after")});
  }
  asked_[request] = std::move(call);
}

/// An order that somebody brings on paper, as it were: its signature decides.
void RecordsWorker::obey(const shell::ControlCall& call) {
  const auto order =
      parts_.order_key
          ? parts_.order_key->check(call.request.get("order"), config_.rules.kiosk_code)
          : Result<void>(fail("sync", "bad_order",
                              "nobody may give orders: server.orders.key_file "
                              "is not set"));
  if (!order) {
    shell::log_error("withdraw", order.error());
    inputs_.push_back(
        shell::ActsNoted{clock_.now(), {{domain::Act::order_refused, "", order.error().what}}});
    call.reply(shell::error_reply(order.error()));
    return;
  }
  inputs_.push_back(shell::WithdrawalOrdered{});
  call.reply(shell::ok_reply());
}

/// Of a kiosk that is withdrawn, also by an earlier life that could not.
void RecordsWorker::destroy_key() {
  if (auto destroyed = store::destroy_key_file(config_.key_file); !destroyed) {
    shell::log_error("key", destroyed.error());
    return;
  }
  key_is_destroyed_ = true;
  shell::log(Severity::warning, "personal_data_destroyed");
}

void RecordsWorker::hand_out(shell::RecordsOutput output) {
  if (output.clock) {
    clock_.correct(output.clock->offset, output.clock->trust);
    const bool doubted = output.clock->trust != ClockTrust::server;
    shell::log(doubted ? Severity::warning : Severity::info,
               doubted ? "clock_doubted" : "clock_corrected",
               {{"offset_ms", std::to_string(output.clock->offset.count())}});
  }
  for (const Error& error : output.errors) shell::log_error("records", error);
  for (shell::RecordsEvent& event : output.events) {
    log_event(event);
    std::visit(
        [this](auto& one) { ports_.to_loop(decltype(journeys::Event::what)(std::move(one))); },
        event);
  }
  for (sync::HttpRequest& request : output.requests) ports_.to_http(std::move(request));
  for (const domain::PrintJob& job : output.print) print(job);
  for (const shell::Alert& alert : output.alerts) {
    shell::log(Severity::warning, "alert", {{"kind", alert.code}, {"text", alert.text}});
    webhook(alert);
  }
  if (output.facts.revoked && !key_is_destroyed_) destroy_key();
  if (told_ != output.facts) {
    told_ = output.facts;
    shell::RecordsFacts shown = output.facts;
    if (!config_.alerts.strip) shown.notices.clear();
    ports_.to_loop(std::move(shown));
  }
  for (auto& [request, status] : output.statuses) {
    auto call = asked_.extract(request);
    if (call.empty()) continue;
    const shell::ControlRequest& asked = call.mapped().request;
    status.screen = asked.get("screen");
    status.reader = asked.get("reader");
    status.scanner = asked.get("scanner");
    status.key_storage = text_of(config_.key_storage);
    status.key_trouble = shell::theft_warning(config_, machine_tpm());
    call.mapped().reply(shell::status_reply(status));
  }
  for (const shell::ListAnswer& list : output.lists) answer_list(list);
  for (const shell::AuditAnswer& audit : output.audits) {
    answer(audit.request, audit.page ? shell::trail_reply(shell::trail_page(*audit.page))
                                     : shell::error_reply(audit.page.error()));
  }
  for (const auto& [request, report] : output.syncs) answer(request, shell::sync_reply(report));
}

void RecordsWorker::print(const domain::PrintJob& job) {
  auto bytes = parts_.tickets->ticket(job, clock_.now());
  if (!bytes) {
    shell::log_error("ticket", bytes.error());
    inputs_.push_back(shell::JobEnded{job.id, domain::PrintState::failed});
  } else if (!ports_.to_printer({job.id, std::move(*bytes), parts_.tickets->profile()})) {
    inputs_.push_back(shell::JobEnded{job.id, domain::PrintState::failed});
  }
}

void RecordsWorker::answer(RequestId request, const std::string& line) {
  auto call = asked_.extract(request);
  if (!call.empty()) call.mapped().reply(line);
}

void RecordsWorker::answer_list(const shell::ListAnswer& list) {
  auto call = asked_.extract(list.request);
  if (call.empty()) return;
  if (list.on_paper == shell::OnPaper::yes && list.list != shell::StaffList::held) {
    auto bytes = parts_.tickets->list(list.list, list.items, clock_.now());
    if (!bytes) {
      call.mapped().reply(shell::error_reply(bytes.error()));
      return;
    }
    ports_.to_printer({0, std::move(*bytes), parts_.tickets->profile()});
  }
  const bool file = call.mapped().request.has("after");
  call.mapped().reply(
      shell::list_reply(list.items, file ? shell::ListFor::file : shell::ListFor::people));
}

void RecordsWorker::webhook(const shell::Alert& alert) {
  if (config_.alerts.webhook_url.empty()) return;
  sync::HttpRequest request;
  request.id = {webhook_ids + ++last_webhook_};
  request.method = "POST";
  request.url = config_.alerts.webhook_url;
  request.headers = {{"Content-Type", "application/json"}};
  // All three are texts of ours, without characters that JSON would escape.
  request.body = fmt::format(R"({{"kiosk":"{}","kind":"{}","text":"{}"}})",
                             config_.rules.kiosk_code, alert.code, alert.text);
  ports_.to_http(std::move(request));
}

}  // namespace kiosk::app
