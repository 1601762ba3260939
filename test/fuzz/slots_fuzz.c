// The slot record that the device reads back from flash.
#include <string.h>

#include "common/crc32.h"
#include "firmware/core/slots.h"
#include "test/fuzz/fuzz.h"

#define CRC_OFFSET (SLOTS_RECORD_SIZE - 4)

static void check_invariants(const struct slots *slots)
{
    FUZZ_CHECK(slots->active < PORT_SLOTS && slots_idle(slots) < PORT_SLOTS);
    FUZZ_CHECK(slots_idle(slots) != slots->active);
    FUZZ_CHECK(slots->trial < SLOTS_TRIALS && slots->staged_trial < SLOTS_TRIALS);
    FUZZ_CHECK(memchr(slots->reason, '\0', sizeof slots->reason) != NULL);
    for (size_t i = 0; i < PORT_SLOTS; i++) {
        FUZZ_CHECK(slots->images[i].state < SLOTS_STATES);
        FUZZ_CHECK(memchr(slots->images[i].name, '\0', IMAGE_NAME_SIZE) != NULL);
    }
}

// However a trial stands in the record, it ends after some starts.
static void check_starts(struct slots *slots)
{
    int starts = 0;

    while (slots_count_boot(slots)) {
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
    FUZZ_CHECK(again.sequence == slots.sequence && again.id == slots.id);
    check_starts(&slots);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t bytes[SLOTS_RECORD_SIZE] = {0};
    uint8_t *record;

    memcpy(bytes, p, n < sizeof bytes ? n : sizeof bytes);
    record = fuzz_bytes(bytes, sizeof bytes);
    check(record);

    uint32_t crc = crc32_update(0, record, CRC_OFFSET); // good from here on

    for (size_t i = 0; i < 4; i++)
        record[CRC_OFFSET + i] = (uint8_t)(crc >> (8 * i));
    check(record);
    return 0;
}
