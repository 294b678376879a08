#pragma once

#include "kiosk/store/ledger.h"

// The outbox's rows as this folder's files read them.
namespace kiosk::store {

enum class OutboxState { pending, acknowledged, refused };

/// Of the table `outbox o`, for listed_from; the first eleven are message_from's.
inline constexpr const char* listed_columns =
    "o.id, o.visit_key, o.appointment_id, patient_id, nonce, o.number, token, o.confirmed_ms, "
    "attempts, not_before_ms, unknown, state, reason";

domain::ArrivalMessage message_from(const Row& row);
/// Without the check-in.
ListedArrival listed_from(const Row& row);
/// Why an arrival was refused, without what tells of its patient; shortened.
std::string shown_reason(const std::string& reason, const domain::CheckIn& check_in);

}  // namespace kiosk::store
