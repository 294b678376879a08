#pragma once

#include <cstdint>
#include <string>

// A SQLite VFS over the default one that fails where a test wants it, and remembers what a power
// cut would have left of each file: all that was synced, and of the later writes those that the
// cut's dice let through.
namespace kiosk::store::testing {

enum class Fault { none, disk_full, io_error, exit_process };
enum class Lasting { once, from_then_on };

/// Registers the VFS on first use and gives its name.
const char* faulty_vfs();

/// Counts writes, syncs, truncations and deletions from now on; the n-th (from 1) meets the fault.
void plan_fault(Fault fault, int nth, Lasting lasting);
/// True when the planned fault has been met.
bool fault_met();
/// How many such operations there were since the plan.
int operations();

/// Forgets all files: what is on the disk now counts as synced when it is opened.
void forget_files();
/// Turns the files into what a power cut leaves; the connection must have been dropped before.
void cut_power(std::uint64_t dice);

}  // namespace kiosk::store::testing
