#include "kiosk/sync/download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kiosk/sync/look_up.h"
#include "kiosk/sync/url.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr int pages_max = 500;
/// So many pages without a row that the run had not seen show that the server never ends; one that
/// counts included resources as rows may give some such pages.
constexpr int idle_pages_max = 20;
constexpr int restarts_max = 3;
constexpr std::size_t gone_ids_max = 50;
constexpr std::size_t known_max = 50'000;
constexpr Milliseconds uploads_first{60'000};  ///< how long a run waits for uploads at most
/// An arrival rarely changes without its Appointment; when nothing else does, it is asked for so
/// often only.
constexpr Minutes arrivals_every{5};
constexpr Minutes own_every{60};
constexpr int unreadable_told_after = 2;  ///< failed runs in a row
/// A run that brings nothing writes nothing, but the bookmark is never older than this: after a
/// restart it tells how old the data are.
constexpr Minutes bookmark_every{60};

/// What must differ before a row is written again.
std::string signature(const AppointmentRow& row, const domain::Visit& visit) {
  if (row.meta.version.empty()) return {};
  std::string text = row.meta.version + '|' + std::to_string(visit.round);
  if (visit.arrival)
    text += '|' + visit.arrival->encounter_id + '|' + visit.arrival->nonce + '|' +
            visit.arrival->number;
  return text;
}

}  // namespace

void Download::step(Now now, Uploads uploads) {
  if (run_ || context_.store.revoked()) return;
  const auto today = context_.today(now).date;
  const bool new_day = whole_for_ != today;
  if (next_ && now.instant < *next_ && !(new_day && failures_ == 0)) return;
  if (!due_since_) due_since_ = now.instant;
  if (uploads == Uploads::waiting && now.instant < *due_since_ + uploads_first) return;
  due_since_.reset();
  begin(now, new_day ? Kind::whole_days : Kind::changes);
}

void Download::begin(Now now, Kind kind) {
  run_ = Run();
  run_->kind = kind;
  run_->date = context_.today(now).date;
  ask_first(now);
}

void Download::ask_first(Now now) {
  const auto& profile = context_.profile();
  if (run_->kind == Kind::changes)
    return ask_page(
        now, changes_search(profile, *bookmark_ - profile.poll_overlap, context_.includes()));
  ask_page(now, day_search(profile, context_.settings.zone, context_.today(now).start,
                           context_.tomorrow(now).end, context_.includes()));
}

void Download::ask_page(Now now, HttpRequest request) {
  context_.exchange.send(now, std::move(request), Urgency::background,
                         [this](Now at, const Reply& reply) { on_page(at, reply); });
}

void Download::on_lost_page(Now now, const Reply& reply) {
  const bool refused = refuses_search(reply);
  const bool expired = refused || reply.status() == 404 || reply.status() == 410;
  const bool plainer = refused && run_->pages == 0 && context_.search_plainer();
  const auto* failure = std::get_if<HttpFailure>(&reply.outcome);
  const bool too_large = failure != nullptr && failure->kind == HttpFailureKind::too_large;
  if (plainer || (too_large && context_.smaller_pages()) ||
      (expired && run_->pages > 0 && run_->restarts < restarts_max)) {
    const int restarts = run_->restarts + 1;
    begin(now, run_->kind);
    if (run_) run_->restarts = restarts;
    return;
  }
  fail_run(now, {"sync", "unavailable", "appointments: " + server_codes(reply), Remedy::wait});
}

void Download::on_page(Now now, const Reply& reply) {
  if (!reply.ok()) return on_lost_page(now, reply);
  auto reading = found_in(reply);
  if (!reading) return fail_run(now, reading.error());
  if (run_->pages == 0)
    run_->server_time =
        std::min(reading->last_updated.value_or(reply.server_time), reply.server_time);
  if (reading->skipped > 0)
    context_.log({"fhir", "skipped",
                  std::to_string(reading->skipped) + " entries, first " + reading->first_skipped});
  tell_elsewhere(*reading);
  ++run_->pages;
  context_.watch_arrivals(now, reading->encounters);
  const auto next = reading->next;
  resolver_.complete(now, std::move(*reading), {Urgency::background, People::fetch},
                     [this, next](Now at, const Reading& whole) {
                       store(at, whole);
                       if (run_) go_on(at, next);
                     });
}

