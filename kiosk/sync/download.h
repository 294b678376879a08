#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kiosk/sync/context.h"
#include "kiosk/sync/resolver.h"

namespace kiosk::sync {

/// Keeps the store's rows of today and tomorrow like the server's: once a day (and at start) all
/// rows of both days, which also finds what is gone; else what changed since the last complete run,
/// by the server's clock and with an overlap, because servers stamp before they commit. Once an
/// hour today's own arrivals are asked for too: a server that was put back to an earlier state does
/// not show what it forgot as changed.
class Download {
 public:
  Download(Context& context, Resolver& resolver) : context_(context), resolver_(resolver) {}

  /// Starts a run when one is due; uploads put it off for a while, so that the answer already holds
  /// our own writes.
  void step(Now now, Uploads uploads);
  std::optional<Instant> wake() const;
  /// The clock was put right by so much.
  void follow_clock(Milliseconds change);
  /// The clock was set back: what was planned by it is planned anew.
  void clock_set_back() { next_.reset(); }
  /// The next run is due now; one that is under way goes on.
  void start_now(Now now) { next_ = now.instant; }

  std::optional<Instant> last_complete_run() const { return last_complete_; }
  int runs_whole() const { return runs_whole_; }
  int runs_failed() const { return runs_failed_; }
  /// Why the last run failed; empty when it did not.
  const std::string& trouble() const { return trouble_; }
  bool day_is_complete(Now now) const;

 private:
  enum class Kind { whole_days, changes };
  struct Run {
    Kind kind = Kind::whole_days;
    domain::Date date;                            ///< today, when it began
    std::optional<Instant> server_time;           ///< of page 1; becomes the bookmark
    std::set<std::string> seen;                   ///< ids of appointments
    std::set<std::string> people;                 ///< ids
    std::map<std::string, std::string> arrivals;  ///< as `arrivals_`
    std::set<std::string> links;                  ///< page links that were followed
    int pages = 0;
    int idle_pages = 0;    ///< the last ones, without a row that is new to the run
    std::size_t rows = 0;  ///< known when the last page link came
    bool endless = false;  ///< the server gives appointments without end: not all were read
    int restarts = 0;
    int pages_stored = 0;  ///< that held anything new
    bool arrivals_asked = false;
    bool own_asked = false;
  };

  void begin(Now now, Kind kind);
  void ask_first(Now now);
  void ask_page(Now now, HttpRequest request);
  void on_page(Now now, const Reply& reply);
  void on_lost_page(Now now, const Reply& reply);
  void store(Now now, const Reading& reading);
  void tell_elsewhere(const Reading& reading);
  store::Page news_of(const Reading& reading);
  Result<void> mark(Instant server_time);
  void go_on(Now now, const std::string& next);
  bool goes_on(const std::string& url, const char* list);
  void look_for_gone(Now now);
  void look_for_forgotten(Now now);
  void ask_arrivals_if_due(Now now);
  void ask_arrivals(Now now, HttpRequest request);
  void on_arrivals(Now now, const Reply& reply);
  void after_arrivals(Now now);
  void check_gone(Now now, std::vector<std::string> ids);
  void on_gone(Now now, const std::vector<std::string>& asked, const Reply& reply);
  void complete(Now now);
  void tell_unreadable(const Error& error);
  void fail_run(Now now, const Error& error);

  Context& context_;
  Resolver& resolver_;
  std::optional<Run> run_;
  std::vector<std::string> unseen_;           ///< to be asked for by id: gone, moved or forgotten?
  std::map<std::string, std::string> known_;  ///< id -> signature, of the last run
  std::map<std::string, std::string> known_people_;  ///< id -> version
  bool told_elsewhere_ = false;                      ///< since the start
  std::map<std::string, std::string> arrivals_;  ///< Encounter or Task -> version, of the last run
  std::optional<domain::Date> whole_for_;        ///< the last day that was read whole
  std::optional<Instant> bookmark_;     ///< the server's time at the last complete run's page 1
  std::optional<Instant> marked_;       ///< the bookmark that is stored
  std::optional<Instant> arrivals_at_;  ///< the bookmark when changed arrivals were last asked for
  std::optional<Instant> last_complete_;
  std::optional<Instant> own_due_;  ///< when own arrivals are asked for again
  int runs_whole_ = 0;
  int runs_failed_ = 0;
  std::optional<Instant> next_;
  std::optional<Instant> due_since_;  ///< waits for uploads since
  int failures_ = 0;
  std::string trouble_;
  bool told_unreadable_ = false;
};

}  // namespace kiosk::sync
