#include "kiosk/app/device_events.h"

#include "kiosk/base/overloaded.h"
#include "kiosk/shell/log.h"

namespace kiosk::app {
namespace {

using shell::LoopInput;
using What = decltype(journeys::Event::what);

LoopInput unreadable(bool not_supported) {
  return What(journeys::CardUnreadable{not_supported});
}

/// Only the reader itself can be at fault; one that is not plugged in is just missing.
journeys::ReaderHealth health_of(const Error& why) {
  return why.domain == "usb" ? journeys::ReaderHealth::missing
                             : journeys::ReaderHealth::out_of_service;
}

LoopInput card(const drivers::id_card::IdCardText& text) {
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
  return What(std::move(read));
}

}  // namespace

std::optional<LoopInput> loop_input(const drivers::id_card::ReaderEvent& event) {
  using namespace drivers::id_card;
  using Input = std::optional<LoopInput>;
  return std::visit(overloaded{
                        [](const ReaderReady&) -> Input {
                          shell::log(shell::Severity::info, "reader_ready");
                          return shell::ReaderState{journeys::ReaderHealth::ok};
                        },
                        [](const ReaderUnusable& unusable) -> Input {
                          shell::log_error("reader", unusable.why);
                          return shell::ReaderState{health_of(unusable.why)};
                        },
                        [](const CardNoticed&) -> Input { return What(journeys::CardNoticed{}); },
                        [](const CardRead& read) -> Input { return card(read.card); },
                        [](const CardUnreadable& failed) -> Input {
                          shell::log_error("card", failed.why);
                          return unreadable(false);
                        },
                        [](const NotAResidentCard&) -> Input { return unreadable(true); },
                        [](const CardPulled&) -> Input { return unreadable(false); },
                    },
                    event);
}

std::optional<LoopInput> loop_input(const drivers::scanner::ScannerEvent& event) {
  using namespace drivers::scanner;
  using Input = std::optional<LoopInput>;
  return std::visit(overloaded{
                        [](const ScannerReady&) -> Input {
                          shell::log(shell::Severity::info, "scanner_ready");
                          return shell::ScannerState{journeys::ScannerHealth::ok};
                        },
                        [](const ScannerUnusable& unusable) -> Input {
                          shell::log_error("scanner", unusable.why);
                          return shell::ScannerState{journeys::ScannerHealth::missing};
                        },
                        [](const CodeScanned& scanned) -> Input {
                          return What(journeys::CodeScanned{scanned.code.text});
                        },
                        [](const CodeUnreadable& failed) -> Input {
                          shell::log_error("code", failed.why);
                          // A control character stands for what could not be read: the code is
                          // damaged.
                          return What(journeys::CodeScanned{"\x1A"});
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
