#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kiosk/sync/http.h"
#include "tests/emulators/hospital.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/sign_in.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/troubles.h"

namespace simulation {

/// The hospital's server at the end of all networks, and who looks at what it was made to write.
struct Server {
  emulators::Hospital& hospital;
  std::function<void()> written;  ///< after each request that may have changed something
  std::function<void(const kiosk::sync::HttpRequest&)> meets;  ///< before one of these
  std::size_t requests = 0;                                    ///< sent by all kiosks
  int writes_under_way = 0;                                    ///< the same
  bool denies = false;  ///< a proxy before the server answers 401 to all
  std::optional<kiosk::sync::HttpRequest> created;  ///< the last Encounter
  kiosk::Milliseconds clock_off{0};                 ///< of what it stamps and dates
};

/// Stands in every refusal that is nobody's fault but chance's, and so in the reason on the list.
inline constexpr const char* refused_by_chance = "refused by chance";

/// The network between one kiosk and the hospital.
class Link {
 public:
  enum class State { up, refusing, silent };
  using Answer = std::function<void(kiosk::sync::HttpResult)>;

  Link(std::string name, Agenda& agenda, Server& server, Trace& trace, Dice dice,
       const Troubles& troubles)
      : name_(std::move(name)),
        agenda_(agenda),
        server_(server),
        trace_(trace),
        dice_(dice),
        troubles_(troubles) {}

  /// From now on the server wants to know who asks.
  void set_sign_in(SignIn* sign_in) { sign_in_ = sign_in; }
  void set(State state);
  /// Nothing goes wrong any more, not even with what is under way.
  void heal();
  /// Away for ever, whatever is said later.
  void cut_for_good();
  /// `answer` is called once, later; the server may act or not, whatever it says.
  void send(const kiosk::sync::HttpRequest& request, Answer answer);

 private:
  enum class Fate {
    passes,
    acted_twice,
    answered_twice,
    cut_before,
    cut_after,
    acts_late,
    error_instead,
    error_after,
    strange_instead,
    strange_after,
    refused
  };
  struct Trip;

  Fate draw_fate(const kiosk::sync::HttpRequest& request);
  kiosk::Milliseconds draw_delay();
  kiosk::Instant server_time() const { return agenda_.now() + server_.clock_off; }
  void arrive(const std::shared_ptr<Trip>& trip);
  void end(const std::shared_ptr<Trip>& trip, kiosk::sync::HttpResult result);
  void end(const std::shared_ptr<Trip>& trip, kiosk::sync::HttpFailureKind kind);
  kiosk::sync::HttpResponse error();
  kiosk::sync::HttpResponse strange(const std::string& from_server);
  kiosk::sync::HttpResponse refusal(const kiosk::sync::HttpRequest& request);
  std::optional<kiosk::sync::HttpResponse> unless_signed(const kiosk::sync::HttpRequest& request);
  void change_etag(kiosk::sync::HttpResponse& response) const;
  kiosk::sync::HttpResult act(const kiosk::sync::HttpRequest& request);

  const std::string name_;
  Agenda& agenda_;
  Server& server_;
  Trace& trace_;
  Dice dice_;
  const Troubles& troubles_;
  SignIn* sign_in_ = nullptr;
  State state_ = State::up;
  bool healed_ = false;
  bool dead_ = false;
};

}  // namespace simulation
