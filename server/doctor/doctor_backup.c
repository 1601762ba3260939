// How old the newest backup is.
#include "server/doctor/doctor_backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/clock.h"
#include "server/doctor/doctor_service.h"

#define CHECK "backup"
#define FOLDER "/var/lib/secureesp-backup"
#define TIMER "secureesp-backup.timer"
#define ENABLED "/etc/systemd/system/timers.target.wants/" TIMER
#define BEGIN "secureesp-"
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define DAYS_MAX 8

static int64_t written_ms(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

// secureesp-TIME.tar, or .tar.age; not what is still being written.
static bool is_backup(const char *name)
{
    const char *end = strstr(name, ".tar");

    return strncmp(name, BEGIN, sizeof BEGIN - 1) == 0 && end != NULL &&
           (strcmp(end, ".tar") == 0 || strcmp(end, ".tar.age") == 0);
}

bool doctor_backup_find(const char *folder, int64_t *newest_ms)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    struct stat st;

    *newest_ms = 0;
    if (dir == NULL)
        return errno == ENOENT;
    while ((entry = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe): of our own dir
        if (is_backup(entry->d_name) &&
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && st.st_size > 0 && written_ms(&st) > *newest_ms)
            *newest_ms = written_ms(&st);
    }
    closedir(dir);
    return true;
}

void doctor_backup_judge(
    const struct doctor_backup_facts *facts, int64_t now_ms, struct doctor *doctor)
{
    int64_t last_ms = facts->newest_ms > facts->since_ms ? facts->newest_ms : facts->since_ms;
    long long days = (long long)((now_ms - facts->newest_ms) / DAY_MS);

    if (facts->newest_ms == 0 && !facts->is_on)
        doctor_say(doctor, DOCTOR_WARN, CHECK, "sudo systemctl enable --now " TIMER,
            "there is none in " FOLDER ", and none is made by itself");
    else if (facts->is_on && now_ms - last_ms > DAYS_MAX * DAY_MS)
        doctor_say(doctor, DOCTOR_WARN, CHECK, "journalctl -u secureesp-backup says why",
            "its timer is on, and there is none in " FOLDER " of the last %d days", DAYS_MAX);
    else if (facts->newest_ms == 0)
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "none yet; the first is made within a day");
    else
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "the newest in " FOLDER " is %lld day%s old",
            days, days == 1 ? "" : "s");
}

void doctor_backup_check(struct doctor *doctor)
{
    struct doctor_backup_facts facts = {.is_on = doctor_service_waits(TIMER)};
    struct stat st;

    if (!doctor_backup_find(FOLDER, &facts.newest_ms)) {
        doctor_say(doctor, DOCTOR_WARN, CHECK, "run this as root", FOLDER " cannot be read: %s",
            strerror(errno)); // NOLINT(concurrency-mt-unsafe)
        return;
    }
    if (lstat(ENABLED, &st) == 0)
        facts.since_ms = written_ms(&st);
    doctor_backup_judge(&facts, clock_system_ms(), doctor);
}
