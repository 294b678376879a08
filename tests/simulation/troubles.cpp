#include "tests/simulation/troubles.h"

#include <array>
#include <utility>

namespace simulation {
namespace {

constexpr std::array<std::pair<Trouble, const char*>, 30> words_of{{
    {Trouble::network_cuts, "network_cuts"},
    {Trouble::lossy_network, "lossy_network"},
    {Trouble::slow_network, "slow_network"},
    {Trouble::server_errors, "server_errors"},
    {Trouble::twice, "twice"},
    {Trouble::denials, "denials"},
    {Trouble::races, "races"},
    {Trouble::refusals, "refusals"},
    {Trouble::kills, "kills"},
    {Trouble::power_cuts, "power_cuts"},
    {Trouble::disk_full, "disk_full"},
    {Trouble::disk_errors, "disk_errors"},
    {Trouble::paper, "paper"},
    {Trouble::cable, "cable"},
    {Trouble::devices, "devices"},
    {Trouble::desk, "desk"},
    {Trouble::edits, "edits"},
    {Trouble::merges, "merges"},
    {Trouble::clock, "clock"},
    {Trouble::midnight, "midnight"},
    {Trouble::dst, "dst"},
    {Trouble::restores, "restores"},
    {Trouble::shared_code, "shared_code"},
    {Trouble::sign_in, "sign_in"},
    {Trouble::withdrawals, "withdrawals"},
    {Trouble::lost_ledgers, "lost_ledgers"},
    {Trouble::wanderers, "wanderers"},
    {Trouble::server_clock, "server_clock"},
    {Trouble::middleboxes, "middleboxes"},
    {Trouble::small_pages, "small_pages"},
}};

}  // namespace

Troubles all_troubles() {
  Troubles all;
  for (const auto& [trouble, word] : words_of) all.insert(trouble);
  return all;
}

const char* name(Trouble trouble) {
  for (const auto& [one, word] : words_of) {
    if (one == trouble) return word;
  }
  return "";
}

std::string names(const Troubles& troubles) {
  std::string text;
  for (const Trouble one : troubles) text += (text.empty() ? "" : ",") + std::string(name(one));
  return text.empty() ? "none" : text;
}

Troubles troubles_in(std::string_view words) {
  Troubles found;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    for (const auto& [trouble, known] : words_of) {
      if (word == known) found.insert(trouble);
    }
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return found;
}

}  // namespace simulation
