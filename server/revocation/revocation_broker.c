// What the broker says of the list.
#include "server/revocation/revocation_broker.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"

#define REMIND_MS 600000

void revocation_broker_init(struct revocation_broker *broker)
{
    *broker = (struct revocation_broker){0};
    pthread_mutex_init(&broker->lock, NULL);
    monotonic_wait_init(&broker->told);
}

void revocation_broker_clear(struct revocation_broker *broker)
{
    pthread_cond_destroy(&broker->told);
    pthread_mutex_destroy(&broker->lock);
}

void revocation_broker_note(
    struct revocation_broker *broker, uint64_t number, int64_t ended, const char *error)
{
    pthread_mutex_lock(&broker->lock);
    broker->knows = true;
    broker->number = number;
    broker->ended = ended;
    broker->at_ms = clock_unstepped_ms();
    broker->monotonic_ms = clock_monotonic_ms();
    snprintf(broker->error, sizeof broker->error, "%s", error);
    pthread_cond_broadcast(&broker->told);
    pthread_mutex_unlock(&broker->lock);
}

void revocation_broker_note_connection(struct revocation_broker *broker, bool connected)
{
    pthread_mutex_lock(&broker->lock);
    broker->connected = connected;
    broker->knows = broker->knows && connected;
    pthread_cond_broadcast(&broker->told);
    pthread_mutex_unlock(&broker->lock);
}

// With the lock held.
static bool goes_by(const struct revocation_broker *broker, uint64_t number)
{
    return broker->knows && broker->number >= number;
}

bool revocation_broker_wait(struct revocation_broker *broker, uint64_t number, int64_t until_ms,
    int64_t *at_ms, int64_t *ended)
{
    int64_t left_ms = until_ms - clock_monotonic_ms();
    struct timespec until = monotonic_wait_until(left_ms > 0 ? left_ms : 0);
    int rc = 0;

    pthread_mutex_lock(&broker->lock);
    while (rc == 0 && broker->connected && !goes_by(broker, number))
        rc = pthread_cond_timedwait(&broker->told, &broker->lock, &until);

    bool well = goes_by(broker, number);

    *at_ms = broker->monotonic_ms;
    *ended = broker->ended;
    pthread_mutex_unlock(&broker->lock);
    return well;
}

bool revocation_broker_has_error(
    struct revocation_broker *broker, int64_t since_ms, char error[REVOCATION_BROKER_ERROR_SIZE])
{
    pthread_mutex_lock(&broker->lock);

    bool has = broker->knows && broker->error[0] != '\0' &&
               clock_monotonic_ms() - broker->monotonic_ms >= since_ms;

    snprintf(error, REVOCATION_BROKER_ERROR_SIZE, "%s", broker->error);
    pthread_mutex_unlock(&broker->lock);
    return has;
}

void revocation_broker_remind(struct revocation_broker *broker, int64_t since_ms)
{
    char error[REVOCATION_BROKER_ERROR_SIZE];

    if (revocation_broker_has_error(broker, since_ms, error) &&
        pace_is_due(&broker->pace, REMIND_MS))
        log_error("revocation",
            "the broker does not accept the list of revoked clients, and uses the last good one "
            "reason=\"%s\": its log says more",
            error);
}

void revocation_broker_explain(
    struct revocation_broker *broker, uint64_t number, char *out, size_t size)
{
    pthread_mutex_lock(&broker->lock);
    if (!broker->connected)
        snprintf(out, size,
            "unknown, because there is no connection to it: it uses the list within a second if it "
            "runs, otherwise when it starts");
    else if (!broker->knows)
        snprintf(out, size,
            "it says nothing about the list: without our plugin, secureesp_broker.so, it shuts "
            "nobody out");
    else if (broker->error[0] != '\0')
        snprintf(out, size, "it does not accept the list: %s; it uses the last good one, %llu",
            broker->error, (unsigned long long)broker->number);
    else
        snprintf(out, size,
            "it still uses list %llu, not %llu, and reads the new one when it gets to it",
            (unsigned long long)broker->number, (unsigned long long)number);
    pthread_mutex_unlock(&broker->lock);
}
