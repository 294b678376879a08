#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

// The texts of one language, from a compiled gettext catalogue. Message ids are the English texts,
// so what is not translated is shown in English.

namespace screens::ui {

/// What stands for `{name}` in a text.
struct Placeholder {
  std::string_view name;
  std::string_view value;
};
using Placeholders = std::initializer_list<Placeholder>;

/// Puts values for `{name}`. A value is never looked at again, whatever it holds; a name that has
/// no value stays visible as `{name}`.
std::string filled(std::string_view text, Placeholders values);

class Catalogue {
 public:
  static constexpr std::size_t file_bytes_max = std::size_t{4} * 1024 * 1024;
  static constexpr std::size_t messages_max = 20'000;

  /// Every text as its id: English without a file.
  Catalogue() = default;

  /// Reads a `.mo` file's bytes, of either byte order.
  /// Errors: ui/bad_catalogue saying what is wrong; ui/plural_forms for a rule other than one form,
  /// `n != 1` or `n > 1`.
  /// Source: GNU gettext manual, "The Format of GNU MO Files" and "Plural forms".
  static kiosk::Result<Catalogue> parse(kiosk::ByteView file);

  /// Errors: those of `parse`, and ui/no_catalogue when the file cannot be read; both name it.
  static kiosk::Result<Catalogue> load(const std::string& path);

  std::string tr(std::string_view id, Placeholders values = {}) const;
  /// The form for `n`, which also stands for `{n}`; ids are the English singular and plural.
  std::string tr_n(std::string_view one, std::string_view many, long n,
                   Placeholders values = {}) const;

  /// Message id -> its forms; the header is not among them. For checks over whole catalogues.
  const std::map<std::string, std::vector<std::string>, std::less<>>& messages() const {
    return messages_;
  }

 private:
  enum class Plural { one_form, not_one, above_one };

  kiosk::Result<void> read_header(std::string_view header);

  std::map<std::string, std::vector<std::string>, std::less<>> messages_;
  Plural plural_ = Plural::not_one;
};

}  // namespace screens::ui
