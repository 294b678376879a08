#include "kiosk/sync/verdict.h"

#include <algorithm>
#include <array>

#include "kiosk/base/cut.h"
#include "kiosk/domain/masked_words.h"
#include "kiosk/sync/fhir_read.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t words_bytes_max = 600;

std::vector<IssueRow> issues(const Reply& reply) {
  const auto reading = read_fhir(reply.body());
  return reading ? reading->issues : std::vector<IssueRow>();
}

bool is_failed_test(const Reply& reply) {
  for (const auto& issue : issues(reply)) {
    if (issue.code == "conflict") return true;
    std::string words = issue.text;
    std::transform(words.begin(), words.end(), words.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto at = words.find("test");
    const bool alone =
        at != std::string::npos && (at == 0 || words[at - 1] < 'a' || words[at - 1] > 'z');
    if (alone && words.find("patch") != std::string::npos) return true;
    if (alone && words.find("operation") != std::string::npos) return true;
    if (alone && words.find("failed") != std::string::npos) return true;
  }
  return false;
}

std::string issue_words(const std::vector<IssueRow>& issues) {
  std::string words;
  for (const auto& issue : issues) {
    if (words.size() > words_bytes_max) break;
    words += ": " + domain::masked_words(issue.code);
    if (!issue.text.empty()) words += ": " + domain::masked_words(issue.text);
  }
  return words;
}

/// IssueType (FHIR R4, required), which holds nothing that a server can choose.
std::string issue_codes(const std::vector<IssueRow>& issues) {
  constexpr std::array<std::string_view, 31> known = {
      "invalid",       "structure", "required",         "value",         "invariant",  "security",
      "login",         "unknown",   "expired",          "forbidden",     "suppressed", "processing",
      "not-supported", "duplicate", "multiple-matches", "not-found",     "deleted",    "too-long",
      "code-invalid",  "extension", "too-costly",       "business-rule", "conflict",   "transient",
      "lock-error",    "no-store",  "exception",        "timeout",       "incomplete", "throttled",
      "informational"};
  std::string codes;
  for (const auto code : known)
    if (std::any_of(issues.begin(), issues.end(),
                    [&](const auto& one) { return one.code == code; }))
      codes += (codes.empty() ? ": " : ", ") + std::string(code);
  return codes;
}

}  // namespace

Verdict judge(const Reply& reply) {
  if (std::holds_alternative<HttpFailure>(reply.outcome))
    return reply.unsent() ? Verdict::unsent : Verdict::unknown;
  switch (const int status = reply.status(); status) {
    case 409:
    case 412:
    case 423:
    case 428:
      return Verdict::conflict;
    case 404:
    case 410:
      return Verdict::gone;
    case 401:
    case 403:
    case 407:
      return Verdict::denied;
    case 425:
    case 429:
    case 503:
      return Verdict::busy;
    case 408:
      return Verdict::unknown;
    case 400:
    case 422:
      return is_failed_test(reply) ? Verdict::conflict : Verdict::refused;
    case 501:
      return Verdict::refused;
    default:
      if (status >= 200 && status < 300) return Verdict::done;
      if (status >= 300 && status < 400) return Verdict::denied;  // never followed
      return status >= 500 ? Verdict::unknown : Verdict::refused;
  }
}

bool is_gone(const Reply& reply) {
  return judge(reply) == Verdict::gone && speaks_fhir(reply.body());
}

std::optional<FailedEntry> failed_entry(const Reading& reading) {
  constexpr std::array passing = {"401", "403", "407", "408", "409",
                                  "412", "423", "425", "428", "429"};
  for (const auto& entry : reading.responses) {
    if (entry.status.empty() || entry.status.starts_with('2')) continue;
    const auto status = entry.status.substr(0, 3);
    const bool number = status.find_first_not_of("0123456789") == std::string::npos;
    const auto what = "an entry of the transaction: HTTP " + (number ? status : "unknown");
    FailedEntry failed{what + issue_words(reading.issues), what + issue_codes(reading.issues),
                       status.starts_with('4')};
    if (std::find(passing.begin(), passing.end(), status) != passing.end()) failed.for_good = false;
    cut_to(failed.words, words_bytes_max);
    return failed;
  }
  return std::nullopt;
}

std::string server_words(const Reply& reply) {
  std::string words = reply.what() + issue_words(issues(reply));
  cut_to(words, words_bytes_max);
  return words;
}

std::string server_codes(const Reply& reply) {
  return reply.what() + issue_codes(issues(reply));
}

}  // namespace kiosk::sync
