// Other programs, run to their end.
#include "server/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Keeps the end of what comes.
static void keep(struct program_result *out, size_t *n, const char *p, size_t size)
{
    const size_t room = PROGRAM_SAID_SIZE - 1;

    if (size > room - *n) {
        size_t gone = size - (room - *n);

        memmove(out->said, out->said + gone, *n - gone);
        *n -= gone;
    }
    memcpy(out->said + *n, p, size);
    *n += size;
    out->said[*n] = '\0';
}

static void read_all(int fd, struct program_result *out)
{
    char piece[512];
    size_t n = 0;
    ssize_t got;

    while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR)) {
        if (got > 0)
            keep(out, &n, piece, (size_t)got);
    }
}

// Returns what posix_spawnp(3) does.
static int spawn(const char *const *argv, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int number = posix_spawn_file_actions_init(&actions);

    if (number != 0)
        return number;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    number = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int program_run(const char *const *argv, struct program_result *out, struct err *err)
{
    int ends[2];
    pid_t pid;

    *out = (struct program_result){0};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set(err, ERR_IO, "cannot run %s: %m", argv[0]);

    int number = spawn(argv, ends[1], &pid);

    close(ends[1]);
    if (number == 0) {
        read_all(ends[0], out);
        out->status = wait_for(pid);
    }
    close(ends[0]);
    if (number == 0)
        return 0;
    errno = number;
    return err_set(err, number == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot run %s: %m", argv[0]);
}

// The last line that is no note, or the last; cuts what follows it.
static const char *last_word(char *said)
{
    for (char *end = said + strlen(said); end > said;) {
        char *begin = end;

        while (begin > said && begin[-1] != '\n')
            begin--;
        *end = '\0';
        if (strstr(begin, ": note: ") == NULL || begin == said)
            return begin;
        end = begin - 1;
    }
    return said;
}

int program_must(const char *const *argv, struct program_result *out, struct err *err)
{
    int rc = program_run(argv, out, err);
    size_t n;

    if (rc < 0 || out->status == 0)
        return rc;
    for (n = strlen(out->said); n > 0 && out->said[n - 1] == '\n'; n--)
        out->said[n - 1] = '\0';
    return err_set(
        err, ERR_IO, "%s ended with status %d: %s", argv[0], out->status, last_word(out->said));
}
