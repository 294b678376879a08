#include "tests/demo/demo.h"

int main(int argc, char** argv) {
  return demo::run_demo(argc, argv);
}
