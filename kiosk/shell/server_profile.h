#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kiosk/sync/site_profile.h"

// What `kiosk probe` found out about a server, as a file that `server.profile` names. It holds the
// keys below, which then take the place of those of the configuration itself.
namespace kiosk::shell {

/// Its first line begins with this.
inline constexpr std::string_view server_profile_heading = "# Server profile";

/// The keys that may stand in it.
const std::vector<std::string>& server_profile_keys();

/// Whether the probe has tried how an arrival is told.
enum class ArrivalTried { no, yes };

/// The file; `whose` ends its first line. Without a try the keys of [server.arrival] are left out.
std::string server_profile_text(const sync::SiteProfile& profile, std::string_view whose,
                                ArrivalTried tried);

}  // namespace kiosk::shell
