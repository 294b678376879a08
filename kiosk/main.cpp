#include "kiosk/app/cli.h"

int main(int argc, char** argv) { return kiosk::app::run_cli(argc, argv); }
