#pragma once

namespace demo {

/// The command line of `kiosk-demo`: the kiosk with emulated devices, an emulated hospital and a
/// tray to play with them; `--headless` plays a walk-through.
int run_demo(int argc, char** argv);

}  // namespace demo
