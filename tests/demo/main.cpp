#include <csignal>

#include "kiosk/app/application.h"
#include "tests/demo/demo.h"

int main(int argc, char** argv) {
  kiosk::app::forbid_cores();
  // The application takes the signals that end it; the threads of the world around it, which starts
  // first, must not.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return demo::run_demo(argc, argv);
}
