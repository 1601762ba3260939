// `secureespd --check-config`: all that starting needs, looked at.
#include "server/daemon/check_config.h"

#include <errno.h>
#include <libgen.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/lock_folder.h"
#include "server/base/unix_socket.h"
#include "server/daemon/address_check.h"
#include "server/daemon/api_link.h"
#include "server/daemon/broker_check.h"
#include "server/daemon/credentials.h"
#include "server/daemon/device_files.h"
#include "server/daemon/enrol_link.h"
#include "server/daemon/file_limit.h"
#include "server/daemon/state_check.h"
#include "server/daemon/state_folder.h"
#include "server/daemon/webhook_link.h"
#include "server/http/http_listen.h"
#include "server/store/store_file.h"
#include "server/store/store_look.h"

#define PATH_SIZE 4096
#define FILES_AT_ONCE 1000

struct check {
    const struct config *config;
    const char *path;
    int wrong;
};

static void report_wrong(struct check *check, const char *what, const struct err *err)
{
    fprintf(stderr, "secureespd: %s%s%s\n", what, what[0] != '\0' ? ": " : "", err->message);
    check->wrong++;
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("secureespd: note: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

static void check_file_limit(struct check *check)
{
    char text[FILE_LIMIT_NOTE_SIZE];
    struct err err = {0};

    if (file_limit_raise(check->config, text, &err) < 0)
        report_wrong(check, check->path, &err);
    else if (text[0] != '\0')
        note("%s: %s", check->path, text);
}

static void check_credentials(struct check *check)
{
    struct credentials credentials = {0};
    struct err err = {0};

    if (credentials_check_ca(check->config, &credentials.ca_not_after_ms, &err) < 0)
        report_wrong(check, "[tls]", &err);
    if (credentials_check_certificate(check->config, &credentials.certificate, &err) < 0)
        report_wrong(check, "[tls]", &err);
    else if (credentials_check_names(check->config, check->path, credentials.certificate, &err) < 0)
        report_wrong(check, "", &err);
    credentials_clear(&credentials);
}

static void check_webhooks(struct check *check)
{
    struct err err = {0};

    if (webhook_link_check(check->config, &err) < 0)
        report_wrong(check, check->path, &err);
}

static void check_device_files(struct check *check)
{
    struct device_files_counts counts;
    struct device_files *files;
    struct err err = {0};

    if (device_files_open(check->config, &files, &err) < 0) {
        report_wrong(check, "[download]", &err);
        return;
    }
    while (device_files_look(files, FILES_AT_ONCE, &counts))
        ;
    device_files_close(files);
    if (counts.bad > 0) {
        err_set(&err, ERR_INVALID, "files of %lld of %lld device%s cannot be used, for example %s",
            (long long)counts.bad, (long long)counts.total, counts.total == 1 ? "" : "s",
            counts.first_reason);
        report_wrong(check, "[download] devices_dir", &err);
    }
    if (counts.ending > 0)
        note(counts.ending == 1
                 ? "certificates of %lld device expire within %d days or have expired: %s"
                 : "certificates of %lld devices expire within %d days or have expired, that of %s "
                   "first",
            (long long)counts.ending, CREDENTIALS_WARN_DAYS, counts.first_mac);
}

// A folder that is there and can be written, or one that can be made: then the nearest that is
// there.
static int check_folder(const char *path, struct err *err)
{
    char copy[PATH_SIZE];
    char *folder = copy;
    struct stat st;

    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    while (lstat(folder, &st) < 0 && errno == ENOENT && strcmp(folder, "/") != 0)
        folder = dirname(folder);
    if (stat(folder, &st) < 0)
        return err_set(err, ERR_DENIED, "cannot look at %s: %m", folder);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_INVALID, "%s is not a folder", folder);
    if (access(folder, W_OK | X_OK) < 0)
        return err_set(err, ERR_DENIED, "cannot write in %s: %m", folder);
    return 0;
}

// Whether nobody works on the folder.
static bool check_lock(struct check *check)
{
    struct err err = {0};
    int fd;
    int rc = lock_folder_take(check->config->state_dir, &fd, &err);

    if (rc == 0)
        close(fd);
    if (rc == ERR_CONFLICT && !unix_socket_is_answered(check->config->socket))
        report_wrong(check, "[daemon] state_dir: another secureespd is using it", &err);
    return rc == 0;
}

static void check_state(struct check *check)
{
    static const char broker[] = "/" STATE_FOLDER_BROKER;
    static const char *const folders[] = {"", "/images", broker};
    char path[PATH_SIZE];
    char images[PATH_SIZE];
    struct err err = {0};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(path, sizeof path, "%s%s", check->config->state_dir, folders[i]);
        if (check_folder(path, &err) < 0) {
            report_wrong(check, "[daemon] state_dir", &err);
            return;
        }
    }
    snprintf(path, sizeof path, "%s/secureesp.db", check->config->state_dir);
    snprintf(images, sizeof images, "%s/images", check->config->state_dir);

    bool is_free = check_lock(check);

    if (store_file_check(path, &err) < 0 || state_check_run(path, images, &err) < 0 ||
        (is_free && store_look_run(path, &err) < 0))
        report_wrong(check, "[daemon] state_dir", &err);
}

