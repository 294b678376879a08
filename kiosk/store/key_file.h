#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "kiosk/store/vault.h"

namespace kiosk::store {

/// `owner_only`: a file that others may use is refused. `as_mounted`: whoever made the folder
/// (systemd) has seen to that, by means that the mode does not show.
enum class KeyFileAccess { owner_only, as_mounted };

/// A key of 64 hexadecimal digits; nothing when it is not that.
std::optional<Bytes> key_from_hex(std::string_view digits);

/// The vault's key from a file: 32 raw bytes, or 64 hexadecimal digits with an optional line end.
///
/// Errors: store/key_missing, store/key_permissions (anyone but the owner may read or write it),
/// store/bad_key (another length). Thread: any.
Result<Bytes> read_key_file(const std::string& path,
                            KeyFileAccess access = KeyFileAccess::owner_only);

/// Makes a new key file, mode 0600, and gives its key; an existing file is never overwritten. After
/// a power cut there is a whole file or none.
///
/// Errors: store/key_exists, store/io. Thread: any.
Result<Bytes> create_key_file(const std::string& path, const RandomSource& random);

/// Overwrites the file with zeros, syncs, and removes it; one that is not there is as good. What a
/// flash disk keeps of overwritten blocks is out of a program's reach.
///
/// Errors: store/io. Thread: any.
Result<void> destroy_key_file(const std::string& path);

/// Where the next key lies while keys change.
std::string next_key_file(const std::string& path);
/// Puts the next key in the place of the one in `path`, at once, and destroys that one.
///
/// Errors: store/io. Thread: any.
Result<void> adopt_next_key_file(const std::string& path);

}  // namespace kiosk::store
