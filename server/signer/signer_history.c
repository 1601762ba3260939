// What was signed before this process began.
#include "server/signer/signer_history.h"

#include <stdint.h>
#include <stdlib.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/issued.h"

#define DAY_MS INT64_C(86400000)

struct history {
    const struct issuer *issuer;
    const struct signer_memory *memory;
    struct err *err;
    int64_t now_ms;       // of the system's clock
    int64_t monotonic_ms; // the same moment
    int64_t last_ms;      // monotonic: what was counted last
};

// What is no device's, or another CA's, nobody asks for again.
static int recall(
    const struct history *history, const struct certificate *certificate, int64_t at_ms)
{
    struct certificate_facts facts;
    char mac[MAC_SIZE];
    char key_id[DIGEST_SHA256_TEXT_SIZE];
    uint8_t *der = NULL;
    size_t n = 0;

    if (certificate_facts_of(certificate, &facts, NULL) < 0 || facts.is_server ||
        !mac_parse(facts.common_name, mac) || !issuer_has_signed(history->issuer, certificate))
        return 0;

    // The issuer's backdate is less than a day.
    int days = (int)((facts.not_after_ms - facts.not_before_ms) / DAY_MS);
    struct signer_recent_order order = {mac, key_id, days};
    int rc = certificate_key_id(certificate, key_id, history->err);

    if (rc == 0)
        rc = certificate_to_der(certificate, &der, &n, history->err);
    if (rc == 0)
        signer_recent_keep(history->memory->recent, &order, der, n, at_ms);
    free(der);
    return rc;
}

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
        signer_hour_count(history->memory->hour, at_ms);
    return history->monotonic_ms - at_ms < SIGNER_RECENT_MS ? recall(history, certificate, at_ms)
                                                            : 0;
}

int signer_history_read(const char *folder, const struct issuer *issuer,
    const struct signer_memory *memory, struct err *err)
{
    struct history history = {
        .issuer = issuer,
        .memory = memory,
        .err = err,
        .now_ms = clock_system_ms(),
        .monotonic_ms = clock_monotonic_ms(),
        .last_ms = INT64_MIN,
    };
    // More are not kept; there may be years of them. One may be unfinished.
    int rc = issued_each_last(folder, signer_hour_most(memory->hour) + 1, take, &history, err);

    if (rc == ERR_NOT_FOUND) {
        if (err != NULL)
            *err = (struct err){0};
        return 0;
    }
    return rc;
}
