#include "kiosk/app/withdraw_commands.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "kiosk/app/cli.h"
#include "kiosk/shell/control.h"
#include "kiosk/shell/control_socket.h"
#include "kiosk/sync/signed_order.h"

namespace kiosk::app {

int withdraw_kiosk(const std::string& socket, const std::string& order_file) {
  std::ifstream file(order_file);
  std::string order(sync::order_bytes_max + 1, '\0');
  file.read(order.data(), std::streamsize(order.size()));
  order.resize(std::size_t(file.gcount()));
  if (order.empty()) return complain({"cli", "no_order", "cannot read " + order_file});
  const auto line = shell::request_line("withdraw", {{"order", order}});
  const auto reply = shell::ask_kiosk(socket, line, reply_limit);
  if (!reply) return complain(reply.error());
  if (const auto said = shell::readable_reply(*reply); !said) return complain(said.error());
  fmt::print(
      "The kiosk obeys: patients' data are destroyed, it is out of service.\n"
      "What the server does not have yet: kiosk list unacknowledged, kiosk list refused\n");
  return exit_ok;
}

int make_withdrawal_order(const std::string& kiosk_code, const std::string& key_file) {
  const auto key = sync::SmartKey::load(key_file);
  if (!key) return complain(key.error());
  const auto order = sync::make_order(*key, kiosk_code);
  if (!order) return complain(order.error());
  fmt::print("{}\n", *order);
  return exit_ok;
}

}  // namespace kiosk::app
