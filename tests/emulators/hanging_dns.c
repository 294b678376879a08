/* A name server that never answers: preloaded, getaddrinfo (POSIX.1-2017) says by an empty file
 * called $HANGING_DNS_CALLED that it was called, and does not come back. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char* node, const char* service, const void* hints, void** result) {
  (void)node;
  (void)service;
  (void)hints;
  (void)result;
  const char* mark = getenv("HANGING_DNS_CALLED");
  if (mark != NULL) close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  for (;;) pause();
}
