// The slot record that the device reads back from flash.
#include <string.h>

#include "firmware/core/slots.h"
#include "test/fuzz/fuzz.h"

static void check_invariants(const struct slots *slots)
{
    FUZZ_CHECK(slots->active < PORT_SLOTS && slots_idle(slots) < PORT_SLOTS);
    FUZZ_CHECK(slots_idle(slots) != slots->active);
    FUZZ_CHECK(slots->trial < SLOTS_TRIALS && slots->staged_trial < SLOTS_TRIALS);
    FUZZ_CHECK(slots->owes_wifi || !slots->wifi_has_id);
    FUZZ_CHECK(memchr(slots->reason, '\0', sizeof slots->reason) != NULL);
    for (size_t i = 0; i < PORT_SLOTS; i++) {
        FUZZ_CHECK(slots->images[i].state < SLOTS_STATES);
        FUZZ_CHECK(memchr(slots->images[i].name, '\0', IMAGE_NAME_SIZE) != NULL);
    }
}

// A damaged image is left for one that has run only.
static void check_skip(struct slots slots)
{
    unsigned idle = slots_idle(&slots);
    bool has_run = slots.images[idle].state == SLOTS_INSTALLED;

    FUZZ_CHECK(slots_skip(&slots, "damaged") == has_run);
    check_invariants(&slots);
    FUZZ_CHECK((slots.active == idle) == has_run);
}

// However a trial stands in the record, it ends after some starts.
static void check_starts(struct slots *slots)
{
    int starts = 0;

    while (slots_count_boot(slots, "watchdog")) {
        check_invariants(slots);
        FUZZ_CHECK(++starts <= 2 * (SLOTS_BOOTS_MAX + 1));
    }
    FUZZ_CHECK(slots->trial != SLOTS_TRIAL_RUNNING && slots->staged_trial != SLOTS_TRIAL_RUNNING);
}

static void check(const uint8_t record[SLOTS_RECORD_SIZE])
{
    struct slots slots;
    struct slots again;
    uint8_t first[SLOTS_RECORD_SIZE];
    uint8_t second[SLOTS_RECORD_SIZE];

    fuzz_fill(&slots, sizeof slots);
    if (!slots_decode(record, &slots)) {
        FUZZ_CHECK(fuzz_is_untouched(&slots, sizeof slots));
        return;
    }
    check_invariants(&slots);
    slots_encode(&slots, first);
    FUZZ_CHECK(slots_decode(first, &again));
    slots_encode(&again, second);
    FUZZ_CHECK(memcmp(first, second, sizeof first) == 0);
    FUZZ_CHECK(again.id == slots.id && again.wifi_id == slots.wifi_id);
    FUZZ_CHECK(again.owes_wifi == slots.owes_wifi && again.wifi_has_id == slots.wifi_has_id);
    check_skip(slots);
    check_starts(&slots);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t bytes[SLOTS_RECORD_SIZE] = {0};

    memcpy(bytes, p, n < sizeof bytes ? n : sizeof bytes);
    check(fuzz_bytes(bytes, sizeof bytes));
    return 0;
}
