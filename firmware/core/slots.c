// The slot record: which image runs, and what is on trial.
#include "firmware/core/slots.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "firmware/core/files.h"

#define FORMAT 1

static const uint8_t magic[4] = {'S', 'l', 'o', 't'};

// Numbers and flags are the first bytes of what the struct has.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the record is little-endian");

// The record's fields in their order: where each stands in struct slots, and its bytes.
static const struct {
    uint16_t offset;
    uint16_t bytes;
} fields[] = {
    {offsetof(struct slots, active), 1},
    {offsetof(struct slots, trial), 1},
    {offsetof(struct slots, trial_boots), 1},
    {offsetof(struct slots, has_id), 1},
    {offsetof(struct slots, id), 8},
    {offsetof(struct slots, staged_trial), 1},
    {offsetof(struct slots, staged_boots), 1},
    {offsetof(struct slots, staged_mask), 1},
    {offsetof(struct slots, reason), FAILURE_DETAIL_SIZE},
    {offsetof(struct slots, images[0].state), 1},
    {offsetof(struct slots, images[0].size_bytes), 4},
    {offsetof(struct slots, images[0].descriptor_offset), 4},
    {offsetof(struct slots, images[0].name), IMAGE_NAME_SIZE},
    {offsetof(struct slots, images[1].state), 1},
    {offsetof(struct slots, images[1].size_bytes), 4},
    {offsetof(struct slots, images[1].descriptor_offset), 4},
    {offsetof(struct slots, images[1].name), IMAGE_NAME_SIZE},
    {offsetof(struct slots, proven_identity), 4},
    {offsetof(struct slots, owes_wifi), 1},
    {offsetof(struct slots, wifi_has_id), 1},
    {offsetof(struct slots, wifi_id), 8},
};

#define FIELDS (sizeof fields / sizeof fields[0])

_Static_assert(PORT_SLOTS == 2, "the record's fields");

void slots_encode(const struct slots *slots, uint8_t out[SLOTS_RECORD_SIZE])
{
    memcpy(out, magic, sizeof magic);
    out += sizeof magic;
    *out++ = FORMAT;
    for (size_t i = 0; i < FIELDS; i++) {
        memcpy(out, (const uint8_t *)slots + fields[i].offset, fields[i].bytes);
        out += fields[i].bytes;
    }
}

static bool is_good(const struct slots *slots)
{
    bool good = slots->active < PORT_SLOTS && slots->trial < SLOTS_TRIALS &&
                slots->staged_trial < SLOTS_TRIALS && slots->staged_trial != SLOTS_TRIAL_SKIPPED &&
                slots->reason[sizeof slots->reason - 1] == '\0' && slots->has_id <= 1 &&
                slots->owes_wifi <= 1 && slots->wifi_has_id <= slots->owes_wifi;

    for (size_t i = 0; i < PORT_SLOTS; i++)
        good = good && slots->images[i].state < SLOTS_STATES &&
               slots->images[i].name[IMAGE_NAME_MAX] == '\0';
    return good;
}

bool slots_decode(const uint8_t in[SLOTS_RECORD_SIZE], struct slots *out)
{
    struct slots slots = {0};

    if (memcmp(in, magic, sizeof magic) != 0 || in[sizeof magic] != FORMAT)
        return false;
    in += sizeof magic + 1;
    for (size_t i = 0; i < FIELDS; i++) {
        memcpy((uint8_t *)&slots + fields[i].offset, in, fields[i].bytes);
        in += fields[i].bytes;
    }
    if (!is_good(&slots))
        return false;
    *out = slots;
    return true;
}

static int load_factory(struct slots *slots, struct port *port, struct failure *failure)
{
    size_t size = port->ops->factory_size(port);

    if (size == 0 || size > port->slot_size)
        return failure_set(failure, RESULT_FLASH_FAILED, "no slot record and no factory image");
    memset(slots, 0, sizeof *slots);
    slots->images[0].state = SLOTS_INSTALLED;
    slots->images[0].size_bytes = (uint32_t)size;
    slots->images[0].descriptor_offset = UINT32_MAX; // not yet looked for
    return 0;
}

