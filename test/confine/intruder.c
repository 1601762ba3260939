// What system scenarios preload into the signer: somebody who has taken it over, once it answers
// its first request. INTRUDER=probe tries what a signer cannot do and says on standard error what
// worked; INTRUDER=wait keeps the answer back for ever.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "test/confine/system_calls.h"

typedef ssize_t send_function(int fd, const void *p, size_t n, int flags);

static send_function *real_send;

static void report(const char *what, long result)
{
    char line[128];
    int n = snprintf(
        line, sizeof line, "intruder: %s: %s\n", what, result >= 0 ? "WORKS" : strerror(errno));

    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}

static void probe(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *arguments[] = {NULL};
    long pid;

    report("socket", syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
    report("socket6", syscall(SYS_socket, AF_INET6, SOCK_DGRAM, 0));
    report("netlink", syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0));
    report("unix", syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
    report("connect", syscall(SYS_connect, STDERR_FILENO, &address, sizeof address));
    report("execve", syscall(SYS_execve, "/bin/sh", arguments, arguments));
    pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    report("fork", pid);
    report("ptrace", syscall(SYS_ptrace, 0, 0, 0, 0));
    report("kill", syscall(SYS_kill, getppid(), 0));
    report("execute", syscall(SYSTEM_CALLS_MMAP, NULL, 4096, PROT_READ | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    report("unlink", syscall(SYS_unlinkat, AT_FDCWD, "/nowhere", 0));
}

__attribute__((constructor)) static void find(void)
{
    *(void **)&real_send = dlsym(RTLD_NEXT, "send");
}

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
    const char *task = getenv("INTRUDER");

    if (task != NULL && strcmp(task, "probe") == 0)
        probe();
    while (task != NULL && strcmp(task, "wait") == 0)
        poll(NULL, 0, 1000);
    return real_send(fd, buf, n, flags);
}
