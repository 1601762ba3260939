// Preloaded: a process lives by the clock in the file CLOCK_DRIVE_FILE, which runs at a rate and
// leaps when its driver says so; wall clock and monotonic clock go together. Waits for a time end
// when that clock has come so far.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// What is the system call's struct timespec where time_t has 64 bits and long has not.
#if defined SYS_clock_gettime64 && __TIMESIZE == 32 && defined __USE_TIME_BITS64
#define CLOCK_GETTIME SYS_clock_gettime64
#define PPOLL SYS_ppoll_time64
#define SLEEP SYS_clock_nanosleep_time64
#else
#define CLOCK_GETTIME SYS_clock_gettime
#define PPOLL SYS_ppoll
#define SLEEP SYS_clock_nanosleep
#endif

#define NS_PER_S 1000000000ll
#define NS_PER_MS 1000000ll
#define LOOK_MS 10            // real time from one look at the clock to the next, in a wait
#define WALL_AFTER 1000000000 // seconds: a later time is one of the wall clock

// The file, which the driver writes (test/fleet/drive.py). Its clock is ahead of the machine's by
// offset_ns at base_ns, and by (rate - 1) more since then.
struct drive {
    _Atomic uint32_t sequence; // odd while it is being written
    uint32_t rate_milli;
    int64_t base_ns; // by the machine's monotonic clock
    int64_t offset_ns;
};

static _Atomic(const struct drive *) drive_of_process;

static int64_t real_ns(clockid_t id)
{
    struct timespec now = {0};

    (void)syscall(CLOCK_GETTIME, id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

// Without the C library's open(): whoever looks at the clock may be a sanitizer's runtime.
static const struct drive *find_drive(void)
{
    const struct drive *drive = atomic_load(&drive_of_process);
    const char *path = getenv("CLOCK_DRIVE_FILE");

    if (drive != NULL || path == NULL)
        return drive;
    long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *drive, PROT_READ, MAP_SHARED, (int)fd, 0);

    if (fd >= 0)
        (void)syscall(SYS_close, fd);
    if (map == MAP_FAILED)
        return NULL;
    drive = map;
    atomic_store(&drive_of_process, drive);
    return drive;
}

static int64_t ahead_ns(void)
{
    int error = errno;
    const struct drive *drive = find_drive();
    struct drive now;
    uint32_t before, after;

    errno = error;
    if (drive == NULL)
        return 0;
    do {
        before = atomic_load(&drive->sequence);
        now.rate_milli = drive->rate_milli;
        now.base_ns = drive->base_ns;
        now.offset_ns = drive->offset_ns;
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load(&drive->sequence);
    } while (before != after || before % 2 != 0);
    return now.offset_ns +
           (real_ns(CLOCK_MONOTONIC) - now.base_ns) / 1000 * ((int64_t)now.rate_milli - 1000);
}

static int64_t driven_ns(clockid_t id)
{
    return real_ns(id) + ahead_ns();
}

static struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

// Real milliseconds of the next part of a wait.
static int part_ms(int64_t left_ns)
{
    if (left_ns <= 0)
        return 0;
    return left_ns < LOOK_MS * NS_PER_MS ? 1 : LOOK_MS;
}

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved
int clock_gettime(clockid_t id, struct timespec *out)
{
    long rc = syscall(CLOCK_GETTIME, id, out);

    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        if (rc == 0)
            *out = to_timespec((int64_t)out->tv_sec * NS_PER_S + out->tv_nsec + ahead_ns());
        break;
    default: break;
    }
    return (int)rc;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = to_timespec(driven_ns(CLOCK_REALTIME));

    (void)zone;
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out)
{
    time_t now = (time_t)(driven_ns(CLOCK_REALTIME) / NS_PER_S);

    if (out != NULL)
        *out = now;
    return now;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    int64_t end_ns = driven_ns(CLOCK_MONOTONIC) + (int64_t)timeout_ms * NS_PER_MS;

    for (;;) {
        int64_t left_ns = timeout_ms < 0 ? INT64_MAX : end_ns - driven_ns(CLOCK_MONOTONIC);
        struct timespec part = to_timespec(part_ms(left_ns) * NS_PER_MS);
        int n = (int)syscall(PPOLL, fds, count, timeout_ms < 0 ? NULL : &part, NULL, 0);

        if (n != 0 || left_ns <= 0)
            return n;
    }
}

int epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms)
{
    int64_t end_ns = driven_ns(CLOCK_MONOTONIC) + (int64_t)timeout_ms * NS_PER_MS;

    for (;;) {
        int64_t left_ns = timeout_ms < 0 ? INT64_MAX : end_ns - driven_ns(CLOCK_MONOTONIC);
        int n = (int)syscall(
            SYS_epoll_pwait, fd, events, room, timeout_ms < 0 ? -1 : part_ms(left_ns), NULL, 0);

        if (n != 0 || left_ns <= 0)
            return n;
    }
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    int64_t end_ns =
        driven_ns(CLOCK_MONOTONIC) + (int64_t)wanted->tv_sec * NS_PER_S + wanted->tv_nsec;
    int64_t left_ns;

    while ((left_ns = end_ns - driven_ns(CLOCK_MONOTONIC)) > 0) {
        struct timespec part = to_timespec(part_ms(left_ns) * NS_PER_MS);

        if (syscall(SLEEP, CLOCK_MONOTONIC, 0, &part, NULL) != 0) {
            if (left != NULL)
                *left = to_timespec(left_ns);
            return -1;
        }
    }
    return 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
    const struct timespec *restrict until)
{
    clockid_t id = until->tv_sec > WALL_AFTER ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    int64_t end_ns = (int64_t)until->tv_sec * NS_PER_S + until->tv_nsec;

    for (;;) {
        int64_t left_ns = end_ns - driven_ns(id);
        struct timespec part = to_timespec(real_ns(CLOCK_MONOTONIC) + part_ms(left_ns) * NS_PER_MS);
        int rc = pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &part);

        if (rc != ETIMEDOUT || left_ns <= 0)
            return rc;
    }
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
