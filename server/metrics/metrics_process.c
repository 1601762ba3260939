// This process, as the kernel knows it.
#include "server/metrics/metrics_process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STAT_SIZE 1024

static const struct metrics_family cpu = {"process_cpu_seconds_total", METRICS_COUNTER,
    "Total user and system CPU time spent in seconds."};
static const struct metrics_family start = {"process_start_time_seconds", METRICS_GAUGE,
    "Start time of the process since unix epoch in seconds."};
static const struct metrics_family memory = {
    "process_virtual_memory_bytes", METRICS_GAUGE, "Virtual memory size in bytes."};
static const struct metrics_family resident = {
    "process_resident_memory_bytes", METRICS_GAUGE, "Resident memory size in bytes."};
static const struct metrics_family fds = {
    "process_open_fds", METRICS_GAUGE, "Number of open file descriptors."};
static const struct metrics_family fds_max = {
    "process_max_fds", METRICS_GAUGE, "Maximum number of open file descriptors."};

// What proc_pid_stat(5) has of a process: times in ticks of the clock.
struct facts {
    uint64_t user, system, memory_bytes, resident_pages;
};

static bool read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return false;

    size_t n = fread(out, 1, size - 1, file);

    out[n] = '\0';
    return fclose(file) == 0 && n > 0;
}

// The fields of that file, counted from 1; the second, the program's name in parentheses, may have
// any character.
enum {
    FIELD_STATE = 3,
    FIELD_USER = 14,
    FIELD_SYSTEM = 15,
    FIELD_MEMORY = 23,
    FIELD_RESIDENT = 24
};

static bool read_facts(struct facts *out)
{
    char text[STAT_SIZE];
    char *rest = NULL;
    char *p = read_file("/proc/self/stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    int field = FIELD_STATE;

    if (p == NULL)
        return false;
    *out = (struct facts){0};
    for (p = strtok_r(p + 1, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest), field++) {
        switch (field) {
        case FIELD_USER: out->user = strtoull(p, NULL, 10); break;
        case FIELD_SYSTEM: out->system = strtoull(p, NULL, 10); break;
        case FIELD_MEMORY: out->memory_bytes = strtoull(p, NULL, 10); break;
        case FIELD_RESIDENT: out->resident_pages = strtoull(p, NULL, 10); break;
        default: break;
        }
    }
    return field > FIELD_RESIDENT;
}

static int64_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -3; // ".", ".." and the folder itself

    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void write_facts(const struct facts *facts, struct metrics_text *text)
{
    int64_t ticks = sysconf(_SC_CLK_TCK);

    metrics_text_begin(text, &cpu);
    metrics_text_add_seconds(text, NULL, (int64_t)(facts->user + facts->system) * 1000 / ticks);
    metrics_text_put(text, &memory, (int64_t)facts->memory_bytes);
    metrics_text_put(text, &resident, (int64_t)facts->resident_pages * sysconf(_SC_PAGESIZE));
}

void metrics_process_write(struct metrics_text *text, int64_t started_ms)
{
    struct facts facts;
    struct rlimit limit;
    int64_t open = count_fds();

    metrics_text_begin(text, &start);
    metrics_text_add_seconds(text, NULL, started_ms);
    if (read_facts(&facts))
        write_facts(&facts, text);
    if (open >= 0)
        metrics_text_put(text, &fds, open);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics_text_put(text, &fds_max, (int64_t)limit.rlim_cur);
}
