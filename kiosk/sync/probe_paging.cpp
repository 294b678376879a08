#include <fmt/format.h>

#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/look_up.h"
#include "kiosk/sync/probe_talk.h"
#include "kiosk/sync/url.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr Milliseconds look_back{90LL * 24 * 3'600'000};

HttpRequest appointments_page(const ProbeTalk& talk, std::size_t size, Includes includes) {
  SiteProfile sized = talk.report.profile;
  sized.page_size = size;
  return changes_search(sized, talk.now() - look_back, includes);
}

/// Pages of one row, to see links without reading a hospital's data.
void probe_links(ProbeTalk& talk) {
  const auto reply = talk.ask(appointments_page(talk, 1, Includes::without));
  const auto first = reading_in(reply);
  if (!first)
    return talk.say(Grade::fails, "paging", server_words(reply), "no changes can be read");
  if (first->appointments.size() > 1)
    talk.say(Grade::differs, "page size", "_count is passed over",
             "pages are as long as the server likes");
  if (first->next.empty())
    return talk.say(Grade::not_seen, "page links", "all appointments fit in one page");
  const auto link = resolve_link(talk.profile().base_url, first->next);
  if (!link)
    return talk.say(Grade::fails, "page links", link.error().what,
                    "the kiosk signs in at its own server only: set the server's base URL");
  talk.page_link = PageLink{*link, talk.now()};
  const auto second = talk.ask(page_request(talk.profile(), *link));
  const auto reading = reading_in(second);
  if (!reading)
    return talk.say(Grade::fails, "page links", server_words(second), "page 2 cannot be read");
  const bool same = !reading->appointments.empty() && !first->appointments.empty() &&
                    reading->appointments.front().id == first->appointments.front().id;
  talk.say(same ? Grade::fails : Grade::pass, "page links",
           same ? "page 2 is page 1 again" : "followed as they stand");
}

void probe_page_size(ProbeTalk& talk) {
  auto& profile = talk.profile();
  const auto wanted = std::min(profile.page_size, page_size_max);
  const auto plain = reading_in(talk.ask(appointments_page(talk, wanted, Includes::without)));
  if (!plain || plain->next.empty() || plain->appointments.empty())
    return talk.say(Grade::not_seen, "page limit", "too few appointments to reach it");
  const auto rows = plain->appointments.size() + plain->skipped;
  if (rows < wanted) profile.page_size = rows;
  talk.say(rows < wanted ? Grade::differs : Grade::pass, "page limit",
           fmt::format("{} rows where {} were asked for", rows, wanted),
           rows < wanted ? "more requests for a day" : "");
  const auto whole = reading_in(talk.ask(appointments_page(talk, wanted, Includes::with)));
  if (!whole) return;
  const auto matched = whole->appointments.size() + whole->skipped;
  const bool counted = !whole->next.empty() && matched < rows;
  talk.say(counted ? Grade::differs : Grade::pass, "includes on a page",
           counted ? fmt::format("count: {} appointments a page instead of {}", matched, rows)
                   : "do not count",
           counted ? "more requests for a day" : "");
}

}  // namespace

void probe_paging(ProbeTalk& talk) {
  talk.progress("paging");
  probe_links(talk);
  probe_page_size(talk);
}

void probe_page_life(ProbeTalk& talk) {
  if (!talk.page_link) return;
  const auto seconds =
      std::chrono::duration_cast<Seconds>(talk.now() - talk.page_link->given).count();
  const auto reply = talk.ask(page_request(talk.profile(), talk.page_link->url));
  const bool gone = reply.status() == 404 || reply.status() == 410 || refuses_search(reply);
  talk.say(reply.ok() ? Grade::pass
           : gone     ? Grade::differs
                      : Grade::fails,
           "life of page links",
           reply.ok() ? fmt::format("still good after {} s", seconds)
                      : fmt::format("{} after {} s", reply.what(), seconds),
           reply.ok() ? ""
           : gone     ? "the kiosk begins again at page 1"
                      : "the kiosk knows expired links by 400, 404, 410 and 422 only");
}

}  // namespace kiosk::sync
