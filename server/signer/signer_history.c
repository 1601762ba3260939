// What was signed before this process began.
#include "server/signer/signer_history.h"

#include <stdint.h>

#include "server/base/clock.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"

struct history {
    struct signer_hour *hour;
    int64_t now_ms;       // of the system's clock
    int64_t monotonic_ms; // the same moment
    int64_t last_ms;      // monotonic: what was counted last
};

static int take(const struct certificate *certificate, void *ctx)
{
    struct history *history = ctx;
    int64_t from_ms = certificate_not_before_ms(certificate);
    int64_t signed_ms = from_ms != INT64_MIN ? from_ms + ISSUER_BACKDATE_S * 1000 : INT64_MAX;
    int64_t age_ms = signed_ms < history->now_ms ? history->now_ms - signed_ms : 0;
    int64_t at_ms = history->monotonic_ms - age_ms;

    // It was signed after what stands before it, whatever the clock said by then; unless that is
    // from the future, which would make all that stands behind it count, at each start for ever.
    if (at_ms < history->last_ms)
        at_ms = history->last_ms;
    if (age_ms > 0)
        history->last_ms = at_ms;
    if (history->monotonic_ms - at_ms < SIGNER_HOUR_MS)
        signer_hour_count(history->hour, at_ms);
    return 0;
}

int signer_history_read(const char *folder, struct signer_hour *hour, struct err *err)
{
    struct history history = {
        .hour = hour,
        .now_ms = clock_system_ms(),
        .monotonic_ms = clock_monotonic_ms(),
        .last_ms = INT64_MIN,
    };
    // More are not kept; there may be years of them. One may be unfinished.
    int rc = issued_each_last(folder, signer_hour_most(hour) + 1, take, &history, err);

    if (rc == ERR_NOT_FOUND) {
        if (err != NULL)
            *err = (struct err){0};
        return 0;
    }
    return rc;
}
