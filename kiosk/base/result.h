#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace kiosk {

/// Who can put an error right; screens show this, never codes.
enum class Remedy { patient, wait, staff, nobody };

/// Why something failed. `domain` and `code` are literals with static storage ("printer",
/// "paper_out"); together they name the error in logs and tests. `what` is for IT, in English, and
/// holds nothing of a patient.
struct Error {
  std::string_view domain;
  std::string_view code;
  std::string what;
  Remedy remedy = Remedy::staff;

  bool operator==(const Error&) const = default;
};

/// The value, or why there is none. A [[nodiscard]] form of tl::expected.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(std::string_view domain, std::string_view code, std::string what,
                                  Remedy remedy = Remedy::staff) {
  return tl::unexpected<Error>(Error{domain, code, std::move(what), remedy});
}

/// Passes an error outward with what was being done: "print ticket: bulk write: timed out".
inline tl::unexpected<Error> fail(std::string_view doing, Error error) {
  error.what = std::string(doing) + ": " + error.what;
  return tl::unexpected<Error>(std::move(error));
}

inline tl::unexpected<Error> pass_on(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace kiosk
