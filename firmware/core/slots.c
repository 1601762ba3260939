// The slot record: which image runs, and what is on trial.
#include "firmware/core/slots.h"

#include <stdio.h>
#include <string.h>

#include "firmware/core/files.h"

#define FORMAT 1

static const uint8_t magic[4] = {'S', 'l', 'o', 't'};

static uint8_t *put(uint8_t *p, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static uint64_t get(const uint8_t **p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)(*p)[i] << (8 * i);
    *p += bytes;
    return value;
}

static uint8_t *put_image(uint8_t *p, const struct slots_image *image)
{
    p = put(p, image->state, 1);
    p = put(p, image->size_bytes, 4);
    p = put(p, image->descriptor_offset, 4);
    memcpy(p, image->name, IMAGE_NAME_SIZE);
    return p + IMAGE_NAME_SIZE;
}

void slots_encode(const struct slots *slots, uint8_t out[SLOTS_RECORD_SIZE])
{
    uint8_t *p = out;

    memset(out, 0, SLOTS_RECORD_SIZE);
    memcpy(p, magic, sizeof magic);
    p = put(p + sizeof magic, FORMAT, 1);
    p = put(p, slots->active, 1);
    p = put(p, slots->trial, 1);
    p = put(p, slots->trial_boots, 1);
    p = put(p, slots->has_id, 1);
    p = put(p, (uint64_t)slots->id, 8);
    p = put(p, slots->staged_trial, 1);
    p = put(p, slots->staged_boots, 1);
    p = put(p, slots->staged_mask, 1);
    memcpy(p, slots->reason, sizeof slots->reason);
    p += sizeof slots->reason;
    for (size_t i = 0; i < PORT_SLOTS; i++)
        p = put_image(p, &slots->images[i]);
    put(p, slots->proven_identity, 4);
}

static bool get_image(const uint8_t **p, struct slots_image *image)
{
    uint64_t state = get(p, 1);

    image->state = (enum slots_state)state;
    image->size_bytes = (uint32_t)get(p, 4);
    image->descriptor_offset = (uint32_t)get(p, 4);
    memcpy(image->name, *p, IMAGE_NAME_SIZE);
    *p += IMAGE_NAME_SIZE;
    return state < SLOTS_STATES && image->name[IMAGE_NAME_MAX] == '\0';
}

static bool get_trial(const uint8_t **p, enum slots_trial *trial)
{
    uint64_t value = get(p, 1);

    *trial = (enum slots_trial)value;
    return value < SLOTS_TRIALS;
}

bool slots_decode(const uint8_t in[SLOTS_RECORD_SIZE], struct slots *out)
{
    struct slots slots = {0};
    const uint8_t *p = in + sizeof magic;
    bool good;

    if (memcmp(in, magic, sizeof magic) != 0 || get(&p, 1) != FORMAT)
        return false;
    slots.active = (uint8_t)get(&p, 1);
    good = get_trial(&p, &slots.trial);
    slots.trial_boots = (uint8_t)get(&p, 1);
    slots.has_id = get(&p, 1) != 0;
    slots.id = (int64_t)get(&p, 8);
    good = get_trial(&p, &slots.staged_trial) && slots.staged_trial != SLOTS_TRIAL_SKIPPED && good;
    slots.staged_boots = (uint8_t)get(&p, 1);
    slots.staged_mask = (uint8_t)get(&p, 1);
    memcpy(slots.reason, p, sizeof slots.reason);
    p += sizeof slots.reason;
    for (size_t i = 0; i < PORT_SLOTS; i++)
        good = get_image(&p, &slots.images[i]) && good;
    slots.proven_identity = (uint32_t)get(&p, 4);
    if (!good || slots.active >= PORT_SLOTS || slots.reason[sizeof slots.reason - 1] != '\0')
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
