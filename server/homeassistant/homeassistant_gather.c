// What Home Assistant is told of a device, from the store.
#include "server/homeassistant/homeassistant_gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/release/release_next.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/label_store.h"

bool homeassistant_gather_is_shown(const struct device_record *record)
{
    return record->revoked_at_ms == 0 && record->status.image[0] != '\0';
}

// Why there is nothing for it, where there would be something.
static void explain(const struct release_next *next, struct homeassistant_device *device)
{
    static const char *const answers[] = {
        [RELEASE_CURRENT] = "",
        [RELEASE_UNKNOWN_IMAGE] = "",
        [RELEASE_STRANDED] = "%s is signed by a key that this image does not know.",
        [RELEASE_OTHER_LAYOUT] = "%s is of another flash layout.",
    };
    static const char *const pins[] = {
        [RELEASE_PIN_FREE] = "",
        [RELEASE_PIN_HELD] = "Held by an operator, before %s.",
        [RELEASE_PIN_BEYOND] = "Pinned by an operator to an image before %s.",
        [RELEASE_PIN_OTHER_BOARD] = "Pinned by an operator, before %s.",
        [RELEASE_PIN_ROLLOUT] = "A rollout brings %s, and has not reached this device.",
    };
    const char *image = next->image != NULL ? next->image->name.text : "The next image";
    const char *form = next->answer == RELEASE_NEXT ? pins[next->pin] : answers[next->answer];
    const char *gap = strstr(form, "%s");

    if (gap != NULL)
        snprintf(
            device->why, sizeof device->why, "%.*s%s%s", (int)(gap - form), form, image, gap + 2);
}

static int read_offer(struct store *store, struct release *release,
    struct homeassistant_device *device, bool *is_offered, struct err *err)
{
    const char *text = device->record.status.image;
    const struct release_catalogue *catalogue = release_hold(release);
    struct image_name running;
    struct release_follow follow = {
        .catalogue = catalogue, .mac = device->record.mac, .running = &running};
    struct release_next next = {.answer = RELEASE_UNKNOWN_IMAGE};
    int rc = 0;

    snprintf(device->latest, sizeof device->latest, "%s", text);
    device->why[0] = '\0';
    *is_offered = false;
    if (image_name_parse(text, strlen(text), &running))
        rc = release_next_find(store, &follow, &next, err);
    if (rc == 0 && follow.n > 0) {
        explain(&next, device);
        *is_offered =
            next.answer == RELEASE_NEXT && next.pin == RELEASE_PIN_FREE && next.image != NULL;
    }
    if (*is_offered)
        snprintf(device->latest, sizeof device->latest, "%s", next.image->name.text);
    release_drop(release, catalogue);
    return rc;
}

static enum homeassistant_device_stage stage_of(const struct command *command)
{
    bool is_download = strcmp(command->name, CONTRACT_COMMAND_FIRMWARE) == 0;

    if (!is_download && strcmp(command->name, CONTRACT_COMMAND_FLASH) != 0)
        return HOMEASSISTANT_DEVICE_IDLE;
    switch (command->state) {
    case COMMAND_QUEUED:
        return is_download ? HOMEASSISTANT_DEVICE_DOWNLOAD_QUEUED
                           : HOMEASSISTANT_DEVICE_INSTALL_QUEUED;
    case COMMAND_SENT:
        if (command->accepted_at_ms == 0)
            return is_download ? HOMEASSISTANT_DEVICE_DOWNLOAD_SENT
                               : HOMEASSISTANT_DEVICE_INSTALL_SENT;
        return is_download ? HOMEASSISTANT_DEVICE_DOWNLOAD_ACCEPTED
                           : HOMEASSISTANT_DEVICE_INSTALL_ACCEPTED;
    default: return HOMEASSISTANT_DEVICE_IDLE; // it has ended, or waits for another
    }
}

// The first that is one of an update.
static int note_stage(const struct command *command, void *ctx)
{
    enum homeassistant_device_stage *stage = ctx;

    *stage = stage_of(command);
    return *stage != HOMEASSISTANT_DEVICE_IDLE;
}

int homeassistant_gather_read(struct store *store, struct release *release,
    struct homeassistant_device *device, bool *is_offered, struct err *err)
{
    struct store_connection *connection;
    char *status = NULL;
    int rc = read_offer(store, release, device, is_offered, err);

    if (rc < 0)
        return rc;
    rc = store_read_begin(store, &connection, err);
    if (rc < 0)
        return rc;
    device->stage = HOMEASSISTANT_DEVICE_IDLE;
    device->members.count = 0;
    rc = command_store_each_open(connection, device->record.mac, note_stage, &device->stage, err);
    if (rc >= 0)
        rc = label_store_get(connection, device->record.mac, &device->label, err);
    if (rc == 0)
        rc = device_store_get_status_json(connection, device->record.mac, &status, err);
    store_read_end(store, connection);
    if (rc == 0 && status != NULL)
        homeassistant_members_read((const uint8_t *)status, strlen(status), &device->members);
    free(status);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}
