#pragma once

#include <string>

// `kiosk withdraw` and `kiosk make-order`: taking a kiosk's right to hold patients' data away.
namespace kiosk::app {

/// Gives the running kiosk the signed order in a file. The exit status: 1 when it is not obeyed.
int withdraw_kiosk(const std::string& socket, const std::string& order_file);

/// Prints an order for the kiosk of that code, signed with the private key of a PEM file.
int make_withdrawal_order(const std::string& kiosk_code, const std::string& key_file);

}  // namespace kiosk::app
