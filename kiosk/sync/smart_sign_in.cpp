#include "kiosk/sync/smart_sign_in.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/smart_answers.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

constexpr Milliseconds wait_first{1'000};
constexpr Milliseconds wait_last{5 * 60'000};
constexpr Seconds renewal_lead_max{60};
constexpr Minutes revoked_after{10};
/// An assertion whose time was off by more may have been refused for that.
constexpr Seconds clock_slack{60};

class SmartSignIn : public Authorizer {
 public:
  SmartSignIn(SmartSettings settings, SmartKey key, UniqueId new_id, Jitter jitter)
      : settings_(std::move(settings)),
        key_(std::move(key)),
        new_id_(std::move(new_id)),
        jitter_(std::move(jitter)) {}

  Result<std::optional<std::string>> authorization(Now now) override {
    if (!header_.empty() && now.instant < ends_) return std::optional(header_);
    if (now.instant < not_before_) return pass_on(*last_error_);
    return std::optional<std::string>();
  }

  void rejected(const std::string& authorization) override {
    if (authorization == header_) header_.clear();
  }

  std::optional<HttpRequest> ask(Now now, Instant server_time) override;
  void answered(Now now, const HttpResult& result) override;

  std::optional<std::string> take_trouble() override { return std::exchange(trouble_, {}); }
  bool revoked() const override { return revoked_; }

  void follow_clock(Milliseconds change) override {
    for (auto* at : {&ends_, &renew_, &not_before_, &asked_, &signed_})
      if (*at != Instant{}) *at += change;
    if (first_refused_) *first_refused_ += change;
  }

 private:
  enum class Asking { nothing, configuration, token };

  HttpRequest configuration_request();
  void take_configuration(Now now, const HttpResponse& response);
  void take_token(Now now, const HttpResponse& response);
  void failed(Now now, Error error);
  void count_refusal(Now now, const HttpResponse& response);

  const SmartSettings settings_;
  const SmartKey key_;
  const UniqueId new_id_;
  const Jitter jitter_;
  std::string token_url_;  ///< of this attempt
  bool time_is_known_ = false;
  Asking asking_ = Asking::nothing;
  std::string header_;
  Instant asked_{};   ///< when the running request was made
  Instant signed_{};  ///< by the server's clock as it was known
  Instant ends_{};
  Instant renew_{};
  Instant not_before_{};
  int failures_ = 0;
  std::optional<Error> last_error_;
  std::optional<std::string> trouble_;
  std::string told_;  ///< what staff know
  std::optional<Instant> first_refused_;
  bool revoked_ = false;
};

HttpRequest SmartSignIn::configuration_request() {
  asking_ = Asking::configuration;
  HttpRequest request;
  request.url = join(settings_.base_url, ".well-known/smart-configuration");
  request.headers = {{"Accept", "application/json"}};
  return request;
}

std::optional<HttpRequest> SmartSignIn::ask(Now now, Instant server_time) {
  const bool fresh = !header_.empty() && now.instant < renew_;
  if (asking_ != Asking::nothing || fresh || now.instant < not_before_) return std::nullopt;
  asked_ = now.instant;
  if (now.trust == ClockTrust::server) time_is_known_ = true;
  if (token_url_.empty() && time_is_known_) token_url_ = settings_.token_url;
  HttpRequest request;
  if (token_url_.empty()) {
    request = configuration_request();
  } else {
    const auto assertion = signed_assertion(
        key_, {settings_.key_id, settings_.client_id, token_url_, new_id_(), server_time});
    if (!assertion) {
      failed(now, assertion.error());
      return std::nullopt;
    }
    asking_ = Asking::token;
    signed_ = server_time;
    request.method = "POST";
    request.url = token_url_;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "application/json"}};
    request.body = form_body(
        {{"grant_type", "client_credentials"},
         {"scope", fmt::format("{}", fmt::join(settings_.scopes, " "))},
         {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
         {"client_assertion", *assertion}});
  }
  request.connect_timeout = settings_.connect_timeout;
  request.timeout = settings_.timeout;
  request.answer_bytes_max = smart_answer_bytes_max;
  return request;
}

void SmartSignIn::answered(Now now, const HttpResult& result) {
  const auto asked = std::exchange(asking_, Asking::nothing);
  const auto* response = std::get_if<HttpResponse>(&result.outcome);
  if (response == nullptr) {
    const auto& failure = std::get<HttpFailure>(result.outcome);
    return failed(now, {"sync", "sign_in_unreachable", failure.what, Remedy::wait});
  }
  if (asked == Asking::configuration) take_configuration(now, *response);
  if (asked == Asking::token) take_token(now, *response);
}

/// Whatever it answers, its Date has told the time.
void SmartSignIn::take_configuration(Now now, const HttpResponse& response) {
  time_is_known_ = true;
  if (!settings_.token_url.empty()) {
    token_url_ = settings_.token_url;
    return;
  }
  auto endpoint = read_token_endpoint(response, key_.algorithm());
  if (!endpoint) return failed(now, endpoint.error());
  token_url_ = std::move(*endpoint);
}

void SmartSignIn::take_token(Now now, const HttpResponse& response) {
  auto grant = read_grant(response, settings_.scopes);
  if (!grant) {
    if (grant.error().code == "invalid_client") count_refusal(now, response);
    return failed(now, grant.error());
  }
  const auto missing = missing_scopes(grant->scopes, settings_.scopes);
  if (!missing.empty() && missing.size() == settings_.scopes.size())
    return failed(now, {"sync", "scope", "the server grants none of our scopes", Remedy::staff});
  failures_ = 0;
  first_refused_.reset();
  header_ = "Bearer " + grant->token;
  ends_ = asked_ + grant->lasts;
  renew_ = ends_ - std::min<Milliseconds>(renewal_lead_max, grant->lasts / 4);
  const auto words = missing.empty()
                         ? std::string()
                         : fmt::format("the server does not grant us {}", fmt::join(missing, ", "));
  if (!words.empty() && words != told_) trouble_ = words;
  told_ = words;
}

/// The old token serves on for as long as it lasts.
void SmartSignIn::failed(Now now, Error error) {
  token_url_.clear();
  ++failures_;
  const auto whole = std::min(wait_last, wait_first * (1 << std::min(failures_ - 1, 10)));
  const double share = 0.5 + 0.5 * jitter_();
  not_before_ = now.instant + Milliseconds(std::llround(double(whole.count()) * share));
  const bool unreachable = error.remedy == Remedy::wait;
  error.what = "sign-in: " + error.what;
  if (!unreachable && error.what != told_) trouble_ = told_ = error.what;
  last_error_ = std::move(error);
}

void SmartSignIn::count_refusal(Now now, const HttpResponse& response) {
  const auto date = parse_http_date(header(response.headers, "Date"));
  if (!date || std::chrono::abs(*date - signed_) > clock_slack) return;
  if (!first_refused_) first_refused_ = now.instant;
  revoked_ = revoked_ || now.instant - *first_refused_ >= revoked_after;
}

}  // namespace

std::unique_ptr<Authorizer> smart_sign_in(SmartSettings settings, SmartKey key, UniqueId new_id,
                                          Jitter jitter) {
  return std::make_unique<SmartSignIn>(std::move(settings), std::move(key), std::move(new_id),
                                       std::move(jitter));
}

}  // namespace kiosk::sync
