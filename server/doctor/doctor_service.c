// Services and their limits.
#include "server/doctor/doctor_service.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/program.h"

#define CHECK "services"
#define DAEMON "secureespd"
#define BROKER "mosquitto"

// Files that each needs beside its connections.
#define SPARE_DAEMON 300
#define SPARE_BROKER 32

static bool has_systemd(void)
{
    return access("/run/systemd/system", F_OK) == 0; // sd_booted(3)
}

// One property of a unit; false if there is no answer.
static bool read_property(const char *unit, const char *property, char *out, size_t size)
{
    const char *const argv[] = {"systemctl", "show", "--value", "--property", property, unit, NULL};
    struct program_result result;

    if (!has_systemd() || program_must(argv, &result, NULL) < 0)
        return false;
    result.said[strcspn(result.said, "\n")] = '\0';
    if (strlen(result.said) >= size)
        return false;
    memcpy(out, result.said, strlen(result.said) + 1);
    return true;
}

bool doctor_service_user(const char *unit, char *out, size_t size)
{
    return read_property(unit, "User", out, size) && out[0] != '\0';
}

static pid_t check_unit(struct doctor *doctor, const char *unit)
{
    char state[32];
    char file[32] = "";
    char pid[16] = "0";
    char fix[128];

    if (!read_property(unit, "ActiveState", state, sizeof state)) {
        doctor_say(doctor, DOCTOR_FAIL, CHECK, NULL, "systemd says nothing of %s", unit);
        return 0;
    }
    (void)read_property(unit, "UnitFileState", file, sizeof file);
    (void)read_property(unit, "MainPID", pid, sizeof pid);
    snprintf(fix, sizeof fix, "journalctl -u %s -n 20 says why; systemctl start %s", unit, unit);
    if (strcmp(state, "active") != 0)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, fix, "%s does not run (%s)", unit, state);
    else if (strcmp(file, "enabled") != 0)
        doctor_say(doctor, DOCTOR_WARN, CHECK, "sudo secureesp setup, or systemctl enable",
            "%s runs, but does not start with the machine (%s)", unit, file);
    else
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "%s runs, and starts with the machine", unit);
    return (pid_t)strtol(pid, NULL, 10);
}

// Of a broker that nobody keeps: as it wrote it down itself.
static pid_t read_pid_file(const char *path)
{
    char text[16] = "";
    int fd = path[0] != '\0' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;

    if (fd >= 0)
        close(fd);
    return n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

bool doctor_service_waits(const char *unit)
{
    char state[32] = "";
    char file[32] = "";

    return read_property(unit, "ActiveState", state, sizeof state) &&
           read_property(unit, "UnitFileState", file, sizeof file) &&
           strcmp(state, "active") == 0 && strcmp(file, "enabled") == 0;
}

// What is done without a person: one line, of all.
static void check_timers(struct doctor *doctor)
{
    static const struct {
        const char *unit;
        const char *without;
    } timers[] = {{"secureesp-renew.timer", "no certificate is renewed"},
        {"secureesp-backup.timer", "no backup is made"},
        {"secureesp-mail.path", "no mail about alerts is sent"}};
    bool all = true;

    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        char load[32] = "";
        char fix[128];

        if (!read_property(timers[i].unit, "LoadState", load, sizeof load) ||
            strcmp(load, "loaded") != 0 || doctor_service_waits(timers[i].unit))
            continue;
        snprintf(fix, sizeof fix, "sudo systemctl enable --now %s", timers[i].unit);
        doctor_say(doctor, DOCTOR_WARN, CHECK, fix, "%s is off: %s by itself", timers[i].unit,
            timers[i].without);
        all = false;
    }
    if (all)
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "renewal, backups and mail are waited for");
}

void doctor_service_check(struct doctor *doctor)
{
    if (!has_systemd()) {
        doctor_say(doctor, DOCTOR_WARN, CHECK, "see to it that both start with the machine",
            "no systemd runs here, which would keep broker and daemon up");
        doctor->broker_pid = read_pid_file(doctor->broker.pid_file);
        return;
    }
    doctor->broker_pid = check_unit(doctor, BROKER);
    doctor->daemon_pid = check_unit(doctor, DAEMON);
    check_timers(doctor);
}

int64_t doctor_service_parse_limit(const char *limits)
{
    static const char name[] = "Max open files";
    const char *line = strstr(limits, name);

    if (line == NULL)
        return -1;
    line += sizeof name - 1;
    line += strspn(line, " ");
    if (strncmp(line, "unlimited", 9) == 0)
        return INT64_MAX;
    return *line >= '0' && *line <= '9' ? strtoll(line, NULL, 10) : -1;
}

enum doctor_level doctor_service_judge_limit(int64_t limit, int64_t needed)
{
    if (limit < needed / 2)
        return DOCTOR_FAIL;
    return limit < needed ? DOCTOR_WARN : DOCTOR_OK;
}

static void check_limit(struct doctor *doctor, const char *unit, pid_t pid, int64_t needed)
{
    char path[64];
    char text[4096];
    char fix[256];
    int fd;
    ssize_t n;
    int64_t limit;
    enum doctor_level level;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    fd = pid > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return; // it does not run, which is said already
    n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    limit = doctor_service_parse_limit(text);
    snprintf(fix, sizeof fix,
        "LimitNOFILE=%lld (systemctl edit %s; more than the machine's own limit does not help), or "
        "a lower max_connections",
        (long long)needed, unit);
    level = doctor_service_judge_limit(limit, needed);
    if (level != DOCTOR_OK)
        doctor_say(doctor, level, "limits", fix,
            "%s may have %lld files open, and its configuration needs %lld", unit, (long long)limit,
            (long long)needed);
    else
        doctor_say(doctor, DOCTOR_OK, "limits", NULL,
            "%s may have as many files open as its configuration needs (%lld)", unit,
            (long long)needed);
}

void doctor_service_check_limits(struct doctor *doctor)
{
    check_limit(doctor, DAEMON, doctor->daemon_pid, doctor->config.max_connections + SPARE_DAEMON);
    if (doctor->broker.is_known && doctor->broker.max_connections > 0)
        check_limit(
            doctor, BROKER, doctor->broker_pid, doctor->broker.max_connections + SPARE_BROKER);
}