int slots_load(struct slots *slots, struct port *port, struct failure *failure)
{
    uint8_t bytes[SLOTS_RECORD_SIZE];
    int n = files_read(port, SLOTS_FILE, bytes, sizeof bytes);

    if (n == PORT_FAILED)
        return failure_set(failure, RESULT_FLASH_FAILED, "the slot record cannot be read");
    if (n == (int)sizeof bytes && slots_decode(bytes, slots))
        return 0;
    return load_factory(slots, port, failure);
}

int slots_store(const struct slots *slots, struct port *port, struct failure *failure)
{
    uint8_t bytes[SLOTS_RECORD_SIZE];

    slots_encode(slots, bytes);
    if (files_write(port, SLOTS_FILE, bytes, sizeof bytes) == 0)
        return 0;
    return failure_set(failure, RESULT_FLASH_FAILED, "the slot record cannot be written");
}

int slots_start(struct slots *slots, struct port *port, struct failure *failure)
{
    char last_reset[FAILURE_DETAIL_SIZE] = "";
    int rc = slots_load(slots, port, failure);

    if (rc < 0)
        return rc;
    port->ops->last_reset(port, last_reset, sizeof last_reset);
    return slots_count_boot(slots, last_reset) ? slots_store(slots, port, failure) : 0;
}

unsigned slots_idle(const struct slots *slots)
{
    return slots->active == 0 ? 1 : 0;
}

void slots_owe_wifi(struct slots *slots, bool has_id, int64_t id)
{
    slots->owes_wifi = true;
    slots->wifi_has_id = has_id;
    slots->wifi_id = has_id ? id : 0;
}

void slots_forget_wifi(struct slots *slots)
{
    slots->owes_wifi = false;
    slots->wifi_has_id = false;
    slots->wifi_id = 0;
}

void slots_begin_trial(struct slots *slots, bool has_id, int64_t id)
{
    slots->active = (uint8_t)slots_idle(slots);
    slots->trial = SLOTS_TRIAL_RUNNING;
    slots->trial_boots = 0;
    slots->has_id = has_id;
    slots->id = has_id ? id : 0;
}

void slots_fail_trial(struct slots *slots, const char *reason)
{
    slots->images[slots->active].state = SLOTS_REJECTED;
    slots->active = (uint8_t)slots_idle(slots);
    slots->trial = SLOTS_TRIAL_FAILED;
    snprintf(slots->reason, sizeof slots->reason, "%s", reason);
}

bool slots_skip(struct slots *slots, const char *reason)
{
    if (slots->images[slots_idle(slots)].state != SLOTS_INSTALLED)
        return false;
    slots_leave(slots, reason);
    return true;
}

void slots_leave(struct slots *slots, const char *reason)
{
    if (slots->trial == SLOTS_TRIAL_RUNNING) {
        slots_fail_trial(slots, reason);
        return;
    }
    slots->active = (uint8_t)slots_idle(slots);
    slots->trial = SLOTS_TRIAL_SKIPPED;
    snprintf(slots->reason, sizeof slots->reason, "%s", reason);
}

static void tell_starts(char *out, size_t size, const char *without_what, const char *last_reset)
{
    snprintf(out, size, "%d starts without a %s%s%s", SLOTS_BOOTS_MAX, without_what,
        last_reset[0] == '\0' ? "" : ", the last ended by: ", last_reset);
}

static bool count_staged_boot(struct slots *slots, const char *last_reset)
{
    if (slots->staged_trial != SLOTS_TRIAL_RUNNING)
        return false;
    if (slots->staged_boots < SLOTS_BOOTS_MAX) {
        slots->staged_boots++;
        return true;
    }
    slots->staged_trial = SLOTS_TRIAL_FAILED;
    tell_starts(slots->reason, sizeof slots->reason, "connection", last_reset);
    return true;
}

bool slots_count_boot(struct slots *slots, const char *last_reset)
{
    char reason[FAILURE_DETAIL_SIZE];

    // The files are the first suspects: an image on trial with them gets its starts afterwards.
    if (count_staged_boot(slots, last_reset))
        return true;
    if (slots->trial != SLOTS_TRIAL_RUNNING)
        return false;
    if (slots->trial_boots < SLOTS_BOOTS_MAX) {
        slots->trial_boots++;
        return true;
    }
    tell_starts(reason, sizeof reason, "report", last_reset);
    slots_fail_trial(slots, reason);
    return true;
}
