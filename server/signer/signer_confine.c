// The system calls that the signer has.
#include "server/signer/signer_confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Under the names of all machines; one that this machine does not have is passed over.
static const char *const allowed[] = {
    // connections
    "accept4", "recv", "recvfrom", "send", "sendto", "getsockopt", "poll", "ppoll", "ppoll_time64",
    "close",
    // the log, signalfd, issued.pem, the configuration
    "read", "write", "openat", "open", "fstat", "fstat64", "fstatat64", "newfstatat", "statx",
    "pread64", "lseek", "_llseek", "ftruncate", "ftruncate64", "flock", "fsync",
    // memory
    "brk", "munmap", "mremap", "madvise",
    // time, random numbers, locks of the libraries
    "clock_gettime", "clock_gettime64", "gettimeofday", "time", "getrandom", "futex",
    "futex_time64", "getpid", "gettid",
    // to be stopped and to end
    "restart_syscall", "rt_sigreturn", "rt_sigprocmask", "exit", "exit_group"};

// As SoftHSM has it, whose tokens are files.
static const char *const allowed_with_token[] = {
    "fcntl", "fcntl64", "getdents64", "getdents", "access", "faccessat", "faccessat2"};

static int allow_calls(scmp_filter_ctx filter, const char *const *calls, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        int number = seccomp_syscall_resolve_name(calls[i]);

        if (number >= 0)
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
    }
    return rc;
}

// Memory that is not executable, and does not become so.
static int allow_memory(scmp_filter_ctx filter)
{
    static const char *const calls[] = {"mmap", "mmap2", "mprotect"};
    int rc = 0;

    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && rc == 0; i++) {
        int number = seccomp_syscall_resolve_name(calls[i]);

        if (number >= 0)
            rc = seccomp_rule_add(
                filter, SCMP_ACT_ALLOW, number, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    return rc;
}

int signer_confine(bool uses_token, struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = filter != NULL ? allow_calls(filter, allowed, COUNT(allowed)) : -ENOMEM;

    if (rc == 0 && uses_token)
        rc = allow_calls(filter, allowed_with_token, COUNT(allowed_with_token));
    if (rc == 0)
        rc = allow_memory(filter);
    if (rc == 0)
        rc = seccomp_load(filter); // which also sets PR_SET_NO_NEW_PRIVS
    seccomp_release(filter);
    errno = -rc;
    return rc == 0 ? 0 : err_set(err, ERR_IO, "cannot confine this process (seccomp): %m");
}
