#include "kiosk/app/audit_commands.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>

#include <fmt/format.h>

#include "kiosk/app/cli.h"
#include "kiosk/app/probe_wire.h"
#include "kiosk/app/sign_in.h"
#include "kiosk/app/vault.h"
#include "kiosk/shell/clock.h"
#include "kiosk/shell/control_socket.h"
#include "kiosk/shell/heads_check.h"
#include "kiosk/shell/trail.h"
#include "kiosk/sync/fhir_time.h"

namespace kiosk::app {
namespace {

using shell::TrailPage;
using shell::TrailRow;

constexpr Milliseconds page_limit{30'000};
constexpr std::size_t faults_shown_max = 20;
/// A day less than rows are kept: they go at the site's midnight.
constexpr Milliseconds rows_kept = std::chrono::hours(24 * (shell::audit_rows_kept_days - 1));

/// The page after a row.
using ReadPage = std::function<Result<TrailPage>(std::int64_t after)>;

Result<std::unique_ptr<store::Ledger>> ledger_to_read(const shell::Config& config,
                                                      const std::string& credentials_folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(config.ledger_file, ignored)) {
    return fail("store", "no_ledger",
                "no kiosk has run here: there is no ledger " + config.ledger_file);
  }
  auto authorizer = make_authorizer(config);
  if (!authorizer) return fail("sign-in", authorizer.error());
  auto keys = command_keys(config, credentials_folder, **authorizer);
  if (!keys) return pass_on(keys.error());
  auto arguments = ledger_arguments(config, shell::Clock({}).now());
  auto opened = store::Ledger::open_to_read(arguments);  // a revoked one needs no key
  for (const auto& key : {std::optional(keys->current), keys->next}) {
    if (opened || opened.error().code != "wrong_key" || !key) continue;
    auto vault = store::Vault::create(*key, store::system_random());
    if (!vault) return pass_on(vault.error());
    arguments.vault = std::move(*vault);
    opened = store::Ledger::open_to_read(arguments);
  }
  if (!opened) return fail("ledger " + config.ledger_file, opened.error());
  return opened;
}

/// Through the kiosk that runs, else out of its ledger.
Result<ReadPage> open_trail(const shell::Config& config, const std::string& socket,
                            const std::string& purpose, const std::string& credentials_folder) {
  const auto ask = [socket, purpose](std::int64_t after) {
    return shell::ask_kiosk(socket,
                            shell::request_line("audit", {{"after", std::to_string(after)},
                                                          {"purpose", after == 0 ? purpose : ""}}),
                            page_limit);
  };
  const auto runs = shell::ask_kiosk(socket, shell::request_line("status", {}), page_limit);
  if (runs || runs.error().code != "no_kiosk") {
    return ReadPage([ask](std::int64_t after) -> Result<TrailPage> {
      const auto reply = ask(after);
      if (!reply) return pass_on(reply.error());
      return shell::parse_trail(*reply);
    });
  }
  auto ledger = ledger_to_read(config, credentials_folder);
  if (!ledger && ledger.error().code == "in_use") {
    return fail("control", "no_kiosk",
                "a kiosk holds the ledger, but none answers at " + socket + ": give --socket PATH");
  }
  if (!ledger) return pass_on(ledger.error());
  fmt::print(stderr, "No kiosk runs; read from {}.\n", config.ledger_file);
  return ReadPage([held = std::shared_ptr<store::Ledger>(std::move(*ledger))](
                      std::int64_t after) -> Result<TrailPage> {
    const auto page = held->audit_page(after);
    if (!page) return pass_on(page.error());
    return shell::trail_page(*page);
  });
}

/// Calls `take` with every row and the ledger's incarnation; gives what does not hold.
template <typename Take>
Result<std::vector<store::AuditFault>> read_all(const ReadPage& read, Take take) {
  std::vector<store::AuditFault> faults;
  std::int64_t after = 0;
  for (bool at_end = false; !at_end;) {
    const auto page = read(after);
    if (!page) return pass_on(page.error());
    for (const TrailRow& row : page->rows) take(row, page->incarnation);
    faults.insert(faults.end(), page->faults.begin(), page->faults.end());
    at_end = page->at_end || page->rows.empty();
    if (!page->rows.empty()) after = page->rows.back().seq;
  }
  return faults;
}

/// Says what is broken; the exit status.
int tell_faults(const std::vector<store::AuditFault>& faults, std::FILE* to) {
  for (std::size_t i = 0; i < std::min(faults.size(), faults_shown_max); ++i) {
    fmt::print(to, "row {} {}\n", faults[i].seq, faults[i].what);
  }
  if (faults.size() > faults_shown_max) {
    fmt::print(to, "and {} more\n", faults.size() - faults_shown_max);
  }
  return faults.empty() ? exit_ok : exit_failed;
}

/// What the server was told of the trail, asked with the kiosk's own sign-in.
Result<std::vector<sync::ToldHead>> ask_server(const shell::Config& config) {
  auto authorizer = make_authorizer(config);
  if (!authorizer) return fail("sign-in", authorizer.error());
  auto wire = ProbeWire::create(
      config.profile, {config.ca_file, 256, config.certificate_file, config.certificate_key_file},
      std::move(*authorizer));
  if (!wire) return fail("sign-in", wire.error());
  return sync::told_heads(config.profile, config.rules.kiosk_code,
                          [&](const sync::HttpRequest& request) {
                            return (*wire)->ask({sync::Question{request}}).front();
                          });
}

/// Prints what the server's word says; adds what does not hold.
void tell_heads(const shell::HeadsCheck& check, const shell::Config& config,
                std::vector<store::AuditFault>& faults) {
  faults.insert(faults.end(), check.faults.begin(), check.faults.end());
  if (const auto& earlier = check.earlier_ledger) {
    const std::string of =
        fmt::format("of {} is of an earlier ledger of {}",
                    sync::format_instant(config.rules.zone, shell::shown_instant(earlier->written)),
                    config.rules.kiosk_code);
    if (store::incarnation_after_set_aside(config.ledger_file) > earlier->incarnation) {
      fmt::print("row {} {}, which was set aside ({}:{})\n", earlier->seq, of, earlier->seq,
                 earlier->hash);
    } else {
      faults.push_back({earlier->seq, of + ", which is gone; the server was told of it"});
    }
  }
  fmt::print("The server was told of {} rows: {} are in the trail, {} went because of their age.\n",
             check.found + check.removed + check.faults.size(), check.found, check.removed);
}

int verify(const shell::Config& config, const ReadPage& read, const AuditOptions& options) {
  std::vector<sync::ToldHead> told;
  if (options.server) {  // before the rows are read: the kiosk goes on telling
    auto heads = ask_server(config);
    if (!heads) return complain(heads.error());
    told = std::move(*heads);
  }
  shell::TrailHashes hashes;
  TrailRow newest;
  int incarnation = 1;
  auto faults = read_all(read, [&](const TrailRow& row, int of_ledger) {
    hashes[row.seq] = row.hash;
    newest = row;
    incarnation = of_ledger;
  });
  if (!faults) return complain(faults.error());
  const auto row = std::strtoll(options.head.c_str(), nullptr, 10);
  const auto there = hashes.find(row);
  const std::string hash = there == hashes.end() ? "" : there->second;
  if (!options.head.empty() && fmt::format("{}:{}", row, hash) != options.head) {
    faults->push_back({row, "is not the row that was told to the server"});
  }
  if (options.server) {
    const Instant whole_since = shell::Clock({}).now().instant - rows_kept;
    tell_heads(shell::check_heads(told, {hashes, incarnation, whole_since}, config.rules.zone),
               config, *faults);
  }
  if (options.server && told.empty() && faults->empty()) {
    return complain({"audit", "nothing_told",
                     "the trail holds by itself, but the server has no AuditEvent of " +
                         config.rules.kiosk_code + " to compare it with"});
  }
  if (faults->empty()) {
    fmt::print("the audit trail holds: {} rows, newest {}:{}\n", hashes.size(), newest.seq,
               newest.hash);
    return exit_ok;
  }
  fmt::print("THE AUDIT TRAIL IS BROKEN ({} rows)\n", hashes.size());
  return tell_faults(*faults, stdout);
}

/// A day of the site; `otherwise` when nothing was given.
Result<domain::Day> day_in(const shell::Config& config, const std::string& text,
                           const domain::Day& otherwise) {
  if (text.empty()) return otherwise;
  const auto date = domain::parse_date(text);
  if (!date) return fail("audit", "bad_date", "\"" + text + "\" is no day: write YYYY-MM-DD");
  return domain::day_of(config.rules.zone, *date);
}

int export_rows(const shell::Config& config, const ReadPage& read, const AuditOptions& options) {
  const auto from = day_in(config, options.from, {{}, Instant::min(), Instant::min()});
  const auto until = day_in(config, options.until, {{}, Instant::max(), Instant::max()});
  if (!from || !until) return complain(from ? until.error() : from.error());
  std::FILE* out = stdout;
  if (!options.out.empty()) {
    const auto others = umask(0077);
    out = std::fopen(options.out.c_str(), "w");
    umask(others);
    if (out == nullptr) {
      return complain({"audit", "cannot_write", options.out + " cannot be written"});
    }
  }
  const auto faults = read_all(read, [&](const TrailRow& row, int) {
    const bool wanted = row.now.instant >= from->start && row.now.instant < until->end;
    if (wanted) fmt::print(out, "{}\n", shell::trail_line(row));
  });
  bool written = std::ferror(out) == 0 && std::fflush(out) == 0;
  if (out != stdout) written = std::fclose(out) == 0 && written;
  if (!faults) return complain(faults.error());
  if (!written) return complain({"audit", "cannot_write", "not all of the rows could be written"});
  if (!faults->empty()) fmt::print(stderr, "THE AUDIT TRAIL IS BROKEN\n");
  return tell_faults(*faults, stderr);
}

int visit(const shell::Config& config, const ReadPage& read, const AuditOptions& options) {
  shell::TicketAsked asked{options.ticket, std::nullopt};
  if (!options.day.empty()) {
    const auto day = day_in(config, options.day, {});
    if (!day) return complain(day.error());
    asked.day = *day;
  }
  std::vector<TrailRow> rows;
  const auto faults = read_all(read, [&](const TrailRow& row, int) {
    if (row.note) rows.push_back(row);
  });
  if (!faults) return complain(faults.error());
  const auto found = shell::visit_of(rows, asked, config.rules.zone);
  if (!found) {
    return complain(
        {"audit", "no_visit",
         fmt::format("nothing is told of {}: give a ticket's number, or of today a visit key; "
                     "older than {} days it is erased",
                     options.ticket, config.audit_keep_days)});
  }
  const auto story = shell::story_of(rows, *found);
  if (options.json) {
    for (const TrailRow& row : story) fmt::print("{}\n", shell::trail_line(row));
  } else {
    const bool named = !found->visit_key.empty();
    fmt::print("{} {}\n{}", named ? "Visit" : "Ticket", named ? found->visit_key : options.ticket,
               shell::story_text(story, config.rules.zone));
  }
  if (!faults->empty()) fmt::print(stderr, "THE AUDIT TRAIL IS BROKEN: see kiosk audit verify\n");
  return faults->empty() ? exit_ok : exit_failed;
}

}  // namespace

int audit(const shell::Config& config, const std::string& socket, const AuditOptions& options,
          const std::string& credentials_folder) {
  const std::string purpose = options.what == "visit" ? "visit " + options.ticket : options.what;
  const auto read = open_trail(config, socket, purpose, credentials_folder);
  if (!read) return complain(read.error());
  if (options.what == "verify") return verify(config, *read, options);
  if (options.what == "export") return export_rows(config, *read, options);
  return visit(config, *read, options);
}

}  // namespace kiosk::app
