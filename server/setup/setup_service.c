// Services, enabled and up.
#include "server/setup/setup_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/base/program.h"

#define FILES_MAX 6

struct service {
    const char *unit;
    const char *files[FILES_MAX]; // that it reads at its start alone, or that it may lack before
};

static const struct service broker = {"mosquitto",
    {SETUP_PKI "/ca.crt", SETUP_SERVERS "/mosquitto.crt", SETUP_SERVERS "/mosquitto.key",
        SETUP_BROKER_CONFIG, SETUP_BROKER "/mosquitto.conf"}};
static const struct service daemon_service = {
    "secureespd", {SETUP_PKI "/ca.crt", SETUP_SERVERS "/secureespd.crt",
                      SETUP_SERVERS "/secureespd.key", SETUP_CONFIG}};

static const char *const timers[] = {
    "secureesp-renew.timer", "secureesp-backup.timer", "secureesp-mail.path"};

#define TIMERS (sizeof timers / sizeof timers[0])

bool setup_service_has_systemd(void)
{
    return access("/run/systemd/system", F_OK) == 0; // sd_booted(3)
}

// The value of a line "NAME=VALUE"; "" if there is none.
static const char *value_of(const char *said, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = said; *line != '\0';) {
        if (strncmp(line, name, n) == 0 && line[n] == '=')
            return line + n + 1;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return "";
}

void setup_service_parse(const char *said, struct setup_service_state *out)
{
    const char *since = value_of(said, "ActiveEnterTimestamp"); // "@1767225600"

    out->is_enabled = strncmp(value_of(said, "UnitFileState"), "enabled\n", 8) == 0;
    out->is_active = strncmp(value_of(said, "ActiveState"), "active\n", 7) == 0;
    out->started_s = out->is_active && *since == '@' ? strtoll(since + 1, NULL, 10) : 0;
}

// systemd tells whole seconds: one that was started in the second of the change is started again.
const char *setup_service_decide(const struct setup_service_state *state, int64_t changed_ms)
{
    return !state->is_enabled  ? "enabled and started"
           : !state->is_active ? "started"
           : changed_ms / 1000 >= state->started_s
               ? "restarted, with what has changed since its start"
               : NULL;
}

// Also of owners and modes.
static int64_t last_change_ms(const struct service *service)
{
    int64_t last = 0;

    for (size_t i = 0; i < FILES_MAX && service->files[i] != NULL; i++) {
        struct stat st;

        if (stat(service->files[i], &st) < 0)
            continue;

        int64_t at = (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000;

        last = at > last ? at : last;
    }
    return last;
}

// ERR_NOT_FOUND if there is no such unit, or it is masked.
static int read_state(const char *unit, struct setup_service_state *out, struct err *err)
{
    const char *const argv[] = {"systemctl", "show", "--timestamp=unix",
        "--property=UnitFileState,ActiveState,ActiveEnterTimestamp,LoadState", unit, NULL};
    struct program_result result;
    int rc = program_must(argv, &result, err);

    if (rc < 0)
        return rc;
    if (strncmp(value_of(result.said, "LoadState"), "loaded", 6) != 0)
        return err_set(err, ERR_NOT_FOUND, "systemd has no unit %s: install it again", unit);
    setup_service_parse(result.said, out);
    return 0;
}

static int look(const struct setup *setup, const struct service *service,
    struct setup_finding *finding, struct err *err)
{
    struct setup_service_state state = {0};
    const char *why;

    if (!setup_service_has_systemd())
        return setup_find(finding, SETUP_SKIPPED,
            "no systemd runs here: start %s yourself, and at each start of the machine",
            service->unit);

    int rc = read_state(service->unit, &state, err);

    if (rc < 0)
        return rc;
    why = setup_service_decide(&state, last_change_ms(service));
    if (why == NULL && setup->pending > 0 && service->files[0] != NULL) // of a dry run
        why = "restarted, with all this";
    if (why == NULL)
        return setup_find(finding, SETUP_KEPT, "%s is enabled and runs", service->unit);
    return setup_find(finding, SETUP_CHANGED, "%s is %s", service->unit, why);
}

// Waits until the second of the last change is over, so that what is started then is newer.
static void wait_for_next_second(const struct service *service)
{
    int64_t changed_s = last_change_ms(service) / 1000;

    for (int i = 0; i < 30; i++) {
        struct timespec now;
        const struct timespec pause = {.tv_nsec = 50000000};

        clock_gettime(CLOCK_REALTIME, &now);
        if ((int64_t)now.tv_sec > changed_s)
            return;
        nanosleep(&pause, NULL);
    }
}

static int start(const struct service *service, struct err *err)
{
    const char *const commands[][4] = {
        {"systemctl", "daemon-reload", NULL},
        {"systemctl", "enable", service->unit, NULL},
        {"systemctl", "restart", service->unit, NULL},
    };
    struct program_result result;

    wait_for_next_second(service);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        int rc = program_must(commands[i], &result, err);

        if (rc < 0)
            return err_context(err, "%s does not start; its log says why (journalctl -u %s -n 20)",
                service->unit, service->unit);
    }
    return 0;
}

int setup_service_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look(setup, &broker, finding, err);
}

int setup_service_start_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    (void)finding;
    return start(&broker, err);
}

int setup_service_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look(setup, &daemon_service, finding, err);
}

int setup_service_start_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    (void)finding;
    return start(&daemon_service, err);
}

// One that is missing, or masked, is none of ours to start.
static bool is_idle(const char *unit)
{
    struct setup_service_state state = {0};

    return read_state(unit, &state, NULL) == 0 && (!state.is_enabled || !state.is_active);
}

int setup_service_look_timers(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    (void)err;
    if (!setup_service_has_systemd())
        return setup_find(finding, SETUP_SKIPPED,
            "no systemd runs here: call `secureesp pki renew` and `secureesp backup create` each "
            "day yourself");
    for (size_t i = 0; i < TIMERS; i++) {
        if (is_idle(timers[i]))
            return setup_find(finding, SETUP_CHANGED, "%s is enabled and started", timers[i]);
    }
    return setup_find(finding, SETUP_KEPT, "renewal, backups and mail are waited for");
}

int setup_service_start_timers(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    int rc = 0;

    (void)setup;
    setup_find(finding, SETUP_CHANGED, "renewal, backups and mail are waited for");
    for (size_t i = 0; i < TIMERS && rc == 0; i++) {
        const char *const argv[] = {"systemctl", "enable", "--now", timers[i], NULL};
        struct program_result result;

        if (is_idle(timers[i]))
            rc = program_must(argv, &result, err);
    }
    return rc;
}
