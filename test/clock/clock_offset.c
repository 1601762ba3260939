// Preloaded: moves a process's wall clock by the seconds in the file CLOCK_OFFSET_FILE, which is
// read at every look at the clock. The monotonic clock, and waiting, are left as they are.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// What is the system call's struct timespec where time_t has 64 bits and long has not.
#if defined SYS_clock_gettime64 && __TIMESIZE == 32 && defined __USE_TIME_BITS64
#define CLOCK_GETTIME SYS_clock_gettime64
#else
#define CLOCK_GETTIME SYS_clock_gettime
#endif

// By system calls alone: whoever looks at the clock may be a sanitizer's runtime.
static long offset_s(void)
{
    const char *path = getenv("CLOCK_OFFSET_FILE");
    char text[32] = {0};
    int error = errno;
    long fd = path != NULL ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        (void)syscall(SYS_read, fd, text, sizeof text - 1);
        (void)syscall(SYS_close, fd);
    }
    errno = error;
    return strtol(text, NULL, 10);
}

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved
int clock_gettime(clockid_t id, struct timespec *out)
{
    long rc = syscall(CLOCK_GETTIME, id, out);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        out->tv_sec += offset_s();
    return (int)rc;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_REALTIME, &now);

    (void)zone;
    if (rc == 0)
        *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = (suseconds_t)(now.tv_nsec / 1000)};
    return rc;
}

time_t time(time_t *out)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
