#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/sync/authorizer.h"
#include "kiosk/sync/fhir_reference.h"
#include "kiosk/sync/http.h"
#include "kiosk/sync/paged_answer.h"
#include "kiosk/sync/server_state.h"
#include "kiosk/sync/site_profile.h"

namespace kiosk::sync {

/// A number in [0, 1), for jitter.
using Random = std::function<double()>;

/// Doubling from 1 s to 30 s, of which the second half is random.
Milliseconds backoff(int failures, const Random& random);

/// How one exchange ended, for whoever asked for it.
struct Reply {
  std::variant<HttpResponse, HttpFailure> outcome;
  Instant server_time;                      ///< when it came, by the server's clock
  std::optional<Milliseconds> retry_after;  ///< of 429 and 503, within sane limits
  bool mended = false;           ///< its text was no Unicode: there are marks where it was not
  ServerNames* names = nullptr;  ///< what the server is called, of who asked; learns; may be none

  /// 0 when there was no answer.
  int status() const;
  bool ok() const { return status() >= 200 && status() < 300; }
  const std::string& body() const;  ///< empty when there was no answer
  std::string_view header(std::string_view name) const;
  bool unsent() const;       ///< nothing of the request can have reached the server
  std::string what() const;  ///< "HTTP 404", "lost: ..."; nothing of a patient
};

/// The answer bears a FHIR resource: the server itself speaks, not a gateway before it.
bool speaks_fhir(const std::string& body);

/// A `courtesy` waits like the background, takes no place of it, and however it ends, nothing is
/// concluded from that about the server or the sign-in.
enum class Urgency { interactive, background, courtesy };

/// Requests on their way (which outlive neither the profile nor the authorizer): signs them, keeps
/// background ones bounded and back while the server asks for it, and hands every end to who asked.
/// A refused sign-in is renewed once; if the server refuses that one too, nothing is sent for a
/// while. None waits for a sign-in that fails. No I/O: what `take` gives must be sent by the
/// caller, and each of it answered to `on_result`.
class Exchange {
 public:
  using Handler = std::function<void(Now, const Reply&)>;
  using RowId = std::uint64_t;

  Exchange(const SiteProfile& profile, Authorizer& authorizer)
      : profile_(profile),
        authorizer_(authorizer),
        names_(profile.base_url, profile.names),
        health_(profile.slow_after) {}

  void send(Now now, HttpRequest request, Urgency urgency, Handler handler,
            Pages pages = Pages::first);
  /// In the background, and without our sign-in; says nothing of the server's health.
  void send_unsigned(HttpRequest request, Handler handler);
  void on_result(Now now, HttpResult result);
  /// Ends what got no result long after its time was up, as if it were lost.
  void expire(Now now);
  /// The requests to send now, each once.
  std::vector<HttpRequest> take(Now now);
  /// The clock was put right by so much: what is left of each limit stays.
  void follow_clock(Milliseconds change);
  std::optional<Instant> wake() const;

  ServerState state() const { return health_.state(); }
  Instant server_time(Now now) const { return clock_.server_time(now); }
  std::optional<ClockCorrection> take_correction(Now now) { return clock_.take_correction(now); }
  std::optional<Instant> last_answer() const { return last_answer_; }
  bool has_answered() const { return last_answer_.has_value(); }
  /// Why the last exchange failed; empty when it did not.
  const std::string& trouble() const { return trouble_; }
  /// Words of a sign-in that fails and of a 401 or 403 that stays, once until the next success.
  std::optional<std::string> take_denied();
  /// How many answers since the last call held text that is no Unicode and was mended.
  int take_mended();
  bool revoked() const { return authorizer_.revoked(); }
  /// No request of the background, nor a sign-in for it, for so long.
  void hold(Now now, Milliseconds pause) { hold_until_ = now.instant + pause; }
  /// No request of the background before this.
  Instant hold_until() const { return std::max(hold_until_, locked_until_); }

 private:
  /// `unsigned_one`: goes without our sign-in; `sign_in`: asks for it.
  enum class Kind { ours, unsigned_one, sign_in };
  struct Flight {
    HttpRequest request;
    Urgency urgency = Urgency::background;
    Handler handler;
    Instant deadline;
    bool started = false;
    bool signed_anew = false;
    PagedAnswer answer{Pages::first};
    bool mended = false;
    Kind kind = Kind::ours;
    std::string authorization = {};
  };

  void add(Flight flight);
  void sign_in(Now now);
  void on_sign_in(Now now, const HttpResult& result);
  bool turn_page(Reply& reply, Flight& flight);
  bool renew_sign_in(Now now, const HttpResponse& response, Flight& flight);
  bool is_locked(Now now) const { return now.instant < locked_until_; }
  void note(Now now, const HttpResult& result, Reply& reply);
  void note_denied(int status);
  std::size_t background_running() const;

  const SiteProfile& profile_;
  Authorizer& authorizer_;
  ServerNames names_;
  Health health_;
  ServerClock clock_;
  std::uint64_t next_id_ = 1;
  std::map<RowId, Flight> flights_;
  std::optional<Instant> last_answer_;
  Instant hold_until_{};
  Instant locked_until_{};  ///< the server does not accept our sign-in
  std::optional<std::string> denied_;
  bool denied_told_ = false;
  int mended_ = 0;
  std::string trouble_;
};

}  // namespace kiosk::sync
