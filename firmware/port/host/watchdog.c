// Restarts the process when it hangs.
#include "firmware/port/host/watchdog.h"

#include <signal.h>
#include <unistd.h>

// Runs as a signal handler: only what is safe there.
static void bite(int signal_number, siginfo_t *info, void *context)
{
    static const char text[] = "watchdog: the program hangs and is started anew\n";
    const struct watchdog *watchdog = info->si_value.sival_ptr;

    (void)signal_number;
    (void)context;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    execv("/proc/self/exe", watchdog->arguments);
    _exit(1);
}

int watchdog_init(struct watchdog *watchdog, char *const *arguments, uint32_t timeout_ms)
{
    struct sigaction action = {.sa_sigaction = bite, .sa_flags = SA_SIGINFO};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGALRM,
        .sigev_value.sival_ptr = watchdog,
    };
    sigset_t signals;

    watchdog->arguments = arguments;
    watchdog->timeout_ms = timeout_ms;
    // After a bite the signal is still blocked in the program that was started.
    if (sigemptyset(&signals) != 0 || sigaddset(&signals, SIGALRM) != 0 ||
        pthread_sigmask(SIG_UNBLOCK, &signals, NULL) != 0)
        return -1;
    if (sigaction(SIGALRM, &action, NULL) != 0)
        return -1;
    return timer_create(CLOCK_MONOTONIC, &event, &watchdog->timer);
}

static void set(struct watchdog *watchdog, uint32_t timeout_ms)
{
    struct itimerspec spec = {0};

    spec.it_value.tv_sec = (time_t)(timeout_ms / 1000);
    spec.it_value.tv_nsec = (long)(timeout_ms % 1000) * 1000000;
    (void)timer_settime(watchdog->timer, 0, &spec, NULL);
}

void watchdog_feed(struct watchdog *watchdog)
{
    set(watchdog, watchdog->timeout_ms);
}

void watchdog_rest(struct watchdog *watchdog)
{
    set(watchdog, 0);
}

void watchdog_clear(struct watchdog *watchdog)
{
    (void)timer_delete(watchdog->timer);
}
