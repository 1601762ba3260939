// What a confined process cannot do, and that it can sign.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "server/signer/signer.h"
#include "server/signer/signer_confine.h"
#include "test/unit/server/signer/signer_fixture.h"

#define SKIPPED 77 // cannot be tried here

#ifdef SYS_mmap // on 32-bit ARM there is only the other one
#define MMAP SYS_mmap
#else
#define MMAP SYS_mmap2
#endif

// System calls by their numbers, as an intruder makes them: -1 and EPERM if they are denied.
static long internet(void)
{
    return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static long internet6(void)
{
    return syscall(SYS_socket, AF_INET6, SOCK_DGRAM, 0);
}

static long unix_stream(void)
{
    return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static long pair(void)
{
    int fds[2];

    return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds);
}

// Of a socket that is open already.
static long connection(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    return syscall(SYS_connect, 0, &address, sizeof address);
}

static long bound(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    return syscall(SYS_bind, 0, &address, sizeof address);
}

static long program(void)
{
    char *arguments[] = {NULL};

    return syscall(SYS_execve, "/bin/true", arguments, arguments);
}

static long child(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long child3(void)
{
    return syscall(SYS_clone3, NULL, 0);
}

static long trace(void)
{
    return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
}

static long memory_of_another(void)
{
    char byte;
    struct iovec iovec = {&byte, 1};

    return syscall(SYS_process_vm_readv, getppid(), &iovec, 1, &iovec, 1, 0);
}

static long signal_to_another(void)
{
    return syscall(SYS_kill, getppid(), 0);
}

static long executable_memory(void)
{
    return syscall(MMAP, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long memory_made_executable(void)
{
    static _Alignas(4096) char page[4096];

    return syscall(SYS_mprotect, page, sizeof page, PROT_READ | PROT_EXEC);
}

static long removal(void)
{
    return syscall(SYS_unlinkat, AT_FDCWD, "/nowhere", 0);
}

static long mode(void)
{
    return syscall(SYS_fchmod, 0, 0666);
}

static long dumpable(void)
{
    return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long another_user(void)
{
    return syscall(SYS_setuid, 0);
}

static long namespace(void)
{
    return syscall(SYS_unshare, CLONE_NEWUSER);
}

static const struct {
    const char *name;
    long (*call)(void);
} calls[] = {
    {"socket of the Internet", internet},
    {"socket of IPv6", internet6},
    {"Unix socket", unix_stream},
    {"pair of sockets", pair},
    {"connect", connection},
    {"bind", bound},
    {"execve", program},
    {"clone", child},
    {"clone3", child3},
    {"ptrace", trace},
    {"process_vm_readv", memory_of_another},
    {"kill", signal_to_another},
    {"executable memory", executable_memory},
    {"memory made executable", memory_made_executable},
    {"unlink", removal},
    {"fchmod", mode},
    {"prctl", dumpable},
    {"setuid", another_user},
    {"unshare", namespace},
};

static int run_in_child(int (*run)(void *ctx), void *ctx)
{
    pid_t pid = fork();
    int status = -1;

    assert_true(pid >= 0);
    if (pid == 0) // by hand: before _exit() the sanitizer does what is denied by then
        syscall(SYS_exit_group, run(ctx));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct attempt {
    size_t i; // of calls
    bool uses_token;
};

static int try_call(void *ctx)
{
    const struct attempt *attempt = ctx;

    if (signer_confine(attempt->uses_token, NULL) < 0)
        return 2;
    errno = 0;
    return calls[attempt->i].call() == -1 && errno == EPERM ? 0 : 1;
}

static void an_intruder_gets_nowhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof calls / sizeof calls[0]; i++) {
        struct attempt attempt = {i / 2, i % 2 == 1};

        if (run_in_child(try_call, &attempt) != 0)
            fail_msg("%s%s", calls[i / 2].name, i % 2 == 1 ? ", with a token" : "");
    }
}

static int sign_confined(void *ctx)
{
    struct signer *signer;
    struct signer_peer peer = {0};
    struct signer_message_written request;
    struct signer_message_written written;
    struct signer_message_answer answer = {.code = 1};

    signer_fixture_request(
        &(struct request_fixture){.common_name = SIGNER_FIXTURE_MAC}, 0, &request);
    if (signer_open(ctx, &signer_fixture_policy, &signer, NULL) < 0 ||
        signer_confine(false, NULL) < 0)
        return 2;

    struct signer_received message = {request.bytes, request.n};

    signer_answer(signer, &peer, &message, &written);
    if (signer_message_read_answer(written.bytes, written.n, &answer) < 0)
        return 3;
    signer_free(signer);
    return answer.code == 0 ? 0 : 4;
}

static void it_can_sign(void **state)
{
    assert_int_equal(run_in_child(sign_confined, *state), 0);
    assert_int_equal(signer_fixture_recorded(*state), 1);
}

// Programs of another machine, emulated, have no filters: qemu-user passes none on. There the
// signer does not start.
static bool has_filters(void)
{
    uint32_t action = SECCOMP_RET_ERRNO;

    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intruder_gets_nowhere),
        cmocka_unit_test_setup_teardown(it_can_sign, signer_fixture_make, scratch_remove),
    };

    if (!has_filters()) {
        puts("this system has no filters of system calls");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
