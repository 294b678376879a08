#pragma once

#include <string>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "kiosk/store/vault.h"

namespace kiosk::store {

/// The vault's key from a file: 32 raw bytes, or 64 hexadecimal digits with an optional line end.
///
/// Errors: store/key_missing, store/key_permissions (anyone but the owner may read or write it),
/// store/bad_key (another length). Thread: any.
Result<Bytes> read_key_file(const std::string& path);

/// Makes a new key file, mode 0600, and gives its key; an existing file is never overwritten.
///
/// Errors: store/key_exists, store/io. Thread: any.
Result<Bytes> create_key_file(const std::string& path, const RandomSource& random);

}  // namespace kiosk::store
