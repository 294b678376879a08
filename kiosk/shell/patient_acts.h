#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/audit.h"
#include "kiosk/journeys/event.h"

namespace kiosk::shell {

/// What patients do and see, told from the model's transitions for the audit trail: which screens
/// came, in which state and for which visits, what of an appointment was confirmed, which controls
/// were pressed, how it ended. Nothing of what was typed or read. Steppable; lives on the UI
/// thread.
class PatientActs {
 public:
  /// Before the event changes the model.
  void before(const journeys::Event& event, const journeys::Model& model);
  /// After it; gives what is to be written down, in order.
  std::vector<domain::AuditNote> after(const journeys::Rules& rules, const journeys::Event& event,
                                       const journeys::Model& model);

 private:
  /// A screen as the trail tells of it, once for each visit on it.
  struct Shown {
    std::string visit_key;
    std::string detail;
    bool operator==(const Shown&) const = default;
  };

  static std::vector<Shown> shown_on(const journeys::Rules& rules, const journeys::Model& model);
  void add(domain::Act act, std::string visit_key, std::string detail);
  void end(const char* how);

  std::optional<Instant> stay_;  ///< since when the person who stands here does; none: nobody does
  std::vector<Shown> shown_;     ///< what she sees
  std::vector<domain::AuditNote> notes_;
};

}  // namespace kiosk::shell
