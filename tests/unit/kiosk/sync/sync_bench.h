#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/sync/engine.h"
#include "tests/emulators/hospital.h"

namespace kiosk::sync {

/// The ledger's part of the sync as plain maps; records what it was asked and can fail on the n-th
/// call.
class MemoryStore : public store::SyncStore {
 public:
  enum class RowState { pending, acknowledged, refused };
  struct Row {
    domain::ArrivalMessage message;
    RowState state = RowState::pending;
    std::string encounter_id;
    std::string reason;
  };

  std::map<std::int64_t, Row> rows;
  std::map<std::string, domain::Visit> visits;
  std::map<std::string, domain::Person> people;
  std::optional<store::Bookmark> mark;
  bool withdrawn = false;
  std::optional<store::AuditHead> head;  ///< that the server is to be told
  std::vector<std::string> calls;
  int fail_call = 0;  ///< the n-th call from now fails; 0: none

  std::int64_t add(const domain::ArrivalMessage& message);

  Result<std::vector<domain::ArrivalMessage>> due(Instant now, std::size_t limit) override;
  Result<std::optional<Instant>> next_due() override;
  Result<void> sending(std::int64_t id, Instant now) override;
  Result<void> acknowledged(std::int64_t id, const std::string& encounter_id, Instant now) override;
  Result<void> refused(std::int64_t id, const std::string& reason, Instant now) override;
  Result<void> postpone(std::int64_t id, Instant when, bool unknown,
                        const std::string& why) override;
  Result<void> store_page(const store::Page& page, Instant from, Instant until) override;
  Result<void> forget(std::span<const std::string> ids) override;
  Result<std::vector<std::string>> stored_ids(Instant from, Instant until) override;
  Result<std::vector<std::string>> told_ids(Instant since) override;
  bool revoked() const override { return withdrawn; }
  Result<bool> given_elsewhere(const std::string& number, const std::string& nonce) override;
  Result<bool> settle_again(const std::string& visit_key, const std::string& nonce) override;
  Result<std::optional<store::AuditHead>> audit_head() override;
  Result<void> audit_told(std::int64_t seq) override;
  Result<void> set_bookmark(const store::Bookmark& bookmark) override;

 private:
  Result<void> called(const std::string& what);
};

/// One kiosk's engine at a virtual clock, its requests answered by a Hospital unless a test steps
/// in.
class SyncBench {
 public:
  /// Answers in the hospital's place; nothing: the hospital answers.
  using Intercept = std::function<std::optional<HttpResult>(const HttpRequest&)>;

  SyncBench(emulators::Hospital& hospital, SiteProfile profile, std::string kiosk_code = "K1");

  emulators::Hospital& hospital;
  MemoryStore store;
  std::unique_ptr<Authorizer> authorizer;
  std::unique_ptr<Engine> engine;
  Now now;
  Intercept intercept;
  std::vector<HttpRequest> sent;
  std::vector<Answer> answers;
  std::vector<EngineAlert> alerts;
  std::vector<Error> errors;
  Output last;

  /// Steps with these inputs, then until nothing is under way any more. Time stands still.
  void run(std::vector<Input> inputs = {});
  /// Moves the clock on by `length`, stepping whenever the engine wants to be woken.
  void pass(Milliseconds length);
  /// A new engine on the same store, as after a restart.
  void restart(Settings settings);

  LookUpAnswer look_up(const LookUpKey& key);
  FreshAnswer read_fresh(const std::string& appointment_id);
  /// An arrival in the outbox, as the ledger would put it.
  std::int64_t commit(const std::string& appointment_id, const std::string& nonce,
                      const std::string& number);
  const MemoryStore::Row& row(std::int64_t id) const { return store.rows.at(id); }
  /// Requests that write, as "POST /fhir".
  std::vector<std::string> writes() const;

  Settings settings;

 private:
  std::uint64_t next_request_ = 1;
};

inline constexpr const char* base_url = "http://127.0.0.1/fhir";
/// Saturday, 2026-11-21, 09:40 in the hospital's zone.
Instant morning();
/// The emulated hospital's, told of arrivals in that way.
SiteProfile profile_of(ArrivalWay way);
emulators::Hospital small_hospital(emulators::HospitalOptions options = {});
std::string nonce_of(char digit);  ///< 32 of that digit

inline constexpr const char* nothing_found =
    R"({"resourceType":"Bundle","type":"searchset","total":0})";
/// Ids of the Encounters and Tasks that bear the nonce and are not entered-in-error.
std::vector<std::string> standing(const emulators::Hospital& hospital, const std::string& nonce);

HttpResult failure(const HttpRequest& request, HttpFailureKind kind);
HttpResult status(const HttpRequest& request, int code, std::string body = {}, Headers more = {});
bool writes(const HttpRequest& request);

}  // namespace kiosk::sync
