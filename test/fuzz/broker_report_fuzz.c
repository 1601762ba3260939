// What the broker's plugin says: what is read is within its bounds, and harmless to show.
#include "server/ingest/broker_report.h"

#include <string.h>

#include "server/model/broker_topic.h"
#include "test/fuzz/fuzz.h"

static void check_number(int64_t number, int64_t max)
{
    FUZZ_CHECK(number >= 0 && number <= max);
}

// The bytes up to the first NUL as a topic behind its beginning.
static void check_name(const uint8_t *p, size_t n)
{
    char topic[4096] = BROKER_TOPIC_LIMIT;
    char name[BROKER_LIMIT_NAME_SIZE];
    size_t at = strlen(topic);

    if (n > sizeof topic - at - 1)
        n = sizeof topic - at - 1;
    memcpy(topic + at, p, n);
    fuzz_fill(name, sizeof name);
    if (!broker_report_read_name(topic, name))
        return;
    FUZZ_CHECK(memchr(name, '\0', sizeof name) != NULL && name[0] != '\0');
    for (const char *c = name; *c != '\0'; c++)
        FUZZ_CHECK(*c > ' ' && *c <= '~' && *c != '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct broker_limit limit;
    struct payload_faults faults = {0};

    fuzz_fill(&limit, sizeof limit);
    broker_report_decode(fuzz_bytes(p, n), n, &limit, &faults);
    check_number(limit.messages, (int64_t)1 << 40);
    check_number(limit.bytes, (int64_t)1 << 40);
    check_number(limit.subscriptions, (int64_t)1 << 40);
    check_number(limit.connections, (int64_t)1 << 40);
    check_number(limit.disconnected_s, 604800);
    FUZZ_CHECK(limit.since_ms == 0 && limit.at_ms == 0);
    FUZZ_CHECK(memchr(limit.reason, '\0', sizeof limit.reason) != NULL);
    FUZZ_CHECK(
        strspn(limit.reason, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(limit.reason));
    check_name(p, n);
    return 0;
}
