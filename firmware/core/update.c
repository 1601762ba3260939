// Downloads an image, verifies it and marks it ready.
#include "firmware/core/update.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "firmware/core/http_reason.h"

void update_init(struct update *update, struct port *port, struct slots *slots, struct https *https,
    uint8_t *scratch)
{
    memset(update, 0, sizeof *update);
    update->port = port;
    update->slots = slots;
    update->https = https;
    update->scratch = scratch;
}

static struct slots_image *idle_image(struct update *update)
{
    return &update->slots->images[slots_idle(update->slots)];
}

static enum port_region idle_region(const struct update *update)
{
    return PORT_SLOT(slots_idle(update->slots));
}

int update_start_download(
    struct update *update, struct tls *tls, struct settings *settings, struct failure *failure)
{
    char query[sizeof CONTRACT_QUERY_CURIMAGE + 1 + IMAGE_NAME_SIZE];
    const struct slots_image *running = &update->slots->images[update->slots->active];

    snprintf(query, sizeof query, "%s=%s", CONTRACT_QUERY_CURIMAGE, running->name);
    int rc = https_start(update->https, tls, settings, CONTRACT_FILE_FIRMWARE, query, failure);

    if (rc == 0)
        update->phase = UPDATE_REQUEST;
    return rc;
}

static void start_verify(struct update *update, size_t size, bool downloaded)
{
    update->phase = UPDATE_VERIFY;
    update->downloaded = downloaded;
    verify_start(&update->verify, update->port, update->slots, size, update->scratch);
    if (downloaded)
        update->verify.lead = &update->lead;
}

int update_start_check(struct update *update, const char *wanted, struct failure *failure)
{
    const struct slots_image *image = idle_image(update);

    if (image->state != SLOTS_READY)
        return failure_set(failure, RESULT_NOTHING_DOWNLOADED, "no verified image");
    if (wanted[0] != '\0' && strcmp(wanted, image->name) != 0)
        return failure_set(
            failure, RESULT_NOT_STAGED, "the command means %.63s, another was downloaded", wanted);
    start_verify(update, image->size_bytes, false);
    return 0;
}

// What is remembered of the slot is what its record says, also if that cannot be written.
static int store_image(
    struct update *update, const struct slots_image *image, struct failure *failure)
{
    struct slots_image before = *idle_image(update);

    *idle_image(update) = *image;

    int rc = slots_store(update->slots, update->port, failure);

    if (rc < 0)
        *idle_image(update) = before;
    return rc;
}

// From the first write on until the check the slot holds nothing that may be run.
static int empty_slot(struct update *update, struct failure *failure)
{
    static const struct slots_image empty = {.state = SLOTS_EMPTY};

    return idle_image(update)->state == SLOTS_EMPTY ? 0 : store_image(update, &empty, failure);
}

static int accept_image(struct update *update, struct failure *failure)
{
    size_t size = update->https->head.content_length;

    if (size > update->port->slot_size)
        return failure_set(failure, RESULT_OVERSIZED, "image: %lu bytes do not fit the slot's %lu",
            (unsigned long)size, (unsigned long)update->port->slot_size);
    if (size <= IMAGE_SIGNATURE_MIN + IMAGE_TRAILER_LENGTH_SIZE)
        return failure_set(failure, RESULT_TRAILER_INVALID, "image: has no signature");

    int rc = empty_slot(update, failure);

    if (rc < 0)
        return rc;
    update->size = size;
    update->offset = 0;
    memset(&update->lead, 0, sizeof update->lead);
    image_digest_start(&update->verify.digest);
    update->phase = UPDATE_IMAGE;
    return STEP_AGAIN;
}

static int step_request(struct update *update, struct failure *failure)
{
    int rc = https_step(update->https, failure);

    if (rc != STEP_DONE)
        return rc;
    switch (update->https->head.status) {
    case 200: return accept_image(update, failure);
    case 304: return failure_set(failure, RESULT_CURRENT, "no newer image is offered");
    default: break;
    }
    http_reason_start(failure, update->https->head.status);
    update->phase = UPDATE_REASON;
    return STEP_AGAIN;
}