static void check_socket(struct check *check)
{
    struct sockaddr_un address;
    char copy[PATH_SIZE];
    struct stat st;
    struct err err = {0};

    snprintf(copy, sizeof copy, "%s", check->config->socket);

    const char *folder = dirname(copy);

    if (strlen(check->config->socket) >= sizeof address.sun_path)
        err_set(&err, ERR_INVALID, "%s has more than %zu bytes", check->config->socket,
            sizeof address.sun_path - 1);
    else if (stat(folder, &st) < 0 && errno == ENOENT && strncmp(folder, "/run/", 5) == 0)
        note("[daemon] socket: %s does not exist; systemd creates it when it starts the daemon",
            folder);
    else if (stat(folder, &st) < 0)
        err_set(&err, ERR_NOT_FOUND, "folder %s: %m; create it", folder);
    else if (check_folder(folder, &err) == 0 && lstat(check->config->socket, &st) == 0 &&
             !S_ISSOCK(st.st_mode))
        err_set(&err, ERR_CONFLICT, "%s exists and is not a socket", check->config->socket);
    if (err.code != 0)
        report_wrong(check, "[daemon] socket", &err);
}

static void check_address(struct check *check)
{
    const struct config *config = check->config;
    struct err err = {0};
    int fd;

    if (unix_socket_is_answered(config->socket)) {
        note("a secureespd is running with this configuration's socket; its port was not tried");
        return;
    }
    if (http_listen_tcp(config->address, config->port, &fd, &err) < 0)
        report_wrong(check, "[download]", &err);
    else
        close(fd);
}

static void check_enrolment(struct check *check)
{
    struct err err = {0};

    if (enrol_link_check(check->config, !unix_socket_is_answered(check->config->socket), &err) < 0)
        report_wrong(check, "[enrolment]", &err);
}

static void check_operators(struct check *check)
{
    struct err err = {0};

    if (api_link_check(check->config, !unix_socket_is_answered(check->config->socket), &err) < 0)
        report_wrong(check, "[operator]", &err);
}

// One that cannot be found now may be later: the daemon starts and tries again.
static void check_broker(struct check *check)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char text[ADDRESS_CHECK_TEXT_SIZE];
    int rc = getaddrinfo(check->config->mqtt_host, NULL, &hints, &found);

    if (rc == 0)
        freeaddrinfo(found);
    else
        note("[mqtt] host: %s: %s", check->config->mqtt_host, gai_strerror(rc));
    if (address_check_run(check->config->mqtt_host, check->config->mqtt_port, text) > 0)
        note("[mqtt] host: %s", text);
}

static void check_broker_plugin(struct check *check)
{
    char text[BROKER_CHECK_TEXT_SIZE];

    if (broker_check_run(check->path, check->config, text))
        note("%s", text);
}

int check_config_all(const struct config *config, const char *path)
{
    typedef void step(struct check * check);
    static step *const steps[] = {check_file_limit, check_credentials, check_webhooks,
        check_device_files, check_state, check_socket, check_address, check_enrolment,
        check_operators, check_broker, check_broker_plugin};
    struct check check = {.config = config, .path = path};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        steps[i](&check);
    return check.wrong;
}
