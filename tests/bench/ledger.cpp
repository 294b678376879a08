// The ledger on a real disk: the commit of a check-in, and a card among many.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/store/ledger.h"
#include "tests/bench/report.h"

namespace bench {

using namespace kiosk;

namespace {

void commit(Report& report, const std::string& folder) {
  const auto vault = must(store::Vault::create(Bytes(32, 1), store::system_random()));
  const std::string path = folder + "/ledger.db";
  const auto book =
      must(store::Ledger::open({path, vault, "K1", {from_ms(1795398060000), ClockTrust::server}}));
  const int file = open((folder + "/append").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const auto wal_bytes = [&] {
    struct stat info {};
    return stat((path + "-wal").c_str(), &info) == 0 ? info.st_size : 0;
  };
  std::vector<double> commits, appends;
  std::vector<char> same_bytes(33'000, 'x');
  for (int i = 0; i < 540; ++i) {
    const domain::CheckIn next = check_in(i);
    const auto before = wal_bytes();
    const double took = timed_us([&] { must(book->commit_check_in(next)); });
    if (const auto grown = wal_bytes() - before; grown > 0)
      same_bytes.resize(std::size_t(grown), 'x');
    const double peer = timed_us([&] {
      if (write(file, same_bytes.data(), same_bytes.size()) < 0 || fdatasync(file) != 0)
        std::exit(1);
    });
    if (i < 40) continue;
    commits.push_back(took);
    appends.push_back(peer);
  }
  close(file);
  report.ratio("ledger: commit of a check-in", median(commits) / 1000, median(appends) / 1000, "ms",
               "append of the same bytes + fdatasync", 1.5);
}

/// A card among a million values that people may be found by; each person has three.
void look_up(Report& report, const std::string& folder) {
  constexpr int people = 334'000, page_size = 2'000;
  constexpr Instant from{Milliseconds(1795300000000)};
  const std::string card = "urn:kiosk:hospital-card";
  const auto vault = must(store::Vault::create(Bytes(32, 1), store::system_random()));
  const auto book = must(store::Ledger::open(
      {folder + "/large.db", vault, "K1", {from_ms(1795398060000), ClockTrust::server}}));
  store::Page page;
  for (int i = 0; i < people; ++i) {
    domain::CheckIn one = check_in(i);
    one.person.birth_date = domain::Date{1930 + i % 90, 1 + i % 12, 1 + i % 28};
    one.person.identifiers.push_back({card, fmt::format("HC{:08}", i)});
    page.people.push_back(std::move(one.person));
    page.visits.push_back({std::move(one.appointment), std::nullopt, 1});
    if (page.people.size() < page_size) continue;
    must(book->store_page(page, from, from + std::chrono::hours(72)));
    page = {};
  }
  int turn = 0, found = 0;
  const double time = median_us(2'000, [&] {
    turn = (turn + 48'271) % people;
    found += int(must(book->find(domain::Identifier{card, fmt::format("HC{:08}", turn)})).size());
  });
  if (found != 2'000) std::exit(1);
  report.figure("ledger: look a card up among 1,000,000 rows", time / 1000, "ms", 0.1);
}

}  // namespace

void ledger(Report& report, const std::string& folder) {
  commit(report, folder);
  look_up(report, folder);
}

}  // namespace bench