// Erases the sectors that the next n bytes touch first.
static int erase(struct update *update, size_t n)
{
    size_t sector = update->port->sector_size;
    size_t next = (update->offset + sector - 1) / sector * sector;

    for (; next < update->offset + n; next += sector) {
        if (update->port->ops->flash_erase(update->port, idle_region(update), next) != 0)
            return PORT_FAILED;
    }
    return 0;
}

static int write_image(struct update *update, size_t n, struct failure *failure)
{
    struct port *port = update->port;
    size_t kept = lead_keep(&update->lead, update->offset, update->scratch, n);

    if (erase(update, n) != 0 || port->ops->flash_write(port, idle_region(update),
                                     update->offset + kept, update->scratch + kept, n - kept) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "the slot cannot be written");
    image_digest_feed(&update->verify.digest, update->scratch, n);
    update->offset += n;
    return STEP_AGAIN;
}

static int end_image(struct update *update, struct failure *failure)
{
    struct image_trailer trailer;
    const uint8_t *signature;
    int rc =
        image_digest_finish(&update->verify.digest, update->hash, &trailer, &signature, failure);

    if (rc < 0)
        return rc;
    if (update->port->ops->flash_sync(update->port, idle_region(update)) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "the slot cannot be written");
    https_stop(update->https);
    start_verify(update, update->size, true);
    return STEP_AGAIN;
}

static int step_image(struct update *update, struct failure *failure)
{
    int n = https_read(update->https, update->scratch, UPDATE_SCRATCH, failure);

    if (n > 0)
        return write_image(update, (size_t)n, failure);
    if (n == TLS_END)
        return end_image(update, failure);
    return n == 0 ? STEP_AGAIN : n;
}

// What was read back from flash must be what came over the wire.
static int check_medium(const struct update *update, struct failure *failure)
{
    if (!update->downloaded || update->verify.phase == VERIFY_HASH)
        return 0;
    if (memcmp(update->hash, update->verify.hash, sizeof update->hash) == 0)
        return 0;
    return failure_set(failure, RESULT_FLASH_FAILED, "the slot holds other bytes");
}

static int step_verify(struct update *update, struct failure *failure)
{
    struct slots_image image = {.state = SLOTS_READY};
    int rc = verify_step(&update->verify, &image, failure);
    int medium = check_medium(update, failure);
    struct failure other;

    if (medium < 0 && rc != -(int)RESULT_FLASH_FAILED)
        rc = medium;
    if (rc < 0 && rc != -(int)RESULT_OUT_OF_MEMORY)
        (void)empty_slot(update, &other); // the record's failure is the lesser news
    if (rc != STEP_DONE || !update->downloaded)
        return rc;
    if (lead_write(update->port, slots_idle(update->slots), &update->lead) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "the slot cannot be written");
    return store_image(update, &image, failure);
}

int update_step(struct update *update, struct failure *failure)
{
    int rc = STEP_DONE;

    switch (update->phase) {
    case UPDATE_IDLE: return STEP_DONE;
    case UPDATE_REQUEST: rc = step_request(update, failure); break;
    case UPDATE_REASON: rc = http_reason_step(update->https, failure); break;
    case UPDATE_IMAGE: rc = step_image(update, failure); break;
    case UPDATE_VERIFY: rc = step_verify(update, failure); break;
    }
    if (rc != STEP_AGAIN)
        update_stop(update);
    return rc;
}

uint32_t update_wait_ms(const struct update *update, uint32_t now_ms)
{
    if (update->phase == UPDATE_IDLE)
        return TIMER_NEVER;
    return update->phase == UPDATE_VERIFY ? timer_left_ms(&update->verify.pause, now_ms)
                                          : https_wait_ms(update->https, now_ms);
}

void update_stop(struct update *update)
{
    https_stop(update->https);
    verify_stop(&update->verify);
    update->phase = UPDATE_IDLE;
}
