#include "kiosk/app/device_events.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kiosk/base/overloaded.h"
#include "kiosk/shell/log.h"

namespace kiosk::app {
namespace {

using journeys::ReaderHealth;
using journeys::ScannerHealth;
using shell::DeviceReport;
using Told = std::optional<JourneyEvent>;

/// Only the reader itself can be at fault; one that is not plugged in is just missing.
ReaderHealth health_of(const Error& why) {
  const bool absent = why.domain == "usb" || why.domain == "serial" || why.code == "absent";
  return absent ? ReaderHealth::missing : ReaderHealth::out_of_service;
}

std::string in_words(const Error& why) {
  return fmt::format("{} ({}/{})", why.what, why.domain, why.code);
}

JourneyEvent card(const drivers::id_card::IdCardText& text) {
  using drivers::id_card::Document;
  journeys::CardRead read;
  switch (text.document) {
    case Document::resident:
      read.kind = journeys::CardKind::resident;
      break;
    case Document::hk_macao_taiwan_permit:
      read.kind = journeys::CardKind::hk_macao_taiwan_permit;
      break;
    case Document::foreign_permit_2017:
    case Document::foreign_permit_2023:
      read.kind = journeys::CardKind::foreign_permit;
      break;
  }
  read.number = text.number;
  if (text.valid_to) read.valid_to = domain::parse_date(*text.valid_to);
  return read;
}

const std::string& system_of(drivers::smart_card::IdentifierKind kind,
                             const shell::SmartCardSettings& settings) {
  using enum drivers::smart_card::IdentifierKind;
  switch (kind) {
    case uid:
      return settings.uid;
    case egk_kvnr:
      return settings.egk_insured;
    case social_security_card_number:
      return settings.social_security_card;
    case social_security_number:
      return settings.social_security_number;
  }
  return settings.uid;
}

Reported update(DeviceReport& report, DeviceReport next) {
  if (next == report) return Reported::nothing_new;
  report = std::move(next);
  return Reported::changed;
}

std::string printer_trouble(journeys::PrinterHealth health) {
  using enum journeys::PrinterHealth;
  switch (health) {
    case ok:
      return {};
    case paper_near_end:
      return "paper runs out soon: lay a new roll ready";
    case paper_out:
      return "no paper: put in a new roll";
    case cover_open:
      return "the cover is open: close it";
    case cutter_error:
      return "the cutter is stuck: switch off, take the paper out, switch on";
    case overheated:
      return "too hot: it goes on by itself when it has cooled";
    case offline:
      return "it is switched to off-line or does not answer: look at its lamps, switch it off and "
             "on";
    case missing:
      return "not found: check cable and power";
  }
  return {};
}

/// Empty: the configured width is the model's, or the model is not known.
std::string width_trouble(const drivers::printer::ProfileInUse& use) {
  const int configured = use.profile.width_dots;
  const int model = use.model_width_dots;
  if (model == 0 || model == configured) return {};
  return fmt::format(
      "its model prints {} dots in a row, the configuration says {}: {}; leave printer.width_dots "
      "out, with profile \"auto\"",
      model, configured,
      configured > model ? "tickets are cut off at the right" : "tickets leave paper blank");
}

/// "profile epson-tm-t88 (by its name): 512 dots in a row, partial cut"
std::string in_words(const drivers::printer::ProfileInUse& use) {
  using drivers::printer::Cutter;
  using drivers::printer::ProfileSource;
  const auto source = [&] {
    switch (use.source) {
      case ProfileSource::configured:
        return "as configured";
      case ProfileSource::model_name:
        return "by its name";
      case ProfileSource::usb_ids:
        return "by its USB ids";
      case ProfileSource::nothing_known:
        return "its model is not known";
    }
    return "";
  };
  const char* cut = use.profile.cutter == Cutter::none   ? "no cut"
                    : use.profile.cutter == Cutter::full ? "full cut"
                                                         : "partial cut";
  return fmt::format("profile {} ({}): {} dots in a row, {}", use.name, source(),
                     use.profile.width_dots, cut);
}

}  // namespace

Told journey_event(const drivers::id_card::ReaderEvent& event) {
  using namespace drivers::id_card;
  return std::visit(overloaded{
                        [](const ReaderReady&) -> Told { return std::nullopt; },
                        [](const ReaderUnusable&) -> Told { return std::nullopt; },
                        [](const CardNoticed&) -> Told { return journeys::CardNoticed{}; },
                        [](const CardRead& read) -> Told { return card(read.card); },
                        [](const CardUnreadable&) -> Told { return journeys::CardUnreadable{}; },
                        [](const NotAResidentCard&) -> Told {
                          return journeys::CardUnreadable{journeys::CardTrouble::not_supported};
                        },
                        [](const CardPulled&) -> Told {
                          return journeys::CardUnreadable{journeys::CardTrouble::pulled};
                        },
                    },
                    event);
}

Told journey_event(const drivers::scanner::ScannerEvent& event) {
  using namespace drivers::scanner;
  return std::visit(
      overloaded{
          [](const ScannerReady&) -> Told { return std::nullopt; },
          [](const ScannerUnusable&) -> Told { return std::nullopt; },
          [](const CodeScanned& scanned) -> Told {
            return journeys::CodeScanned{scanned.code.text};
          },
          [](const CodeUnreadable&) -> Told { return journeys::CodeScanned{damaged_code}; },
      },
      event);
}

Told journey_event(const drivers::smart_card::SmartCardEvent& event,
                   const shell::SmartCardSettings& settings) {
  using namespace drivers::smart_card;
  using journeys::CardTrouble;
  return std::visit(
      overloaded{
          [](const ReadersReady&) -> Told { return std::nullopt; },
          [](const ReadersUnusable&) -> Told { return std::nullopt; },
          [](const CardNoticed&) -> Told { return journeys::CardNoticed{}; },
          [&](const CardIdentified& card) -> Told {
            for (const Identifier& identifier : card.identifiers) {
              const std::string& system = system_of(identifier.kind, settings);
              if (!system.empty()) return journeys::IdentifierRead{{system, identifier.value}};
            }
            return journeys::CardUnreadable{CardTrouble::not_supported};
          },
          [](const CardUnreadable& card) -> Told {
            const bool unknown = card.why.code == "unknown_card" || card.why.code == "random_uid";
            return journeys::CardUnreadable{unknown ? CardTrouble::not_supported
                                                    : CardTrouble::unreadable};
          },
          [](const UseTheIdCardReader&) -> Told {
            return journeys::CardUnreadable{CardTrouble::wrong_reader};
          },
          [](const CardPulled&) -> Told { return journeys::CardUnreadable{CardTrouble::pulled}; },
      },
      event);
}

Reported report(DeviceReport& report, const drivers::id_card::ReaderEvent& event) {
  using namespace drivers::id_card;
  DeviceReport next = report;
  if (const auto* ready = std::get_if<ReaderReady>(&event)) {
    next.health = ReaderHealth::ok;
    next.detail = ready->sam_number.empty() ? "" : "SAM " + ready->sam_number;
    next.wrong.clear();
  } else if (const auto* unusable = std::get_if<ReaderUnusable>(&event)) {
    next.health = health_of(unusable->why);
    next.wrong = in_words(unusable->why);
  }
  return update(report, std::move(next));
}

Reported report(DeviceReport& report, const drivers::scanner::ScannerEvent& event) {
  using namespace drivers::scanner;
  DeviceReport next = report;
  if (std::holds_alternative<ScannerReady>(event)) {
    next.health = ScannerHealth::ok;
    next.wrong.clear();
  } else if (const auto* unusable = std::get_if<ScannerUnusable>(&event)) {
    next.health = ScannerHealth::missing;
    next.wrong = in_words(unusable->why);
  }
  return update(report, std::move(next));
}

Reported report(DeviceReport& report, const drivers::smart_card::SmartCardEvent& event) {
  using namespace drivers::smart_card;
  DeviceReport next = report;
  if (const auto* ready = std::get_if<ReadersReady>(&event)) {
    next.health = ReaderHealth::ok;
    next.detail = fmt::format("{}", fmt::join(ready->readers, ", "));
    next.wrong.clear();
  } else if (const auto* unusable = std::get_if<ReadersUnusable>(&event)) {
    const bool absent = unusable->why.code == "no_reader";
    next.health = absent ? ReaderHealth::missing : ReaderHealth::out_of_service;
    next.wrong = in_words(unusable->why);
  }
  return update(report, std::move(next));
}

Reported report(DeviceReport& report, const drivers::printer::PrinterEvent& event) {
  using namespace drivers::printer;
  DeviceReport next = report;
  if (const auto* changed = std::get_if<StateChanged>(&event)) {
    const journeys::PrinterHealth health = app::health_of(changed->state);
    next.health = health;
    next.wrong = printer_trouble(health);
  } else if (const auto* identified = std::get_if<Identified>(&event)) {
    next.detail = identified->maker;
    if (!identified->model.empty())
      next.detail += (next.detail.empty() ? "" : " ") + identified->model;
    if (identified->use) {
      next.detail += (next.detail.empty() ? "" : "; ") + in_words(*identified->use);
      const std::string trouble = width_trouble(*identified->use);
      if (!trouble.empty()) next.detail += "; " + trouble;
    }
  }
  return update(report, std::move(next));
}

void log_event(const std::string& device, const drivers::id_card::ReaderEvent& event) {
  using namespace drivers::id_card;
  if (std::holds_alternative<ReaderReady>(event)) {
    shell::log(shell::Severity::info, "reader_ready", {{"device", device}});
  } else if (const auto* unusable = std::get_if<ReaderUnusable>(&event)) {
    shell::log_error("reader", unusable->why);
  } else if (const auto* unreadable = std::get_if<CardUnreadable>(&event)) {
    shell::log_error("card", unreadable->why);
  }
}

void log_event(const std::string& device, const drivers::scanner::ScannerEvent& event) {
  using namespace drivers::scanner;
  if (std::holds_alternative<ScannerReady>(event)) {
    shell::log(shell::Severity::info, "scanner_ready", {{"device", device}});
  } else if (const auto* unusable = std::get_if<ScannerUnusable>(&event)) {
    shell::log_error("scanner", unusable->why);
  } else if (const auto* unreadable = std::get_if<CodeUnreadable>(&event)) {
    shell::log_error("code", unreadable->why);
  }
}

void log_event(const std::string& device, const drivers::smart_card::SmartCardEvent& event) {
  using namespace drivers::smart_card;
  if (std::holds_alternative<ReadersReady>(event)) {
    shell::log(shell::Severity::info, "reader_ready", {{"device", device}});
  } else if (const auto* unusable = std::get_if<ReadersUnusable>(&event)) {
    shell::log_error("reader", unusable->why);
  } else if (const auto* unreadable = std::get_if<CardUnreadable>(&event)) {
    shell::log_error("card", unreadable->why);
  }
}

void log_event(const std::string&, const drivers::printer::PrinterEvent& event) {
  using namespace drivers::printer;
  std::visit(overloaded{
                 [](const StateChanged& changed) {
                   shell::log(shell::Severity::info, "printer",
                              {{"state", std::string(name_of(changed.state))}});
                 },
                 [](const Identified& identified) {
                   shell::log(shell::Severity::info, "printer_identified",
                              {{"maker", identified.maker},
                               {"model", identified.model},
                               {"profile", identified.use ? in_words(*identified.use) : ""}});
                   if (!identified.use) return;
                   const std::string trouble = width_trouble(*identified.use);
                   if (trouble.empty()) return;
                   shell::log(shell::Severity::warning, "printer_width", {{"what", trouble}});
                 },
                 [](const Printed&) {},
                 [](const Failed& failed) { shell::log_error("print", failed.why); },
                 [](const MadeForAnother& made) {
                   shell::log(shell::Severity::info, "printer_is_another",
                              {{"job", std::to_string(made.job.value)},
                               {"width_dots", std::to_string(made.here.width_dots)}});
                 },
                 [](const Unknown& unknown) { shell::log_error("print", unknown.why); },
                 [](const Withdrawn& withdrawn) {
                   shell::log(shell::Severity::info, "ticket_not_taken",
                              {{"job", std::to_string(withdrawn.job.value)}});
                 },
             },
             event);
}

journeys::PrinterHealth health_of(drivers::printer::PrinterState state) {
  using drivers::printer::PrinterState;
  switch (state) {
    case PrinterState::ready:
      return journeys::PrinterHealth::ok;
    case PrinterState::paper_near_end:
      return journeys::PrinterHealth::paper_near_end;
    case PrinterState::offline:
    case PrinterState::silent:
      return journeys::PrinterHealth::offline;
    case PrinterState::overheated:
      return journeys::PrinterHealth::overheated;
    case PrinterState::cutter_error:
      return journeys::PrinterHealth::cutter_error;
    case PrinterState::paper_out:
      return journeys::PrinterHealth::paper_out;
    case PrinterState::cover_open:
      return journeys::PrinterHealth::cover_open;
    case PrinterState::unplugged:
      return journeys::PrinterHealth::missing;
  }
  return journeys::PrinterHealth::missing;
}

}  // namespace kiosk::app
