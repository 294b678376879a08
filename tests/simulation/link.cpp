#include "tests/simulation/link.h"

#include <fmt/format.h>

#include <array>

namespace simulation {
namespace {

using kiosk::Milliseconds;
using kiosk::Seconds;
using kiosk::sync::HttpFailure;
using kiosk::sync::HttpFailureKind;
using kiosk::sync::HttpRequest;
using kiosk::sync::HttpResponse;
using kiosk::sync::HttpResult;

/// A server gives a request up after this, less what the profile's limit allows for.
constexpr Seconds server_gives_up{55};

bool writes(const HttpRequest& request) {
  return request.method != "GET" && !request.url.ends_with("/_search");
}

const char* text_of(Link::State state) {
  switch (state) {
    case Link::State::up:
      return "up";
    case Link::State::refusing:
      return "refusing";
    case Link::State::silent:
      return "silent";
  }
  return "";
}

}  // namespace

struct Link::Trip {
  HttpRequest request;
  Answer answer;
  kiosk::Instant started;
  Fate fate = Fate::passes;
  bool ended = false;
};

void Link::set(State state) {
  if (state == state_ || dead_) return;
  state_ = state;
  trace_.line(agenda_.now(), fmt::format("{} network {}", name_, text_of(state)));
}

void Link::cut_for_good() {
  set(State::refusing);
  dead_ = true;
}

void Link::heal() {
  set(State::up);
  healed_ = true;
}

Link::Fate Link::draw_fate(const HttpRequest& request) {
  if (healed_) return Fate::passes;
  if (troubles_.contains(Trouble::lossy_network) && dice_.percent(8)) {
    constexpr std::array fates{Fate::cut_before, Fate::cut_after, Fate::acts_late};
    return fates[dice_.below(fates.size())];
  }
  if (troubles_.contains(Trouble::twice) && dice_.percent(6)) {
    return dice_.percent(60) ? Fate::acted_twice : Fate::answered_twice;
  }
  if (troubles_.contains(Trouble::server_errors) && dice_.percent(5)) {
    return dice_.percent(50) ? Fate::error_instead : Fate::error_after;
  }
  if (troubles_.contains(Trouble::middleboxes) && dice_.percent(6)) {
    return dice_.percent(50) ? Fate::strange_instead : Fate::strange_after;
  }
  const bool one_item = writes(request) || request.url.find("/Appointment/") != std::string::npos;
  const bool refused = troubles_.contains(Trouble::refusals) && one_item && dice_.percent(7);
  return refused ? Fate::refused : Fate::passes;
}

Milliseconds Link::draw_delay() {
  const bool slow = troubles_.contains(Trouble::slow_network) && !healed_ && dice_.percent(20);
  return slow ? dice_.between(Milliseconds(300), Milliseconds(3'000))
              : dice_.between(Milliseconds(2), Milliseconds(60));
}

void Link::send(const HttpRequest& request, Answer answer) {
  ++server_.requests;
  auto trip = std::make_shared<Trip>();
  trip->request = request;
  trip->answer = std::move(answer);
  trip->started = agenda_.now();
  trip->fate = draw_fate(request);
  const Milliseconds there = draw_delay();
  if (state_ == State::refusing) {
    agenda_.after(there, [this, trip] { end(trip, HttpFailureKind::not_connected); });
    return;
  }
  if (state_ == State::silent) {
    const Milliseconds patience = std::min(request.connect_timeout, request.timeout);
    agenda_.after(patience, [this, trip] { end(trip, HttpFailureKind::timed_out_unsent); });
    return;
  }
  agenda_.after(request.timeout, [this, trip] { end(trip, HttpFailureKind::timed_out_sent); });
  if (writes(request)) ++server_.writes_under_way;
  const bool late = trip->fate == Fate::acts_late;
  const Milliseconds when = late ? dice_.between(there, server_gives_up) : there;
  agenda_.after(when, [this, trip] { arrive(trip); });
}

HttpResponse Link::error() {
  constexpr std::array statuses{500, 503, 503, 429};
  const int status = statuses[dice_.below(statuses.size())];
  HttpResponse response{status, {}, "{}"};
  if (status == 503 || status == 429) {
    response.headers.emplace_back("Retry-After", std::to_string(1 + dice_.below(40)));
  }
  return response;
}

/// What is not the server's word, or only the first half of it.
HttpResponse Link::strange(const std::string& from_server) {
  const std::string page = "<html><body>Please sign in</body></html>";
  switch (dice_.below(9)) {
    case 0:
      return {200, {{"Content-Type", "text/html"}}, page};
    case 1:
      return {404, {{"Content-Type", "text/html"}}, page};
    case 7:
      return {404, {{"Content-Type", "text/plain"}}, "404 page not found"};
    case 8:
      return {302, {{"Location", "https://portal.example/"}}, ""};
    case 2:
      return {408, {}, ""};
    case 3:
      return {425, {}, ""};
    case 4:
      return {200, {}, ""};
    case 5:
      return {200, {}, R"({"resourceType":"OperationOutcome","issue":[]})"};
    default:
      return {200, {}, from_server.substr(0, from_server.size() / 2)};
  }
}

HttpResponse Link::refusal(const HttpRequest& request) {
  constexpr std::array of_writes{400, 403, 404, 409, 410, 412, 422, 423, 428};
  constexpr std::array of_reads{403, 404, 410};
  const int status = writes(request) ? of_writes[dice_.below(of_writes.size())]
                                     : of_reads[dice_.below(of_reads.size())];
  trace_.line(agenda_.now(),
              fmt::format("{} refused {} {} {}", name_, request.method, request.url, status));
  return {status,
          {},
          fmt::format(R"({{"resourceType":"OperationOutcome","issue":[{{"severity":"error",)"
                      R"("code":"processing","diagnostics":"{}"}}]}})",
                      refused_by_chance)};
}

/// What the authorization server says, or the hospital's to who has not signed in.
std::optional<HttpResponse> Link::unless_signed(const HttpRequest& request) {
  if (sign_in_ == nullptr) return std::nullopt;
  auto response = sign_in_->answer(request, agenda_.now());
  if (!response) return std::nullopt;
  HttpRequest metadata;
  metadata.url = request.url.substr(0, request.url.find('/', 8)) + "/fhir/metadata";
  const auto dated = server_.hospital.answer(metadata, server_time());
  const auto& headers = std::get<HttpResponse>(dated.outcome).headers;
  response->headers.emplace_back("Date", kiosk::sync::header(headers, "Date"));
  return response;
}

/// As Apache's mod_deflate does to what it compresses.
void Link::change_etag(HttpResponse& response) const {
  if (!troubles_.contains(Trouble::middleboxes) || healed_) return;
  for (auto& [name, value] : response.headers) {
    if (name == "ETag" && value.ends_with('"')) value.insert(value.size() - 1, "-gzip");
  }
}

HttpResult Link::act(const HttpRequest& request) {
  if (auto response = unless_signed(request)) return {request.id, std::move(*response), {}};
  const bool race = troubles_.contains(Trouble::races) && !healed_ && writes(request) &&
                    dice_.percent(server_.writes_under_way > 0 ? 50 : 10);
  if (race) server_.hospital.lose_conditions(1);
  const bool met = troubles_.contains(Trouble::edits) && !healed_ && writes(request);
  if (met && dice_.percent(15)) server_.meets(request);
  HttpResult result = server_.hospital.answer(request, server_time());
  if (request.method == "POST" && request.url.ends_with("/Encounter")) server_.created = request;
  if (race) server_.hospital.lose_conditions(0);
  const int status = std::get<HttpResponse>(result.outcome).status;
  if (writes(request)) {
    trace_.line(agenda_.now(), fmt::format("{} -> server {} {} {}{}", name_, request.method,
                                           request.url, status, race ? " (race)" : ""));
    server_.written();
  }
  return result;
}

void Link::arrive(const std::shared_ptr<Trip>& trip) {
  if (writes(trip->request)) --server_.writes_under_way;
  const bool cut_off = state_ != State::up && trip->fate != Fate::acts_late;
  if (cut_off || trip->fate == Fate::cut_before) return end(trip, HttpFailureKind::lost);
  if (trip->fate == Fate::error_instead) return end(trip, {trip->request.id, error(), {}});
  if (trip->fate == Fate::strange_instead) return end(trip, {trip->request.id, strange("{}"), {}});
  if (trip->fate == Fate::refused) {
    return end(trip, {trip->request.id, refusal(trip->request), {}});
  }
  if (server_.denies) return end(trip, {trip->request.id, HttpResponse{401, {}, "proxy"}, {}});
  HttpResult result = act(trip->request);
  if (trip->fate == Fate::acted_twice && dice_.percent(50)) {
    agenda_.after(dice_.between({}, Seconds(20)), [this, trip] { (void)act(trip->request); });
  } else if (trip->fate == Fate::acted_twice) {
    result = act(trip->request);
  }
  if (trip->fate == Fate::cut_after) return end(trip, HttpFailureKind::lost);
  if (trip->fate == Fate::error_after) result.outcome = HttpResponse{502, {}, ""};
  if (trip->fate == Fate::strange_after) {
    result.outcome = strange(std::get<HttpResponse>(result.outcome).body);
  }
  change_etag(std::get<HttpResponse>(result.outcome));
  agenda_.after(draw_delay(), [this, trip, result] {
    const Answer again = trip->ended ? nullptr : trip->answer;
    if (state_ != State::up) return end(trip, HttpFailureKind::lost);
    end(trip, result);
    if (trip->fate == Fate::answered_twice && again) again(result);
  });
}

void Link::end(const std::shared_ptr<Trip>& trip, HttpFailureKind kind) {
  if (writes(trip->request) && !trip->ended) {
    trace_.line(agenda_.now(), fmt::format("{} no answer to {} {} ({})", name_,
                                           trip->request.method, trip->request.url, int(kind)));
  }
  end(trip, {trip->request.id, HttpFailure{kind, "simulated"}, {}});
}

void Link::end(const std::shared_ptr<Trip>& trip, HttpResult result) {
  if (trip->ended) return;
  trip->ended = true;
  result.elapsed = std::max(Milliseconds(1), agenda_.now() - trip->started);
  trip->answer(std::move(result));
}

}  // namespace simulation
