#include "kiosk/sync/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/json_text.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t background_parallel_max = 4;
constexpr std::size_t flights_max = 256;
constexpr Milliseconds grace{2'000};  ///< for the adapter to report a time-out itself
constexpr Milliseconds locked_for{30'000};
constexpr Milliseconds backoff_first{1'000};
constexpr Milliseconds backoff_last{30'000};
constexpr Milliseconds retry_after_min{1'000};
constexpr Milliseconds retry_after_max{15 * 60'000};
constexpr Milliseconds retry_after_unsaid{5'000};

const std::string no_text;

const char* word(HttpFailureKind kind) {
  switch (kind) {
    case HttpFailureKind::not_connected:
      return "not connected";
    case HttpFailureKind::timed_out_unsent:
      return "timed out before sending";
    case HttpFailureKind::timed_out_sent:
      return "timed out";
    case HttpFailureKind::lost:
      return "connection lost";
    case HttpFailureKind::too_large:
      return "answer too long";
    case HttpFailureKind::not_fhir:
      return "no FHIR answer";
  }
  return "failed";
}

/// FHIR is asked for as JSON, so that what begins like HTML comes from something else on the way: a
/// proxy whose server is away, a portal, a server that is starting. What such a page says of the
/// sign-in, of another place, of waiting or of a conflict is heeded all the same, and FHIR in XML
/// is the server's.
bool is_foreign_page(const HttpResponse& response) {
  const auto at = response.body.find_first_not_of(" \t\r\n");
  if (at == std::string::npos || response.body[at] != '<') return false;
  if (response.body.find("http://hl7.org/fhir") != std::string::npos) return false;
  constexpr std::array heeded = {401, 403, 407, 409, 412, 423, 428, 429};
  const int status = response.status;
  const bool succeeds = status >= 200 && status < 300;
  const bool says_no = status >= 400 && status < 500;
  return succeeds || (says_no && std::find(heeded.begin(), heeded.end(), status) == heeded.end());
}

/// What a gateway says that does not know where its server is, in its own words or none.
bool is_no_route(const HttpResponse& response) {
  constexpr std::array statuses = {404, 405, 410, 421};
  return std::find(statuses.begin(), statuses.end(), response.status) != statuses.end() &&
         !speaks_fhir(response.body);
}

Milliseconds retry_after(const HttpResponse& response, Instant server_time) {
  const auto text = header(response.headers, "Retry-After");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  Milliseconds wait = retry_after_unsaid;
  if (!text.empty() && error == std::errc() && end == text.data() + text.size())
    wait = Milliseconds(std::clamp<std::int64_t>(seconds, 0, 86'400) * 1'000);
  else if (const auto date = parse_http_date(text))
    wait = *date - server_time;
  return std::clamp(wait, retry_after_min, retry_after_max);
}

}  // namespace

bool speaks_fhir(const std::string& body) {
  return body.find("\"resourceType\"") != std::string::npos;
}

Milliseconds backoff(int failures, const Random& random) {
  const auto whole = std::min(backoff_last, backoff_first * (1 << std::clamp(failures - 1, 0, 10)));
  const auto ms = static_cast<double>(whole.count());
  return Milliseconds(std::llround(ms * (0.5 + 0.5 * random())));
}

int Reply::status() const {
  const auto* response = std::get_if<HttpResponse>(&outcome);
  return response == nullptr ? 0 : response->status;
}

const std::string& Reply::body() const {
  const auto* response = std::get_if<HttpResponse>(&outcome);
  return response == nullptr ? no_text : response->body;
}

std::string_view Reply::header(std::string_view name) const {
  const auto* response = std::get_if<HttpResponse>(&outcome);
  return response == nullptr ? std::string_view() : sync::header(response->headers, name);
}

bool Reply::unsent() const {
  const auto* failure = std::get_if<HttpFailure>(&outcome);
  return failure != nullptr && surely_unsent(failure->kind);
}

std::string Reply::what() const {
  const auto* failure = std::get_if<HttpFailure>(&outcome);
  if (failure != nullptr) return std::string(word(failure->kind)) + ": " + failure->what;
  return fmt::format("HTTP {}", status());
}

void Exchange::send(Now now, HttpRequest request, Urgency urgency, Handler handler, Pages pages) {
  if (flights_.size() >= flights_max) {
    Reply full{HttpFailure{HttpFailureKind::not_connected, "too many requests under way"}, {}, {}};
    handler(now, full);
    return;
  }
  Flight flight;
  flight.request = std::move(request);
  flight.urgency = urgency;
  flight.handler = std::move(handler);
  flight.answer = PagedAnswer(pages);
  add(std::move(flight));
}

void Exchange::add(Flight flight) {
  const auto id = next_id_++;
  flight.request.id = RequestId{id};
  flights_.emplace(id, std::move(flight));
}

void Exchange::send_unsigned(HttpRequest request, Handler handler) {
  Flight flight;
  flight.request = std::move(request);
  flight.handler = std::move(handler);
  flight.kind = Kind::unsigned_one;
  add(std::move(flight));
}

std::size_t Exchange::background_running() const {
  return static_cast<std::size_t>(
      std::count_if(flights_.begin(), flights_.end(), [](const auto& one) {
        return one.second.started && one.second.urgency == Urgency::background;
      }));
}

/// Asks what the authorizer must know before anything that waits can be signed.
void Exchange::sign_in(Now now) {
  const bool held = now.instant < hold_until();
  const bool wanted = std::any_of(flights_.begin(), flights_.end(), [&](const auto& one) {
    return !one.second.started && one.second.kind == Kind::ours &&
           (!held || one.second.urgency == Urgency::interactive);
  });
  if (!wanted || is_locked(now)) return;
  auto request = authorizer_.ask(now, server_time(now));
  if (!request) return;
  Flight flight;
  flight.request = std::move(*request);
  flight.urgency = Urgency::interactive;
  flight.kind = Kind::sign_in;
  add(std::move(flight));
}

std::vector<HttpRequest> Exchange::take(Now now) {
  sign_in(now);
  std::vector<HttpRequest> ready;
  auto running = background_running();
  std::vector<HttpResult> unsigned_ones;
  const auto refuse = [&](const Flight& flight, std::string why) {
    unsigned_ones.push_back({flight.request.id,
                             HttpFailure{HttpFailureKind::not_connected, std::move(why)},
                             Milliseconds(0)});
  };
  for (auto& [id, flight] : flights_) {
    if (flight.started) continue;
    const bool background = flight.urgency == Urgency::background;
    if (flight.urgency != Urgency::interactive && now.instant < hold_until()) continue;
    if (background && running >= background_parallel_max) continue;
    HttpRequest request = flight.request;
    if (flight.kind == Kind::ours) {
      if (is_locked(now)) {
        refuse(flight, "the server does not accept our sign-in");
        continue;
      }
      const auto authorization = authorizer_.authorization(now);
      if (!authorization) refuse(flight, authorization.error().what);
      if (!authorization || !*authorization) continue;
      flight.authorization = **authorization;
      if (!flight.authorization.empty())
        request.headers.emplace_back("Authorization", flight.authorization);
    }
    if (background) ++running;
    flight.started = true;
    flight.deadline = now.instant + flight.request.timeout + grace;
    ready.push_back(std::move(request));
  }
  for (auto& one : unsigned_ones) on_result(now, std::move(one));
  return ready;
}

void Exchange::follow_clock(Milliseconds change) {
  for (auto& [id, flight] : flights_) flight.deadline += change;
  if (hold_until_ != Instant{}) hold_until_ += change;
  if (locked_until_ != Instant{}) locked_until_ += change;
  if (last_answer_) *last_answer_ += change;
  authorizer_.follow_clock(change);
}

bool Exchange::renew_sign_in(Now now, const HttpResponse& response, Flight& flight) {
  if (response.status != 401) return false;
  if (flight.signed_anew) {
    locked_until_ = now.instant + locked_for;
    health_.failed(HttpFailureKind::not_connected, {});  // as good as not there
    return false;
  }
  authorizer_.rejected(flight.authorization);
  flight.signed_anew = true;
  flight.started = false;
  add(std::move(flight));
  return true;
}

/// Asks for the page after this one where who searched wants it, too; false when the reply is all.
/// Without a page that belongs to it an answer is none.
bool Exchange::turn_page(Reply& reply, Flight& flight) {
  auto* response = std::get_if<HttpResponse>(&reply.outcome);
  const bool searches = flight.answer.has_begun() || flight.request.url.ends_with("/_search");
  if (response == nullptr || !searches) return false;
  const auto lacks = [&](const std::string& why) {
    reply.outcome = HttpFailure{HttpFailureKind::lost, "a further page: " + why};
    return false;
  };
  if (response->status != 200) return flight.answer.has_begun() && lacks(reply.what());
  const auto next = flight.answer.add(response->body);
  if (!next) return lacks(next.error().what);
  if (!*next) return false;
  const auto url = resolve_link(profile_.base_url, **next);
  if (!url) return flight.answer.wanted() == Pages::all && lacks(url.error().what);
  auto request = page_request(profile_, *url);
  request.timeout = flight.request.timeout;
  request.connect_timeout = flight.request.connect_timeout;
  flight.request = std::move(request);
  flight.signed_anew = false;
  flight.started = false;
  add(std::move(flight));
  return true;
}

/// A sign-in that fails makes the server unusable; one that succeeds says nothing of it yet.
void Exchange::on_sign_in(Now now, const HttpResult& result) {
  if (const auto* failure = std::get_if<HttpFailure>(&result.outcome)) {
    health_.failed(failure->kind, result.elapsed);
  } else {
    const auto& response = std::get<HttpResponse>(result.outcome);
    if (const auto date = parse_http_date(header(response.headers, "Date")))
      clock_.sample(*date, now.instant, result.elapsed);
  }
  authorizer_.answered(now, result);
  if (auto words = authorizer_.take_trouble()) denied_ = std::move(*words);
}

void Exchange::note_denied(int status) {
  if (status >= 200 && status < 300) denied_told_ = false;
  if ((status != 401 && status != 403) || denied_told_) return;
  denied_told_ = true;
  denied_ = status == 401 ? "the server does not accept our sign-in (HTTP 401)"
                          : "the server forbids what we ask (HTTP 403): check its configuration";
}

void Exchange::note(Now now, const HttpResult& result, Reply& reply) {
  if (const auto* failure = std::get_if<HttpFailure>(&result.outcome)) {
    health_.failed(failure->kind, result.elapsed);
    reply.server_time = server_time(now);
    return;
  }
  const auto& response = std::get<HttpResponse>(result.outcome);
  const bool ok = response.status >= 200 && response.status < 300;
  if (ok) locked_until_ = {};  // only who is signed in gets one
  if (!is_locked(now)) {
    if (is_no_route(response))
      health_.failed(HttpFailureKind::not_fhir, result.elapsed);
    else
      health_.answered(response.status, result.elapsed);
  }
  if (const auto date = parse_http_date(header(response.headers, "Date")))
    clock_.sample(*date, now.instant, result.elapsed);
  reply.server_time = server_time(now);
  last_answer_ = now.instant;
  note_denied(response.status);
  if (response.status == 429 || response.status == 503) {
    reply.retry_after = retry_after(response, reply.server_time);
    hold_until_ = std::max(hold_until_, now.instant + *reply.retry_after);
  }
}

void Exchange::on_result(Now now, HttpResult result) {
  const auto found = flights_.find(result.id.value);
  if (found == flights_.end()) return;
  Flight flight = std::move(found->second);
  flights_.erase(found);
  if (flight.kind == Kind::sign_in) return on_sign_in(now, result);
  if (flight.kind == Kind::unsigned_one)
    return flight.handler(now, {std::move(result.outcome), server_time(now), std::nullopt});
  const bool courtesy = flight.urgency == Urgency::courtesy;
  if (const auto* response = std::get_if<HttpResponse>(&result.outcome))
    if (!courtesy && renew_sign_in(now, *response, flight)) return;
  if (const auto* response = std::get_if<HttpResponse>(&result.outcome);
      response != nullptr && is_foreign_page(*response))
    result.outcome = HttpFailure{HttpFailureKind::not_fhir,
                                 fmt::format("HTTP {} with a web page", response->status)};
  if (auto* response = std::get_if<HttpResponse>(&result.outcome);
      response != nullptr && speaks_fhir(response->body) &&
      mend(response->body) == JsonText::mended) {
    ++mended_;
    flight.mended = true;
  }
  Reply reply;
  reply.server_time = server_time(now);
  reply.names = &names_;
  reply.mended = flight.mended;
  if (!courtesy) note(now, result, reply);
  reply.outcome = std::move(result.outcome);
  const bool turned = turn_page(reply, flight);
  if (!courtesy) trouble_ = reply.ok() ? "" : reply.what();
  if (!turned) flight.handler(now, reply);
}

void Exchange::expire(Now now) {
  std::vector<HttpResult> late;
  for (const auto& [id, flight] : flights_)
    if (flight.started && flight.deadline <= now.instant)
      late.push_back({flight.request.id,
                      HttpFailure{HttpFailureKind::timed_out_sent, "no result came"},
                      flight.request.timeout});
  for (auto& one : late) on_result(now, std::move(one));
}

std::optional<Instant> Exchange::wake() const {
  std::optional<Instant> first;
  const bool full = background_running() >= background_parallel_max;
  const bool signing_in = std::any_of(flights_.begin(), flights_.end(), [](const auto& one) {
    return one.second.kind == Kind::sign_in;
  });
  for (const auto& [id, flight] : flights_) {
    if (!flight.started && (full || signing_in)) continue;  // the end of another one wakes us
    const Instant at = flight.started ? flight.deadline : hold_until();
    if (!first || at < *first) first = at;
  }
  return first;
}

int Exchange::take_mended() {
  return std::exchange(mended_, 0);
}

std::optional<std::string> Exchange::take_denied() {
  auto words = std::move(denied_);
  denied_.reset();
  return words;
}

}  // namespace kiosk::sync