/// Nobody finds such an appointment; if all are so, nobody can check in.
void Download::tell_elsewhere(const Reading& reading) {
  const auto& rows = reading.appointments;
  const auto foreign = std::find_if(rows.begin(), rows.end(),
                                    [](const auto& row) { return !row.patient_elsewhere.empty(); });
  if (foreign == rows.end() || told_elsewhere_) return;
  told_elsewhere_ = true;
  const auto& url = foreign->patient_elsewhere;
  const auto base = url.substr(0, url.rfind("/Patient/"));
  context_.out.alerts.push_back(
      {AlertKind::lacking,
       "appointments name patients of " + base +
           ", which is no name of this server; if it is one, set server.names"});
}

/// What an answer told that was not known. Whoever has a new appointment is stored with it: the
/// store keeps nobody without one.
store::Page Download::news_of(const Reading& reading) {
  auto told = page(reading, context_.profile(), context_.directory);
  const bool all = run_->kind == Kind::whole_days;
  store::Page news;
  std::set<std::string> patients;
  for (std::size_t i = 0; i < told.visits.size(); ++i) {
    auto& visit = told.visits[i];
    const auto& id = visit.appointment.id;
    auto text = signature(reading.appointments[i], visit);
    run_->seen.insert(id);
    const auto known = known_.find(id);
    if (!all && known != known_.end() && !text.empty() && known->second == text) continue;
    if (known_.size() >= known_max) known_.clear();
    known_[id] = std::move(text);
    patients.insert(visit.appointment.patient_id);
    news.visits.push_back(std::move(visit));
  }
  for (std::size_t i = 0; i < told.people.size(); ++i) {
    auto& person = told.people[i];
    const auto& version = reading.patients[i].meta.version;
    run_->people.insert(person.id);
    const auto known = known_people_.find(person.id);
    const bool same = known != known_people_.end() && !version.empty() && known->second == version;
    if (!all && same && !patients.contains(person.id)) continue;
    if (known_people_.size() >= known_max) known_people_.clear();
    known_people_[person.id] = version;
    news.people.push_back(std::move(person));
  }
  return news;
}

void Download::store(Now now, const Reading& reading) {
  const auto news = news_of(reading);
  if (news.people.empty() && news.visits.empty()) return;
  ++run_->pages_stored;
  const auto stored =
      context_.store.store_page(news, context_.today(now).start, context_.tomorrow(now).end);
  if (stored) return;
  known_.clear();
  known_people_.clear();
  fail_run(now, stored.error());
}

void Download::go_on(Now now, const std::string& next) {
  if (next.empty()) {
    return ask_arrivals_if_due(now);
  }
  const auto url = resolve_link(context_.profile().base_url, next);
  if (!url) return fail_run(now, url.error());
  if (!goes_on(*url, "appointments")) {
    run_->endless = true;
    return ask_arrivals_if_due(now);
  }
  ask_page(now, page_request(context_.profile(), *url));
}

/// False, and why is logged, when pages without end would follow: what came must do.
bool Download::goes_on(const std::string& url, const char* list) {
  const auto rows = run_->seen.size() + run_->people.size() + run_->arrivals.size();
  run_->idle_pages = rows > run_->rows ? 0 : run_->idle_pages + 1;
  run_->rows = rows;
  const char* end = nullptr;
  if (!run_->links.insert(url).second)
    end = "a next link leads to a page that was read";
  else if (run_->idle_pages >= idle_pages_max)
    end = "page after page holds nothing new";
  else if (run_->pages >= pages_max)
    end = "far too many pages";
  if (end == nullptr) return true;
  run_->idle_pages = 0;
  context_.log({"sync", "endless", fmt::format("{}: {}; what came is kept", list, end)});
  return false;
}

