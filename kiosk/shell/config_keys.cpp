#include "kiosk/shell/config_keys.h"

#include <iterator>

#include "kiosk/shell/trail.h"

namespace kiosk::shell {
namespace {

using Keys = std::vector<ConfigKey>;

Keys place_keys(Config& c) {
  return {
      {"test", FlagTarget{&c.test},
       "Allows automation, sign_in \"none\" and recording. Never true where there are patients."},

      {"kiosk.code", TextTarget{&c.rules.kiosk_code, TextForm::kiosk_code},
       "This kiosk's own code; ticket numbers begin with it. No two kiosks of a hospital share "
       "one."},
      {"kiosk.minimum_incarnation", WholeTarget{&c.minimum_incarnation, 1, 702},
       "Raise it when this code was used by a machine whose ledger is gone, above the letter on "
       "its last tickets (none is 1, B is 2): K1-001 becomes K1B-001 and no number names two "
       "visits."},

      {"site.name", WordsTarget{&c.rules.hospital}, "The hospital's name in each language.",
       R"({ zh-Hans = "示例市第一人民医院", en = "Example City First Hospital" })"},
      {"site.time_zone", TextTarget{&c.time_zone, TextForm::time_zone}, "The hospital's time zone.",
       R"("Asia/Shanghai")"},
      {"site.campus", TextTarget{&c.rules.site_id, TextForm::code},
       "The server's id of the campus where this kiosk stands; empty: there is only one."},

      {"campuses", WordsByIdTarget{&c.rules.sites},
       "The other campuses, by the server's id: their names for who came to the wrong one."},

      {"desk.name", WordsTarget{&c.rules.desk.name},
       "The desk where patients are sent when the kiosk cannot help.",
       R"({ zh-Hans = "挂号处", en = "Registration" })"},
      {"desk.place", WordsTarget{&c.rules.desk.place}, "Where that desk is.",
       R"({ zh-Hans = "门诊楼 1 层大厅", en = "Outpatient building, ground floor" })"},
      {"desk.phone", TextTarget{&c.rules.desk.phone, TextForm::line},
       "Its telephone number as people write it; empty: not shown."},
  };
}

Keys sign_in_keys(Config& c) {
  return {
      {"server.url", TextTarget{&c.profile.base_url, TextForm::url},
       "Base URL of the FHIR R4 server.", R"("https://fhir.example.org/r4")"},
      {"server.names", TextsTarget{&c.profile.names, TextForm::url},
       "Other base URLs that references to the same server bear. What refers to any other server "
       "is not taken for a record of this one. The names that the server's own answers show are "
       "known."},
      {"server.profile", FileTarget{&c.server_profile, FileRule::readable},
       "What `kiosk probe --write FILE` found out about that server: includes, page_size and "
       "[server.arrival]. What it says takes the place of what stands here; empty: none."},
      {"server.sign_in",
       choice(&c.sign_in, {{"bearer", SignIn::bearer},
                           {"certificate", SignIn::certificate},
                           {"smart", SignIn::smart},
                           {"none", SignIn::none}}),
       "How the kiosk signs in: bearer token, client certificate alone, or SMART Backend Services "
       "(see [server.smart]); \"none\" needs test = true."},
      {"server.token_file", FileTarget{&c.token_file, FileRule::secret},
       "File with the bearer token; needed for sign_in \"bearer\". Mode 0600."},
      {"server.ca_file", FileTarget{&c.ca_file, FileRule::readable},
       "Certificates (PEM) to trust instead of the system's; empty: the system's."},
      {"server.certificate_file", FileTarget{&c.certificate_file, FileRule::readable},
       "The kiosk's own certificate (PEM, with its chain), shown to a server that asks; needed for "
       "sign_in \"certificate\", allowed with every other."},
      {"server.certificate_key_file", FileTarget{&c.certificate_key_file, FileRule::secret},
       "The private key of that certificate (PEM, without a passphrase). Mode 0600."},
  };
}

Keys server_keys(Config& c) {
  sync::SiteProfile& p = c.profile;
  return {
      {"server.includes", TextsTarget{&p.includes, TextForm::search},
       "What a search of appointments asks to be sent along (_include)."},
      {"server.reverse_includes", TextsTarget{&p.reverse_includes, TextForm::search},
       "The same the other way round (_revinclude)."},
      {"server.page_size", WholeTarget{&p.page_size, 1, std::int64_t(sync::page_size_max)},
       "Rows of a page of a search (_count)."},
      {"server.days_back", WholeTarget{&p.days_back, 0, 60},
       "Days before today that are looked at for one person, so that \"yesterday\" can be said."},
      {"server.days_ahead", WholeTarget{&p.days_ahead, 0, 366},
       "Days after today that are looked at for one person."},
      {"server.campus_from",
       choice(&p.campus, {{"none", sync::CampusPlace::none},
                          {"managing_organization", sync::CampusPlace::managing_organization},
                          {"part_of", sync::CampusPlace::part_of}}),
       "Which reference of a Location tells the campus."},
      {"server.flag_marks_system", TextTarget{&p.flag_marks_system, TextForm::uri},
       "Codes of this system in a patient's active Flags are \"desk first\" marks too."},
      {"server.phone_types", TextsTarget{&p.phone_types, TextForm::code},
       "Codes of appointmentType or serviceType that mean a visit by phone."},
      {"server.video_types", TextsTarget{&p.video_types, TextForm::code},
       "Codes that mean a visit by video."},
      {"server.restricted_codes", TextsTarget{&p.restricted_codes, TextForm::code},
       "Codes of meta.security that send a patient to the desk without a reason."},
      {"server.hospital_cancel_code", TextTarget{&p.hospital_cancel_code, TextForm::code},
       "What cancelationReason codes begin with when the hospital cancelled."},
      {"server.patient_cancel_code", TextTarget{&p.patient_cancel_code, TextForm::code},
       "What they begin with when the patient did."},
      {"server.poll_every_ms", WholeTarget{&p.poll_every, 1'000, 3'600'000},
       "How often changes are asked for."},
      {"server.poll_overlap_ms", WholeTarget{&p.poll_overlap, 0, 3'600'000},
       "How far each question for changes reaches back over the last one."},
      {"server.start_spread_ms", WholeTarget{&p.start_spread, 0, 600'000},
       "After a start with data the first requests that no patient waits for come at a random time "
       "within this, so that a whole hospital whose power comes back does not ask at once."},
      {"server.connect_timeout_ms", WholeTarget{&p.connect_timeout, 100, 60'000},
       "Limit for connecting."},
      {"server.request_timeout_ms", WholeTarget{&p.request_timeout, 1'000, 600'000},
       "Limit for a request that no patient waits for."},
      {"server.server_limit_ms", WholeTarget{&p.server_limit, 1'000, 3'600'000},
       "After this the server itself has given a request up: what was lost may be asked for "
       "again."},
      {"server.slow_after_ms", WholeTarget{&p.slow_after, 100, 60'000},
       "An answer that takes longer makes the server \"slow\"."},
  };
}

void add_fact(Keys& keys, const std::string& section, sync::FactPlace& place,
              const std::string& fact) {
  add(keys, {{section + ".extension_url", TextTarget{&place.extension_url, TextForm::uri},
              "Where " + fact + " stands: an extension of this URL; empty: not there."},
             {section + ".identifier_system", TextTarget{&place.identifier_system, TextForm::uri},
              "Or an identifier of this system."},
             {section + ".tag_system", TextTarget{&place.tag_system, TextForm::uri},
              "Or a meta.tag of this system."}});
}

Keys smart_keys(Config& c) {
  return {
      {"server.smart.client_id", TextTarget{&c.smart.client_id, TextForm::line},
       "The kiosk's client id at the authorization server; needed for sign_in \"smart\"."},
      {"server.smart.key_file", FileTarget{&c.smart.key_file, FileRule::secret},
       "Its private key (PEM): EC P-384 signs with ES384, RSA from 2048 bits with RS384. One key a "
       "kiosk. Mode 0600."},
      {"server.smart.key_id", TextTarget{&c.smart.key_id, TextForm::line},
       "The key's id (kid), as the hospital registered it."},
      {"server.smart.token_url", TextTarget{&c.smart.token_url, TextForm::url},
       "The token endpoint; empty: as the server's .well-known/smart-configuration says."},
      {"server.smart.scopes", TextsTarget{&c.smart.scopes, TextForm::code},
       "What is asked for. No more than the kiosk needs; staff are told what is not granted."},
      {"server.orders.url", TextTarget{&c.order_url, TextForm::url},
       "Where the hospital would lay a signed order to withdraw this kiosk, should it be stolen; "
       "looked at every 15 minutes, without sign-in. Empty: nowhere."},
      {"server.orders.key_file", FileTarget{&c.order_key_file, FileRule::readable},
       "The public key (PEM: EC P-384, or RSA from 2048 bits) that such an order must be signed "
       "with."},
  };
}

Keys server_detail_keys(Config& c) {
  sync::SiteProfile& p = c.profile;
  sync::IdentifierSystems& s = p.systems;
  using domain::AppointmentStatus;
  Keys keys = smart_keys(c);
  add(keys,
      {
          {"server.arrival.way",
           choice(&p.arrival_way, {{"auto", sync::ArrivalWay::automatic},
                                   {"transaction", sync::ArrivalWay::transaction},
                                   {"one_by_one", sync::ArrivalWay::one_by_one},
                                   {"appointment_only", sync::ArrivalWay::appointment_only}}),
           "How an arrival is told: Appointment and Encounter in one transaction; one after the "
           "other; "
           "or the Appointment alone, with number and token in a Task; or as the server's "
           "CapabilityStatement says."},
          {"server.arrival.change_by",
           choice(&p.change_by, {{"auto", sync::ChangeBy::automatic},
                                 {"json_patch", sync::ChangeBy::json_patch},
                                 {"put", sync::ChangeBy::put}}),
           "How an existing resource is changed."},
          {"server.arrival.status",
           choice(&p.arrived_status, {{"arrived", AppointmentStatus::arrived},
                                      {"checked-in", AppointmentStatus::checked_in}}),
           "The Appointment.status of who has checked in."},

          {"server.systems.citizen_number", TextTarget{&s.citizen_number, TextForm::uri},
           "Identifier.system of numbers of resident ID cards."},
          {"server.systems.hk_macao_taiwan_permits",
           TextTarget{&s.hk_macao_taiwan_permits, TextForm::uri},
           "Of residence permits for HK, Macao and Taiwan residents; empty: as citizen_number."},
          {"server.systems.permits", TextTarget{&s.permits, TextForm::uri},
           "Of foreign permanent resident permits."},
          {"server.systems.hospital_card", TextTarget{&s.hospital_card, TextForm::uri},
           "Of the hospital's own cards."},
          {"server.systems.booking_number", TextTarget{&s.booking_number, TextForm::uri},
           "Of booking numbers."},
          {"server.systems.visit_key", TextTarget{&s.visit_key, TextForm::uri},
           "Of what makes an arrival unique. The next four must be the same on every kiosk."},
          {"server.systems.nonce", TextTarget{&s.nonce, TextForm::uri},
           "Of what tells a kiosk that an arrival is its own."},
          {"server.systems.ticket_number", TextTarget{&s.ticket_number, TextForm::uri},
           "Of ticket numbers."},
          {"server.systems.ticket_token", TextTarget{&s.ticket_token, TextForm::uri},
           "Of what the ticket's QR code holds."},
      });
  add_fact(keys, "server.queue_number", p.queue_number, "an Appointment's own queue number");
  add_fact(keys, "server.place", p.place, "an Appointment's place in words");
  add_fact(keys, "server.marks", p.marks, "a \"desk first\" mark of an Appointment");
  return keys;
}

Keys clinic_rule_keys(const std::string& section, journeys::ClinicRules& r) {
  using journeys::CallOrder;
  using journeys::LateRule;
  return {
      {section + "opens_before_min", WholeTarget{&r.opens_before, 0, 1440},
       "Check-in opens this long before an appointment."},
      {section + "late_after_min", WholeTarget{&r.late_after, 0, 1440},
       "Who comes later than this after the start is late."},
      {section + "late", choice(&r.late, {{"desk", LateRule::desk}, {"allow", LateRule::allow}}),
       "What happens then."},
      {section + "call_margin_min", WholeTarget{&r.call_margin, 0, 1440},
       "The ticket's \"not called by\" is this long after the start, or after the longest wait."},
      {section + "calls_by",
       choice(&r.order, {{"appointment", CallOrder::appointment}, {"arrival", CallOrder::arrival}}),
       "In which order the clinic calls: a wait told to a patient never ends before her "
       "appointment "
       "unless it is by arrival."},
  };
}

Keys visit_keys(Config& c) {
  using journeys::ExpiredCardRule;
  using journeys::UnconfirmedRule;
  Keys keys = clinic_rule_keys("check_in.", c.rules.clinic);
  add(keys,
      {{"check_in.unconfirmed",
        choice(&c.rules.unconfirmed,
               {{"desk", UnconfirmedRule::desk}, {"check_in", UnconfirmedRule::check_in}}),
        "What happens with an appointment that the hospital has not confirmed yet."},
       {"check_in.expired_card",
        choice(&c.rules.expired_card,
               {{"accept", ExpiredCardRule::accept}, {"desk", ExpiredCardRule::desk}}),
        "What happens with an ID card that has expired; \"accept\" shows a notice."},
       {"desk_first", WordsByIdTarget{&c.rules.desk_first},
        "Marks that send a patient to the desk first, by the server's code: what it is about."},
       {"aliases", WordsByIdTarget{&c.rules.aliases},
        "The site's own names for clinics, doctors and places, by the server's id."}});
  return keys;
}

Keys time_out_keys(journeys::TimeOuts& t) {
  return {
      {"time_outs.choose_s", WholeTarget{&t.choose, 5, 600}, "For reading and choosing."},
      {"time_outs.entry_s", WholeTarget{&t.entry, 5, 600}, "For typing, after the last touch."},
      {"time_outs.done_s", WholeTarget{&t.done, 5, 600}, "For the screen after a check-in."},
      {"time_outs.done_no_paper_s", WholeTarget{&t.done_no_paper, 60, 600},
       "The same when the number must be noted by hand."},
      {"time_outs.take_card_s", WholeTarget{&t.take_card, 1, 60}, "For \"take your card\"."},
      {"time_outs.warning_s", WholeTarget{&t.warning, 5, 120},
       "\"More time\" is offered in the last part of this length."},
      {"time_outs.look_up_s", WholeTarget{&t.look_up, 1, 60},
       "A look-up that takes longer is \"cannot look you up now\"."},
      {"time_outs.fresh_read_ms", WholeTarget{&t.fresh_read, 100, 10'000},
       "For reading the appointment anew before it is confirmed; then the store is trusted."},
      {"time_outs.commit_s", WholeTarget{&t.commit, 1, 60}, "For the ledger to record a check-in."},
      {"time_outs.lockout_min", WholeTarget{&t.lockout, 1, 120},
       "How long birth date and digits are locked after three misses."},
  };
}

Keys machine_keys(Config& c) {
  using Id = SecondIdentifier;
  return {
      {"ticket.templates", FileByLanguageTarget{&c.ticket_templates},
       "ReceiptLine file of the ticket in each language.",
       R"({ zh-Hans = "ticket.zh-Hans.receiptline", en = "ticket.en.receiptline" })"},
      {"ticket.second_identifier",
       choice(&c.second_identifier, {{"phone_last4", Id::phone_last4},
                                     {"document_last4", Id::document_last4},
                                     {"none", Id::none}}),
       "What stands beside the masked name."},

      {"vault.key_storage",
       choice(&c.key_storage, {{"credential", KeyStorage::credential},
                               {"server", KeyStorage::server},
                               {"disk", KeyStorage::disk}}),
       "Where the key that seals patients' data comes from: the systemd credential "
       "kiosk-vault-key, sealed by the machine's TPM; the server, asked at each start (no off-line "
       "start); or a file, which is not protected against theft.",
       R"("credential")"},
      {"vault.key_file", FileTarget{&c.key_file, FileRule::secret_made},
       "For \"disk\": the file; made at the first start. Mode 0600."},
      {"vault.key_url", TextTarget{&c.key_url, TextForm::url},
       "For \"server\": what is asked for the key, with the kiosk's own sign-in. The answer is 64 "
       "hexadecimal digits."},

      {"audit.keep_days", WholeTarget{&c.audit_keep_days, 1, audit_rows_kept_days},
       "How many days the audit trail tells what was shown, pressed, printed and answered, by "
       "ticket number, for disputes. Of whom it tells is erased with the day."},

      {"files.ledger", FileTarget{&c.ledger_file, FileRule::made},
       "The ledger of check-ins; made at the first start."},
      {"files.locale", FileTarget{&c.locale_folder, FileRule::folder},
       "Folder of the compiled catalogues, LANGUAGE.mo."},
      {"files.recording", FileTarget{&c.recording_folder, FileRule::made},
       "Folder where sessions are recorded, without identities; empty: they are not. Needs "
       "test = true."},

      {"control.socket", FileTarget{&c.control_socket, FileRule::made},
       "Unix socket of `kiosk status` and the like."},

      {"alerts.fhir_task", FlagTarget{&c.alerts.fhir_task}, "Alerts become Tasks on the server."},
      {"alerts.webhook_url", TextTarget{&c.alerts.webhook_url, TextForm::url},
       "Alerts are posted to this URL; empty: not."},
      {"alerts.strip", FlagTarget{&c.alerts.strip},
       "Alerts stand as a strip on the kiosk's own screen, without patients' data."},

      {"window.mode",
       choice(&c.window.mode,
              {{"fullscreen", WindowMode::fullscreen}, {"window", WindowMode::window}}),
       "The whole screen, or a window on a desktop."},
      {"window.width", WholeTarget{&c.window.width, 270, 4320}, "Pixels of that window."},
      {"window.height", WholeTarget{&c.window.height, 480, 7680}, "Pixels of that window."},
  };
}

}  // namespace

void add(Keys& keys, Keys more) {
  keys.insert(keys.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

std::vector<ConfigKey> site_keys(Config& config) {
  Keys keys = place_keys(config);
  add(keys, sign_in_keys(config));
  add(keys, server_keys(config));
  add(keys, server_detail_keys(config));
  add(keys, visit_keys(config));
  add(keys, time_out_keys(config.rules.time_outs));
  add(keys, device_keys(config.devices));
  add(keys, printer_keys(config.printer));
  add(keys, machine_keys(config));
  return keys;
}

std::vector<ConfigKey> language_keys(journeys::Language& row) {
  return {{"tag", TextTarget{&row.tag, TextForm::language}, "Its BCP 47 tag.", R"("zh-Hans")"},
          {"name", TextTarget{&row.own_name, TextForm::line}, "What its readers call it.",
           R"("简体中文")"}};
}

std::vector<ConfigKey> opening_hours_keys(OpeningHoursRow& row) {
  return {{"days", TextsTarget{&row.days, TextForm::weekday}, "The days of the week.",
           R"(["mon", "tue", "wed", "thu", "fri"])"},
          {"from", TimeTarget{&row.from}, "When the kiosk opens.", R"("07:00")"},
          {"until", TimeTarget{&row.until}, "When it closes.", R"("17:30")"}};
}

std::vector<ConfigKey> code_keys(domain::CodeFormat& row) {
  using domain::Checksum;
  using domain::CodeMeaning;
  return {
      {"name", TextTarget{&row.name, TextForm::line}, "For logs and messages.",
       R"("booking number")"},
      {"pattern", TextTarget{&row.pattern, TextForm::pattern},
       "Regular expression of the whole code; what stands in its first parentheses is the value.",
       R"('A[0-9]{8}')"},
      {"meaning",
       choice(&row.meaning, {{"person", CodeMeaning::person},
                             {"booking_number", CodeMeaning::booking_number},
                             {"ticket", CodeMeaning::ticket}}),
       "Whom or what the value names."},
      {"checksum",
       choice(&row.checksum, {{"none", Checksum::none},
                              {"citizen_number", Checksum::citizen_number},
                              {"nric", Checksum::nric}}),
       "The checksum that it must have."},
      {"system", TextTarget{&row.system, TextForm::uri},
       "Identifier.system of the value; needed for all but our own ticket."},
  };
}

std::vector<ConfigKey> clinic_keys(ClinicRow& row) {
  Keys keys{{"id", TextTarget{&row.id, TextForm::code},
             "The server's HealthcareService id, else its serviceType code.", R"("cardiology")"}};
  add(keys, clinic_rule_keys("", row.rules));
  return keys;
}

std::vector<ConfigKey> direction_keys(journeys::Direction& row) {
  return {{"way", WordsTarget{&row.way}, "The way in words.",
           R"({ zh-Hans = "右手边电梯上 3 层", en = "Lift on the right, floor 3" })"},
          {"step_free", WordsTarget{&row.step_free},
           "The way without steps; left out when the way has none."}};
}

std::vector<ConfigKey> font_keys(FontFile& row) {
  return {{"regular", FileTarget{&row.regular, FileRule::readable}, "Font file.",
           R"("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")"},
          {"bold", FileTarget{&row.bold, FileRule::readable},
           "Its bold; empty: made from the regular one."},
          {"index", WholeTarget{&row.index, 0, 255}, "The face within a collection (.ttc)."},
          {"leads_in", TextsTarget{&row.leads_in, TextForm::language},
           "Languages in which it is tried before all others."}};
}

const std::vector<ConfigRows>& config_rows() {
  static const std::vector<ConfigRows> rows{
      {"languages", "[[languages]]",
       "The languages of screen and paper; the first is the default. At least one is needed, and "
       "each needs its catalogue."},
      {"opening_hours", "[[opening_hours]]", "When the kiosk serves patients; none: always."},
      {"codes", "[[codes]]",
       "The codes that patients show, told apart by their form; the first row that fits wins."},
      {"clinics", "[[clinics]]",
       "Clinics with rules of their own; what is left out is as in [check_in]."},
      {"directions", "[directions.K1.LOCATION]",
       "How to get from a kiosk to a place, by the kiosk's code and the server's Location id. The "
       "file may serve several kiosks; each uses its own."},
      {"fonts", "[[fonts]]",
       "Typefaces in the order in which they are tried; none: those of the system's packages."},
  };
  return rows;
}

}  // namespace kiosk::shell
