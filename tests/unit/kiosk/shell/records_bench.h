#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "kiosk/shell/records.h"
#include "kiosk/sync/authorizer.h"
#include "tests/emulators/hospital.h"

namespace records_test {

using namespace kiosk;
using namespace kiosk::shell;
using namespace kiosk::domain;

inline const Instant morning = from_ms(1795398060000);  // 2026-11-23 09:41 in Shanghai
inline const std::string url = "http://127.0.0.1:1/fhir";

/// Records on a real ledger, with the emulated hospital at the other end of every request.
class Bench {
 public:
  explicit Bench(std::string code = "K1", emulators::HospitalOptions options = {},
                 const char* vfs = "") {
    char name[] = "/tmp/kiosk-records-XXXXXX";
    folder_ = mkdtemp(name);
    rules.zone = {{Instant{}, Minutes(480)}};
    rules.languages = {{"zh-Hans", "中文"}};
    rules.kiosk_code = code;
    ledger = *store::Ledger::open({folder_ + "/ledger.db",
                                   *store::Vault::create(Bytes(32, 7), store::system_random()),
                                   code, now(), 1, vfs});
    authorizer_ = *sync::no_sign_in(url);
    options.base_url = url;
    hospital = std::make_unique<emulators::Hospital>(options, morning);
    engine_ = *sync::Engine::create({emulators::hospital_profile(url), rules.zone, code}, *ledger,
                                    *authorizer_, [] { return 0.5; });
    records = std::make_unique<Records>(rules, *ledger, *engine_, [this] {
      std::string hex = std::to_string(++drawn_);
      return std::string(32 - hex.size(), 'a') + hex;
    });
  }
  ~Bench() {
    records.reset();
    ledger.reset();
    std::filesystem::remove_all(folder_);
  }

  Now now() const { return {instant, trust}; }

  /// Steps until the hospital has answered everything that was asked.
  void run(std::vector<RecordsInput> inputs = {}) {
    for (int turn = 0; turn < 200; ++turn) {
      RecordsOutput output = records->step(now(), std::move(inputs));
      inputs.clear();
      for (auto& event : output.events) events.push_back(std::move(event));
      for (auto& job : output.print) printed.push_back(std::move(job));
      for (auto& alert : output.alerts) alerts.push_back(std::move(alert));
      for (auto& list : output.lists) lists.push_back(std::move(list));
      for (auto& audit : output.audits) audits.push_back(std::move(audit));
      for (auto& [request, report] : output.syncs) syncs.push_back(std::move(report));
      facts = output.facts;
      if (silent) return;
      if (!connected) {
        for (const auto& request : output.requests) {
          inputs.push_back(sync::HttpResult{
              request.id, sync::HttpFailure{sync::HttpFailureKind::not_connected, "cut"},
              Milliseconds(1)});
        }
      } else {
        for (const auto& request : output.requests) {
          auto answered = hospital->answer(request, instant);
          answered.elapsed = std::max(answered.elapsed, took);
          inputs.push_back(std::move(answered));
        }
      }
      if (inputs.empty()) return;
    }
    FAIL("the engine never rests");
  }
  void pass(Milliseconds time) {
    instant += time;
    run();
  }

  /// The acts that the trail holds by now.
  std::vector<domain::AuditNote> acts() {
    std::vector<domain::AuditNote> found;
    const auto page = ledger->audit_page(0);
    REQUIRE(page.has_value());
    for (const store::AuditRow& row : page->rows) found.push_back(row.note.value());
    return found;
  }

  template <typename T>
  T last() {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (const T* one = std::get_if<T>(&*event)) return *one;
    }
    FAIL("no such event");
    return {};
  }

  PersonVisits look_up(const std::string& story) {
    const auto& who = hospital->demo_person(story);
    const Identifier number{emulators::hospital_profile(url).systems.citizen_number, who.number};
    run({journeys::LookUp{RequestId{++request_}, PersonCode{number}}});
    auto answer = last<journeys::LookUpAnswered>();
    if (std::holds_alternative<journeys::LookUpFailure>(answer.result)) pass(Seconds(7));
    answer = last<journeys::LookUpAnswered>();
    const auto* found = std::get_if<std::vector<PersonVisits>>(&answer.result);
    REQUIRE(found != nullptr);
    REQUIRE(found->size() == 1);
    return found->front();
  }
  journeys::CommitResult confirm(const PersonVisits& found, std::size_t index = 0) {
    journeys::Commit commit;
    commit.request = {++request_};
    commit.person = found.person;
    commit.visits = {found.visits.at(index)};
    commit.waiting.resize(1);
    commit.language = "zh-Hans";
    commit.online = connected;
    commit.service_day = day_of(rules.zone, instant);
    run({commit});
    return last<journeys::CommitAnswered>().results.front();
  }
  Committed check_in(const std::string& story) {
    const auto result = confirm(look_up(story));
    REQUIRE(std::holds_alternative<Committed>(result));
    return std::get<Committed>(result);
  }

  /// Database and log as they lie on the disk.
  std::string file_bytes() const {
    std::string bytes;
    for (const char* name : {"/ledger.db", "/ledger.db-wal"}) {
      std::ifstream file(folder_ + name, std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }
  /// Every sealed record, read from a copy.
  std::vector<std::string> sealed() const {
    const std::string copy = folder_ + "/copy.db";
    std::vector<std::string> found;
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(folder_ + "/ledger.db" + end, copy + end);
    }
    {
      auto database = store::Database::open({copy, ""}).value();
      for (const char* column : {"record FROM person", "record FROM appointment",
                                 "record FROM check_in", "personal FROM audit"}) {
        const std::string last = column;
        const auto rows = database.select(
            "SELECT " + last + " WHERE " + last.substr(0, last.find(' ')) + " IS NOT NULL",
            [](const store::Row& r) { return std::string(as_text(r.blob(0))); });
        found.insert(found.end(), rows->begin(), rows->end());
      }
    }
    for (const char* end : {"", "-wal"}) std::filesystem::remove(copy + end);
    return found;
  }

  journeys::Rules rules;
  Instant instant = morning;
  ClockTrust trust = ClockTrust::server;
  bool connected = true;
  bool silent = false;   ///< nothing is answered
  Milliseconds took{0};  ///< how long an answer takes at least
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<emulators::Hospital> hospital;
  std::unique_ptr<Records> records;
  std::vector<RecordsEvent> events;
  std::vector<PrintJob> printed;
  std::vector<Alert> alerts;
  std::vector<ListAnswer> lists;
  std::vector<AuditAnswer> audits;
  std::vector<SyncReport> syncs;
  RecordsFacts facts;

 private:
  std::string folder_;
  std::unique_ptr<sync::Authorizer> authorizer_;
  std::unique_ptr<sync::Engine> engine_;
  std::uint64_t request_ = 100;
  int drawn_ = 0;
};

}  // namespace records_test
