#pragma once

// The plain form of what the vault seals: a kind-and-version byte, then the members in the order of
// their struct. Integers are 8 bytes, little endian; texts and lists carry a length of 4 bytes.
// There is one encoding of each value, and a reader takes that one only. Nothing is allocated
// beyond the size of the input.

#include <initializer_list>
#include <string_view>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "kiosk/domain/check_in.h"

namespace kiosk::store {

Bytes encode(const domain::Person& person);
Bytes encode(const domain::Visit& visit);
Bytes encode(const domain::CheckIn& check_in);
/// Texts one after the other, for audit payloads.
Bytes encode_texts(std::initializer_list<std::string_view> texts);

/// Errors of all: store/bad_record. Thread: any; pure.
Result<domain::Person> decode_person(ByteView bytes);
Result<domain::Visit> decode_visit(ByteView bytes);
Result<domain::CheckIn> decode_check_in(ByteView bytes);
Result<std::vector<std::string>> decode_texts(ByteView bytes);

}  // namespace kiosk::store
