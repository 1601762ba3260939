// Mails about alerts: from the daemon's folder to sendmail.
#include "server/daemon/send_mail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/alert/alert_mail.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/base/host_name.h"
#include "server/base/log.h"
#include "server/daemon/alert_link.h"

#define KEPT_MS (INT64_C(3) * 86400000)

struct sending {
    const struct config *config;
    char folder[PATH_MAX];
    int fd;   // the folder
    char *to; // as a header has it
    char from[HOST_NAME_SIZE + 64];
    char host[HOST_NAME_SIZE];
};

// A regular file that is no link, of at most so many bytes: who may write here may not have others
// read for him. *when_ms is when it was written.
static int read_word(
    const struct sending *sending, const char *name, char *out, size_t *n, int64_t *when_ms)
{
    int fd = openat(sending->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    ssize_t got = -1;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1) {
        got = read(fd, out, ALERT_MAIL_MAX);
        *when_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    }
    close(fd);
    *n = got > 0 ? (size_t)got : 0;
    return got > 0 ? 0 : -1;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// A memory file, not a pipe: a sendmail that ends early is met by its status alone.
static int run_sendmail(const struct sending *sending, const char *mail)
{
    char *const argv[] = {sending->config->alert_sendmail, "-t", "-i", NULL};
    int input = memfd_create("mail", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int rc = -1;

    if (input < 0)
        return -1;
    if (file_write_all(input, mail, strlen(mail)) == 0 && lseek(input, 0, SEEK_SET) == 0 &&
        posix_spawn_file_actions_init(&actions) == 0) {
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
        if (errno != 0)
            log_error("mail", "%s cannot be run: %m", argv[0]);
        else
            rc = wait_for(pid);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(input);
    return rc;
}

// 0 if it is done with.
static int send_one(const struct sending *sending, const char *name)
{
    char word[ALERT_MAIL_MAX];
    char id[NAME_MAX + HOST_NAME_SIZE + 32];
    size_t n = 0;
    int64_t when_ms = 0;

    if (read_word(sending, name, word, &n, &when_ms) < 0) {
        log_error("mail", "not a mail, removed file=%s/%s", sending->folder, name);
        return unlinkat(sending->fd, name, 0);
    }
    snprintf(id, sizeof id, "%s-%lld@%s", name, (long long)when_ms, sending->host);

    struct alert_mail_frame frame = {sending->from, sending->to, id, when_ms};
    char *mail = alert_mail_compose(&frame, word, n);
    int status = mail != NULL ? run_sendmail(sending, mail) : -1;

    free(mail);
    if (status == 0)
        return unlinkat(sending->fd, name, 0);
    if (clock_system_ms() - when_ms > KEPT_MS) {
        log_error("mail", "given up after three days, removed file=%s/%s", sending->folder, name);
        return unlinkat(sending->fd, name, 0);
    }
    log_error("mail", "%s did not take a mail status=%d file=%s/%s: it is tried again",
        sending->config->alert_sendmail, status, sending->folder, name);
    return -1;
}

// Plain names as the daemon gives them: the header is made with them.
static int is_mail(const struct dirent *entry)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t n = strspn(entry->d_name, plain);

    return n > 0 && strcmp(entry->d_name + n, ALERT_MAIL_END) == 0;
}

static int send_all(const struct sending *sending)
{
    struct dirent **entries;
    char inside[PATH_MAX + 8];
    int count;
    int status = EXIT_SUCCESS;

    snprintf(inside, sizeof inside, "%s/x", sending->folder);
    file_sweep_folder_of(inside);
    count = scandir(sending->folder, &entries, is_mail, alphasort);
    if (count < 0)
        return EXIT_FAILURE;
    for (int i = 0; i < count; i++) {
        // What one is not taken of, the next one is not either, most likely.
        if (status == EXIT_SUCCESS && send_one(sending, entries[i]->d_name) < 0)
            status = EXIT_FAILURE;
        free(entries[i]);
    }
    free(entries);
    return status;
}

// Header and message id hold it.
static void read_host(char out[HOST_NAME_SIZE])
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    char own[HOST_NAME_SIZE];

    host_name_read(own);
    host_name_read_full(own, out);
    if (strchr(out, '.') == NULL) // a receiver may refuse the other
        snprintf(out, HOST_NAME_SIZE, "%s", own);
    if (out[0] == '\0' || strspn(out, plain) != strlen(out))
        snprintf(out, HOST_NAME_SIZE, "localhost");
}

int send_mail_run(const struct config *config)
{
    struct sending sending = {.config = config};
    struct err err = {0};
    int status = EXIT_FAILURE;

    if (config->alert_mail_to[0] == '\0')
        return EXIT_SUCCESS;
    read_host(sending.host);
    if (config->alert_mail_from[0] != '\0')
        snprintf(sending.from, sizeof sending.from, "%s", config->alert_mail_from);
    else
        snprintf(sending.from, sizeof sending.from, "secureesp@%s", sending.host);
    snprintf(sending.folder, sizeof sending.folder, "%s/" ALERT_LINK_FOLDER, config->state_dir);
    sending.fd = open(sending.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sending.fd < 0)
        return errno == ENOENT ? EXIT_SUCCESS : EXIT_FAILURE;
    if (alert_mail_read_addresses(config->alert_mail_to, &sending.to, &err) == 0)
        status = send_all(&sending);
    free(sending.to);
    close(sending.fd);
    return status;
}
