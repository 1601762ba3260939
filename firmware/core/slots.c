// The slot record: which image runs, and what is on trial.
#include "firmware/core/slots.h"

#include <stdio.h>
#include <string.h>

#include "firmware/core/files.h"

#define FORMAT 1

static const uint8_t magic[4] = {'S', 'l', 'o', 't'};

// The one walk over the record's fields reads it or writes it.
struct record {
    uint8_t *p;
    bool is_read;
};

static uint64_t number(struct record *record, uint64_t value, int bytes)
{
    if (record->is_read)
        value = 0;
    for (int i = 0; i < 8 * bytes; i += 8) {
        if (record->is_read)
            value |= (uint64_t)*record->p << i;
        else
            *record->p = (uint8_t)(value >> i);
        record->p++;
    }
    return value;
}

static bool flag(struct record *record, bool value)
{
    return number(record, value, 1) != 0;
}

static enum slots_trial trial(struct record *record, enum slots_trial value)
{
    return (enum slots_trial)number(record, value, 1);
}

static void text(struct record *record, char *value, size_t n)
{
    if (record->is_read)
        memcpy(value, record->p, n);
    else
        memcpy(record->p, value, n);
    record->p += n;
}

static void walk_image(struct record *record, struct slots_image *image)
{
    image->state = (enum slots_state)number(record, image->state, 1);
    image->size_bytes = (uint32_t)number(record, image->size_bytes, 4);
    image->descriptor_offset = (uint32_t)number(record, image->descriptor_offset, 4);
    text(record, image->name, sizeof image->name);
}

static void walk(struct record *record, struct slots *slots)
{
    slots->active = (uint8_t)number(record, slots->active, 1);
    slots->trial = trial(record, slots->trial);
    slots->trial_boots = (uint8_t)number(record, slots->trial_boots, 1);
    slots->has_id = flag(record, slots->has_id);
    slots->id = (int64_t)number(record, (uint64_t)slots->id, 8);
    slots->staged_trial = trial(record, slots->staged_trial);
    slots->staged_boots = (uint8_t)number(record, slots->staged_boots, 1);
    slots->staged_mask = (uint8_t)number(record, slots->staged_mask, 1);
    text(record, slots->reason, sizeof slots->reason);
    for (size_t i = 0; i < PORT_SLOTS; i++)
        walk_image(record, &slots->images[i]);
    slots->proven_identity = (uint32_t)number(record, slots->proven_identity, 4);
    slots->owes_wifi = flag(record, slots->owes_wifi);
    slots->wifi_has_id = flag(record, slots->wifi_has_id);
    slots->wifi_id = (int64_t)number(record, (uint64_t)slots->wifi_id, 8);
}

void slots_encode(const struct slots *slots, uint8_t out[SLOTS_RECORD_SIZE])
{
    struct record record = {.p = out + sizeof magic + 1};
    struct slots copy = *slots;

    memcpy(out, magic, sizeof magic);
    out[sizeof magic] = FORMAT;
    walk(&record, &copy);
}

static bool is_good(const struct slots *slots)
{
    bool good = slots->active < PORT_SLOTS && slots->trial < SLOTS_TRIALS &&
                slots->staged_trial < SLOTS_TRIALS && slots->staged_trial != SLOTS_TRIAL_SKIPPED &&
                slots->reason[sizeof slots->reason - 1] == '\0' &&
                (slots->owes_wifi || !slots->wifi_has_id);

    for (size_t i = 0; i < PORT_SLOTS; i++)
        good = good && slots->images[i].state < SLOTS_STATES &&
               slots->images[i].name[IMAGE_NAME_MAX] == '\0';
    return good;
}

bool slots_decode(const uint8_t in[SLOTS_RECORD_SIZE], struct slots *out)
{
    uint8_t bytes[SLOTS_RECORD_SIZE];
    struct record record = {.p = bytes + sizeof magic + 1, .is_read = true};
    struct slots slots = {0};

    memcpy(bytes, in, sizeof bytes);
    walk(&record, &slots);
    slots_encode(&slots, bytes);
    if (!is_good(&slots) || memcmp(in, bytes, sizeof bytes) != 0)
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
