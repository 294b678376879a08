#include "drivers/camera/decoder/sandbox.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>

namespace drivers::camera::decoder {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DECODER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DECODER_SANITIZED 1
#endif
#endif

#ifdef DECODER_SANITIZED
constexpr bool sanitized = true;  // needs terabytes of addresses, and threads of its own
#else
constexpr bool sanitized = false;
#endif

bool limit(__rlimit_resource_t what, rlim_t most) {
  const rlimit both{most, most};
  return setrlimit(what, &both) == 0;
}

bool limit_resources() {
  constexpr rlim_t memory_max = rlim_t{1} << 30;
  const bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0);
  return limited && (sanitized || limit(RLIMIT_AS, memory_max));
}

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

/// What the allocator, the C++ run time and the one socket need; abort() included.
bool allow_few_calls() {
  const std::unique_ptr<void, FilterDeleter> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) return false;
  const std::initializer_list<int> allowed = {SCMP_SYS(read),
                                              SCMP_SYS(write),
                                              SCMP_SYS(recvfrom),
                                              SCMP_SYS(recvmsg),
                                              SCMP_SYS(sendto),
                                              SCMP_SYS(sendmsg),
                                              SCMP_SYS(munmap),
                                              SCMP_SYS(mremap),
                                              SCMP_SYS(madvise),
                                              SCMP_SYS(brk),
                                              SCMP_SYS(futex),
                                              SCMP_SYS(clock_gettime),
                                              SCMP_SYS(gettimeofday),
                                              SCMP_SYS(getrandom),
                                              SCMP_SYS(getpid),
                                              SCMP_SYS(gettid),
                                              SCMP_SYS(tgkill),
                                              SCMP_SYS(rt_sigprocmask),
                                              SCMP_SYS(rt_sigaction),
                                              SCMP_SYS(rt_sigreturn),
                                              SCMP_SYS(restart_syscall),
                                              SCMP_SYS(exit),
                                              SCMP_SYS(exit_group),
                                              SCMP_SYS(sched_yield),
                                              SCMP_SYS(sched_getaffinity)};
  for (const int call : allowed) {
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) return false;
  }
  // Memory yes, but none that holds code.
  constexpr scmp_arg_cmp no_code{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    if (seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &no_code) != 0) return false;
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace

bool enter_sandbox() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !limit_resources()) return false;
  return sanitized || allow_few_calls();
}

}  // namespace drivers::camera::decoder