/// Rows can shift under writes while pages are read: what was not seen is asked for by id before it
/// is believed to be gone.
void Download::look_for_gone(Now now) {
  if (run_->endless) return complete(now);  // what was not seen may lie on a page never given
  const auto stored =
      context_.store.stored_ids(context_.today(now).start, context_.tomorrow(now).end);
  if (!stored) return fail_run(now, stored.error());
  unseen_.clear();
  for (const auto& id : *stored)
    if (!run_->seen.contains(id)) unseen_.push_back(id);
  complete(now);
}

/// Where arrivals come with their appointments the whole days' are known when all pages are read.
void Download::ask_arrivals_if_due(Now now) {
  const auto& profile = context_.profile();
  const bool come_along =
      profile.arrival_way != ArrivalWay::appointment_only && context_.includes() == Includes::with;
  const bool whole = run_->kind == Kind::whole_days;
  const bool due = whole ? !come_along
                         : run_->pages_stored > 0 || !arrivals_at_ ||
                               *run_->server_time >= *arrivals_at_ + arrivals_every;
  if (!due) return after_arrivals(now);
  const auto since =
      whole ? context_.today(now).start : arrivals_at_.value_or(*bookmark_) - profile.poll_overlap;
  run_->arrivals_asked = true;
  ask_arrivals(now, changed_arrivals_search(profile, since));
}

/// An arrival can change without its Appointment: another kiosk's ticket came to stand on it, and
/// maybe before ours.
void Download::ask_arrivals(Now now, HttpRequest request) {
  context_.exchange.send(now, std::move(request), Urgency::background,
                         [this](Now at, const Reply& reply) { on_arrivals(at, reply); });
}

void Download::on_arrivals(Now now, const Reply& reply) {
  if (refuses_search(reply)) return after_arrivals(now);  // then a look-up tells
  const auto reading = found_in(reply);
  if (!reading) return fail_run(now, reading.error());
  context_.watch_arrivals(now, reading->encounters);
  for (const auto& row : reading->encounters) {
    const auto key = row.type + '/' + row.id;
    const auto known = arrivals_.find(key);
    const bool news =
        row.meta.version.empty() || known == arrivals_.end() || known->second != row.meta.version;
    run_->arrivals[key] = row.meta.version;
    for (const auto& id : row.appointments)
      if (news && !run_->seen.contains(id)) unseen_.push_back(id);
  }
  const auto url = resolve_link(context_.profile().base_url, reading->next);
  ++run_->pages;
  if (reading->next.empty() || !url || !goes_on(*url, "arrivals")) return after_arrivals(now);
  ask_arrivals(now, page_request(context_.profile(), *url));
}

void Download::after_arrivals(Now now) {
  run_->kind == Kind::whole_days ? look_for_gone(now) : look_for_forgotten(now);
}

void Download::look_for_forgotten(Now now) {
  if (own_due_ && now.instant < *own_due_) return complete(now);
  const auto told = context_.store.told_ids(context_.today(now).start);
  if (!told) return fail_run(now, told.error());
  run_->own_asked = true;
  unseen_.insert(unseen_.end(), told->begin(), told->end());
  complete(now);
}

