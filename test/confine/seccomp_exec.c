// Runs a command with the filters that systemd makes of a unit's SystemCallFilter=,
// RestrictAddressFamilies= and MemoryDenyWriteExecute=yes, and without a way to new privileges.
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DENY SCMP_ACT_ERRNO(EPERM)
#define WRITE_EXECUTE (PROT_WRITE | PROT_EXEC)

static void fail(const char *what)
{
    fprintf(stderr, "seccomp-exec: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int family_of(const char *name)
{
    static const struct {
        const char *name;
        int family;
    } families[] = {{"AF_INET", AF_INET}, {"AF_INET6", AF_INET6}, {"AF_UNIX", AF_UNIX},
        {"AF_NETLINK", AF_NETLINK}};

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strcmp(families[i].name, name) == 0)
            return families[i].family;
    }
    errno = EINVAL;
    fail(name);
    return -1;
}

static struct scmp_arg_cmp equal(unsigned argument, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

// socket() is allowed for these families alone.
static int allow_families(scmp_filter_ctx filter, char *names)
{
    int rc = 0;

    for (char *name = strtok(names, " "); name != NULL && rc == 0; name = strtok(NULL, " "))
        rc = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, equal(0, (scmp_datum_t)family_of(name)));
    return rc;
}

// No memory that can be written and executed: mmap() with one of the two flags at most, and no
// mprotect() to executable at all.
static int allow_memory(scmp_filter_ctx filter)
{
    static const scmp_datum_t safe[] = {0, PROT_WRITE, PROT_EXEC};
    int rc = 0;

    for (size_t i = 0; i < sizeof safe / sizeof safe[0] && rc == 0; i++)
        rc = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, masked(2, WRITE_EXECUTE, safe[i]));
    return rc < 0 ? rc
                  : seccomp_rule_add(
                        filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, masked(2, PROT_EXEC, 0));
}

// All others by their name. A name that this kernel does not know is none that it can be called by.
static int allow_calls(scmp_filter_ctx filter, char *names)
{
    static const char *const with_conditions[] = {"socket", "mmap", "mprotect", "pkey_mprotect"};
    int rc = 0;

    for (char *name = strtok(names, " "); name != NULL && rc == 0; name = strtok(NULL, " ")) {
        int number = seccomp_syscall_resolve_name(name);

        for (size_t i = 0; i < sizeof with_conditions / sizeof with_conditions[0]; i++) {
            if (strcmp(name, with_conditions[i]) == 0)
                number = __NR_SCMP_ERROR;
        }
        if (number >= 0)
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
    }
    return rc;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: seccomp-exec 'CALL...' 'AF_...' COMMAND...\n");
        return 2;
    }

    scmp_filter_ctx filter = seccomp_init(DENY);
    int rc = filter == NULL ? -ENOMEM : allow_calls(filter, argv[1]);

    if (rc == 0)
        rc = allow_families(filter, argv[2]);
    if (rc == 0)
        rc = allow_memory(filter);
    errno = -rc;
    if (rc < 0)
        fail("the filter");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail("no new privileges");
    rc = seccomp_load(filter);
    errno = -rc;
    if (rc < 0)
        fail("loading the filter");
    seccomp_release(filter);
    execvp(argv[3], argv + 3);
    fail(argv[3]);
    return 1;
}
