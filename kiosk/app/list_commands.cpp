#include "kiosk/app/list_commands.h"

#include <filesystem>

#include <fmt/format.h>

#include "kiosk/app/cli.h"
#include "kiosk/shell/arrivals_csv.h"
#include "kiosk/shell/control_socket.h"
#include "kiosk/store/new_file.h"
#include "kiosk/store/set_aside.h"

namespace kiosk::app {
namespace {

using Items = std::vector<shell::ListedItem>;

Result<Items> ask_for_all(const std::string& socket, const std::string& list) {
  Items items;
  while (true) {
    const std::int64_t after = items.empty() ? 0 : items.back().row;
    const auto line =
        shell::request_line("list", {{"list", list}, {"after", std::to_string(after)}});
    const auto reply = shell::ask_kiosk(socket, line, reply_limit);
    if (!reply) return pass_on(reply.error());
    auto piece = shell::parse_list(*reply);
    if (!piece) return pass_on(piece.error());
    if (piece->empty()) return items;
    if (piece->front().row <= after) {
      return fail("control", "bad_reply", "the kiosk gives the same arrivals again");
    }
    items.insert(items.end(), piece->begin(), piece->end());
  }
}

/// Prints what else there is to know to stderr.
Result<Items> read_ledger(const std::string& path, const std::string& list) {
  const auto left = store::Ledger::left_in(path);
  if (!left) return pass_on(left.error());
  if (left->damaged) {
    fmt::print(stderr, "kiosk: {} is damaged: what can still be read is exported\n", path);
  }
  Items items;
  for (const store::ListedArrival& row : left->rows) {
    if (list != "refused" || row.refused) items.push_back(shell::item_of(row));
  }
  return items;
}

void tell_of_others(const std::string& ledger) {
  for (const std::string& file : store::files_set_aside(ledger)) {
    fmt::print(stderr, "kiosk: a ledger was set aside, it may hold more: --ledger {}\n", file);
  }
}

Result<void> still_free(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  return fail("cli", "exists", file + " exists and is left as it is: name another file");
}

int write(const ListOptions& options, const Result<Items>& items, const domain::Zone& zone) {
  if (!items) return complain(items.error());
  const auto written = store::write_new_file(options.file, shell::csv_text(*items, zone));
  if (!written) return complain(written.error());
  fmt::print("{} {} arrival{} in {}\n", items->size(), options.list, items->size() == 1 ? "" : "s",
             options.file);
  return exit_ok;
}

}  // namespace

int export_list(const shell::Config& config, const std::string& socket,
                const ListOptions& options) {
  if (const auto is_free = still_free(options.file); !is_free) return complain(is_free.error());
  auto items = ask_for_all(socket, options.list);
  if (!items && items.error().code == "no_kiosk") {
    auto read = read_ledger(config.ledger_file, options.list);
    if (!read && read.error().code == "in_use") return complain(items.error());
    if (read) fmt::print(stderr, "No kiosk runs; read from {}.\n", config.ledger_file);
    items = std::move(read);
  }
  const int status = write(options, items, config.rules.zone);
  tell_of_others(config.ledger_file);
  return status;
}

int export_ledger(const std::optional<shell::Config>& config, const ListOptions& options) {
  if (const auto is_free = still_free(options.file); !is_free) return complain(is_free.error());
  return write(options, read_ledger(options.ledger, options.list),
               config ? config->rules.zone : domain::Zone());
}

}  // namespace kiosk::app