void Download::complete(Now now) {
  if (!unseen_.empty()) {
    const auto count = std::min(gone_ids_max, unseen_.size());
    std::vector<std::string> ids(unseen_.end() - static_cast<std::ptrdiff_t>(count), unseen_.end());
    unseen_.resize(unseen_.size() - count);
    return check_gone(now, std::move(ids));
  }
  if (const auto marked = mark(*run_->server_time); !marked) return fail_run(now, marked.error());
  if (run_->kind == Kind::whole_days || run_->arrivals_asked) arrivals_at_ = run_->server_time;
  if (run_->kind == Kind::whole_days) whole_for_ = run_->date;
  if (run_->kind == Kind::whole_days || run_->own_asked) own_due_ = now.instant + own_every;
  if (run_->arrivals_asked) arrivals_ = std::move(run_->arrivals);
  // What the next run's overlap can bring again was brought by this one.
  std::erase_if(known_, [&](const auto& one) { return !run_->seen.contains(one.first); });
  std::erase_if(known_people_, [&](const auto& one) { return !run_->people.contains(one.first); });
  run_.reset();
  failures_ = 0;
  trouble_.clear();
  told_unreadable_ = false;
  last_complete_ = now.instant;
  ++runs_whole_;
  const auto every = static_cast<double>(context_.profile().poll_every.count());
  next_ = now.instant + Milliseconds(std::llround(every * (0.9 + 0.2 * context_.random())));
}

Result<void> Download::mark(Instant server_time) {
  const bool old = !marked_ || server_time >= *marked_ + bookmark_every;
  if (old || run_->kind == Kind::whole_days || run_->pages_stored > 0) {
    if (auto marked = context_.store.set_bookmark({server_time}); !marked) return marked;
    marked_ = server_time;
  }
  // A server whose clock went back was asked for changes of a time that had not come.
  if (bookmark_ && server_time < *bookmark_ - context_.profile().poll_overlap) whole_for_.reset();
  bookmark_ = server_time;
  return {};
}

void Download::check_gone(Now now, std::vector<std::string> ids) {
  auto request = ids_search(context_.profile(), "Appointment", ids, context_.includes());
  context_.exchange.send(
      now, std::move(request), Urgency::background,
      [this, ids](Now at, const Reply& reply) { on_gone(at, ids, reply); }, Pages::all);
}

void Download::on_gone(Now now, const std::vector<std::string>& asked, const Reply& reply) {
  const auto reading = found_in(reply);
  if (!reading) return fail_run(now, reading.error());
  std::vector<std::string> gone;
  for (const auto& id : asked) {
    const auto& rows = reading->appointments;
    if (std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; }))
      gone.push_back(id);
  }
  for (const auto& id : asked) known_.erase(id);  // what the server says now counts
  // An entry that could not be read is there all the same.
  if (!gone.empty() && reading->skipped == 0) {
    if (const auto forgotten = context_.store.forget(gone); !forgotten)
      return fail_run(now, forgotten.error());
  }
  context_.directory.add(reading->directory);
  store(now, *reading);
  if (run_) complete(now);
}

/// That a server answers does not mean that the day can be read, and nobody sees why it cannot.
void Download::tell_unreadable(const Error& error) {
  const bool says_nothing = error.code == "unavailable" || error.domain == "store";
  trouble_ = "appointments: " + error.what;
  if (says_nothing || failures_ < unreadable_told_after || told_unreadable_) return;
  told_unreadable_ = true;
  context_.out.alerts.push_back({AlertKind::lacking, "the day cannot be read: " + error.what});
}

void Download::fail_run(Now now, const Error& error) {
  context_.log(error);
  tell_unreadable(error);
  run_.reset();
  unseen_.clear();
  ++runs_failed_;
  ++failures_;
  next_ =
      std::max(now.instant + backoff(failures_, context_.random), context_.exchange.hold_until());
}

void Download::follow_clock(Milliseconds change) {
  for (auto* instant : {&last_complete_, &next_, &due_since_, &own_due_})
    if (*instant) **instant += change;
}

std::optional<Instant> Download::wake() const {
  if (run_ || context_.store.revoked()) return std::nullopt;
  return due_since_ ? *due_since_ + uploads_first : next_;
}

bool Download::day_is_complete(Now now) const {
  return whole_for_ == context_.today(now).date;
}

}  // namespace kiosk::sync
