#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/printer/profile.h"
#include "kiosk/journeys/rules.h"
#include "kiosk/shell/device_settings.h"
#include "kiosk/sync/site_profile.h"

namespace kiosk::shell {

enum class SignIn { none, bearer, certificate, smart };

/// Sign-in by SMART Backend Services.
struct SmartSignIn {
  std::string client_id;
  std::string key_file;  ///< EC P-384 or RSA, PEM
  std::string key_id;
  std::string token_url;  ///< empty: out of .well-known/smart-configuration
  /// All that the kiosk does, and no more.
  std::vector<std::string> scopes{"system/Appointment.rus",
                                  "system/Encounter.crus",
                                  "system/Patient.rs",
                                  "system/Practitioner.rs",
                                  "system/PractitionerRole.rs",
                                  "system/Location.rs",
                                  "system/HealthcareService.rs",
                                  "system/Flag.rs",
                                  "system/Task.crs",
                                  "system/AuditEvent.crs"};

  bool operator==(const SmartSignIn&) const = default;
};

/// Where the key that seals patients' data comes from.
enum class KeyStorage {
  credential,  ///< of systemd, sealed by the machine's TPM
  server,      ///< asked for at each start
  disk         ///< a file: not protected against theft
};

/// The short text beside the masked name by which a patient knows the ticket as their own.
enum class SecondIdentifier { none, phone_last4, document_last4 };

enum class WindowMode { fullscreen, window };

struct Window {
  WindowMode mode = WindowMode::fullscreen;
  int width = 540;  ///< pixels of the desktop; not used in fullscreen
  int height = 960;

  bool operator==(const Window&) const = default;
};

/// The channels of an alert to staff.
struct Alerts {
  bool fhir_task = true;
  std::string webhook_url;  ///< empty: none
  bool strip = true;        ///< on the kiosk's own screen

  bool operator==(const Alerts&) const = default;
};

/// A typeface of the site's own fallback list.
struct FontFile {
  std::string regular;
  std::string bold;  ///< empty: made from the regular one
  int index = 0;     ///< the face within a collection (.ttc)
  std::vector<std::string> leads_in;

  bool operator==(const FontFile&) const = default;
};

/// All that a site decides. Plain data, read once at the start; paths are absolute.
struct Config {
  bool test = false;  ///< allows automation, sign-in "none" and recording; never with patients
  journeys::Rules rules;
  sync::SiteProfile profile;
  std::string server_profile;  ///< file of `kiosk probe`, read with this one; empty: none
  std::string time_zone;       ///< IANA name; `rules.zone` holds its offsets

  SignIn sign_in = SignIn::bearer;
  std::string token_file;        ///< bearer token, read anew by whoever signs in
  std::string ca_file;           ///< empty: the system's certificates
  std::string certificate_file;  ///< ours, shown to the server; empty: none
  std::string certificate_key_file;
  SmartSignIn smart;
  std::string order_url;       ///< where an order to withdraw this kiosk would lie; empty: none
  std::string order_key_file;  ///< public key of who may give it

  int minimum_incarnation = 1;
  std::string ledger_file = "/var/lib/kiosk/ledger.db";
  KeyStorage key_storage = KeyStorage::credential;
  std::string key_file = "/var/lib/kiosk/key";  ///< of `disk`; made at the first start
  std::string key_url;                          ///< of `server`
  std::string control_socket = "/run/kiosk/control.socket";
  std::string locale_folder = "/usr/share/kiosk/locale";
  std::string recording_folder;  ///< empty: sessions are not recorded

  DeviceSettings devices;
  drivers::printer::SiteProfile printer;
  std::map<std::string, std::string> ticket_templates;  ///< ReceiptLine file by language
  SecondIdentifier second_identifier = SecondIdentifier::phone_last4;
  std::vector<FontFile> fonts;  ///< empty: the system's
  int audit_keep_days = 14;     ///< of what the audit trail tells
  Alerts alerts;
  Window window;

  bool operator==(const Config&) const = default;
};

/// One mistake in a configuration.
struct ConfigProblem {
  std::string file;
  int line = 1;
  int column = 1;
  std::string key;      ///< with its section: server.url, clinics[2].late (counted from 1)
  std::string what;     ///< never holds a secret
  std::string allowed;  ///< empty when `what` says it all

  bool operator==(const ConfigProblem&) const = default;
};

/// "kiosk.toml:12:8: server.url: wrong type, a number (allowed: a text)"
std::string text_of(const ConfigProblem& problem);

/// All mistakes in the order of file and line; a configuration only when there are none.
struct ConfigReport {
  std::optional<Config> config;
  std::vector<ConfigProblem> problems;
};

/// What to read: `text` as it stands in `file`, `overrides` (TOML too; may be empty) merged over
/// it: tables key by key, all else replaced.
struct ConfigText {
  std::filesystem::path file;  ///< names the problems; relative paths start at its folder
  std::string_view text;
  std::string_view overrides;
};

inline constexpr std::size_t config_bytes_max = 512 * 1024;
inline constexpr std::size_t config_problems_max = 200;

/// Reads and checks a configuration file, the files it names included. Errors are problems, an
/// unreadable file among them. `now` places the time zone's table. Thread: any.
ConfigReport load_config(const std::filesystem::path& file, Instant now,
                         std::string_view overrides = {});

/// As `load_config`, of a text in memory.
ConfigReport read_config(const ConfigText& text, Instant now);

/// Every key with what it is for, what is allowed and its default: `assets/default.toml`.
std::string default_config_text();

}  // namespace kiosk::shell
