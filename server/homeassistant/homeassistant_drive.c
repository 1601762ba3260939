// Tells Home Assistant of the fleet, and does what it orders.
#include "server/homeassistant/homeassistant_drive.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/rate.h"
#include "server/base/tally.h"
#include "server/homeassistant/homeassistant_act.h"
#include "server/homeassistant/homeassistant_config.h"
#include "server/homeassistant/homeassistant_gather.h"
#include "server/homeassistant/homeassistant_inbox.h"
#include "server/homeassistant/homeassistant_known.h"
#include "server/homeassistant/homeassistant_state.h"
#include "server/store/device_store.h"

#define LOOK_MS 1000      // between two rounds, at least
#define LOOK_SHARE 9      // and so many times as long as a round takes
#define LOOK_MAX_MS 60000 // but no longer
#define BIRTH_MS 2000     // several Home Assistants do not all start in the same moment
#define PACE_WAIT_MS 50
#define TELL_MS 60000 // one line of each kind within this
#define PAGE 64       // devices that are read at once

struct homeassistant_drive {
    struct homeassistant_drive_settings settings;
    struct homeassistant_inbox inbox;
    pthread_t thread;
    bool runs;
    _Atomic uint64_t published, orders, refused;
    struct tally trouble;

    // Of the thread alone:
    struct homeassistant_known known;
    struct rate_use pace;
    int64_t announce_at_ms; // monotonic; 0: nothing is to be announced anew
    bool is_lost;           // the connection, within this round
    bool is_welcome;        // it was said on this connection that the daemon is there
};

struct page {
    struct device_record *items;
    size_t count;
};

static void tell_trouble(struct homeassistant_drive *drive, const char *what, const struct err *err)
{
    if (tally_add(&drive->trouble, 1, TELL_MS))
        log_error("homeassistant", "%s reason=\"%s\"", what, err->message);
}

// --- what it orders

static void run_order(struct homeassistant_drive *drive, const struct homeassistant_order *order)
{
    const struct homeassistant_drive_settings *settings = &drive->settings;
    struct err err = {0};

    if (!settings->is_on)
        return;
    if (homeassistant_act_run(settings->store, settings->release, order, &err) == 0) {
        drive->orders++;
        return;
    }
    drive->refused++;
    log_warning("homeassistant", "order refused client=%s mac=%s order=%s reason=\"%s\"",
        order->client, order->mac, homeassistant_topic_order(order->kind), err.message);
}

// Takes what has come. Whether to go on.
static bool attend(struct homeassistant_drive *drive)
{
    struct homeassistant_inbox *inbox = &drive->inbox;
    struct homeassistant_order orders[HOMEASSISTANT_INBOX_ORDERS];
    char(*found)[MAC_SIZE];
    size_t found_count;
    bool goes_on;
    bool is_new;

    pthread_mutex_lock(&inbox->mutex);
    size_t count = inbox->order_count;

    memcpy(orders, inbox->orders, count * sizeof orders[0]);
    inbox->order_count = 0;
    found = inbox->found;
    found_count = inbox->found_count;
    inbox->found = NULL;
    inbox->found_count = inbox->found_capacity = 0;
    is_new = inbox->is_new_connection;
    inbox->is_new_connection = false;
    if (inbox->is_born && drive->announce_at_ms == 0)
        drive->announce_at_ms = clock_monotonic_ms() + 1 + random() % BIRTH_MS;
    inbox->is_born = false;
    goes_on = inbox->is_connected && !inbox->is_stopping;
    pthread_mutex_unlock(&inbox->mutex);

    if (is_new) { // the broker may have lost what it had
        homeassistant_known_forget_said(&drive->known, false);
        drive->is_lost = true;
        drive->is_welcome = false;
    }
    for (size_t i = 0; i < found_count; i++)
        (void)homeassistant_known_get(&drive->known, found[i]);
    free(found);
    for (size_t i = 0; i < count; i++)
        run_order(drive, &orders[i]);
    return goes_on && !drive->is_lost;
}

// --- what it is told

// Waits for its turn. Whether to go on.
static bool wait_turn(struct homeassistant_drive *drive)
{
    struct rate rate = {
        (uint32_t)drive->settings.per_second, 1000, (uint32_t)drive->settings.per_second};

    while (!rate_take(&drive->pace, &rate, 1, clock_monotonic_ms())) {
        homeassistant_inbox_wait(&drive->inbox, PACE_WAIT_MS);
        if (!attend(drive))
            return false;
    }
    return true;
}

// Says it, unless it was the last that was said. Whether to go on.
static bool say(struct homeassistant_drive *drive, const char *mac,
    enum homeassistant_topic_kind kind, const char *text)
{
    struct homeassistant_known_device *device = homeassistant_known_get(&drive->known, mac);
    uint64_t hash = homeassistant_known_hash(text, strlen(text));
    char topic[HOMEASSISTANT_TOPIC_SIZE];
    int rc;

    if (device == NULL || device->said[kind] == hash)
        return device != NULL;
    if (!wait_turn(drive))
        return false;
    homeassistant_topic_format(topic, kind, mac);
    rc = drive->settings.publish(topic, text, strlen(text), drive->settings.ctx);
    device = homeassistant_known_get(&drive->known, mac); // it may have moved
    if (rc == 0 && device != NULL) {
        device->said[kind] = hash;
        drive->published++;
    }
    return rc == 0;
}

// It is there, also if it cannot be read. Takes in which members are announced; without memory they
// are those of the last status.
static void take_shown(struct homeassistant_drive *drive, struct homeassistant_device *device,
    struct homeassistant_members *gone, bool is_read)
{
    struct homeassistant_known_device *known =
        homeassistant_known_get(&drive->known, device->record.mac);

    gone->count = 0;
    if (known == NULL)
        return;
    known->is_there = true;
    if (!is_read)
        return;
    if (known->shown == NULL && device->members.count > 0)
        known->shown = calloc(1, sizeof *known->shown);
    if (known->shown == NULL)
        return;
    homeassistant_shown_take(known->shown, device->record.status.image, &device->members);
    *gone = known->shown->gone;
}

// Whether to go on.
static bool show(struct homeassistant_drive *drive, const struct device_record *record)
{
    struct homeassistant_device device = {.record = *record};
    struct homeassistant_members gone;
    struct err err = {0};
    bool is_offered;
    char *config = NULL;
    char *state = NULL;
    size_t n;
    int rc = homeassistant_gather_read(
        drive->settings.store, drive->settings.release, &device, &is_offered, &err);

    take_shown(drive, &device, &gone, rc == 0);
    if (rc == 0)
        rc = homeassistant_config_write(&device, &gone, &config, &n);
    if (rc == 0)
        rc = homeassistant_state_write(&device, &state, &n);
    if (rc < 0 || config == NULL || state == NULL) {
        tell_trouble(drive, "a device cannot be told of", &err);
        free(config);
        return true; // the others can
    }

    // The state before what makes Home Assistant look for it.
    bool goes_on = say(drive, record->mac, HOMEASSISTANT_TOPIC_AVAILABILITY,
                       homeassistant_state_availability(&device)) &&
                   say(drive, record->mac, HOMEASSISTANT_TOPIC_STATE, state) &&
                   say(drive, record->mac, HOMEASSISTANT_TOPIC_CONFIG, config);

    free(config);
    free(state);
    return goes_on;
}

static int append(const struct device_record *record, void *ctx)
{
    struct page *page = ctx;

    page->items[page->count++] = *record;
    return 0;
}

static int read_page(
    struct homeassistant_drive *drive, const char *after, struct page *page, struct err *err)
{
    struct device_filter filter = {.now_ms = clock_now_ms()};
    struct store_connection *connection;
    int rc = store_read_begin(drive->settings.store, &connection, err);

    page->count = 0;
    if (rc < 0)
        return rc;
    rc = device_store_page(connection, &filter, after, PAGE, append, page, err);
    store_read_end(drive->settings.store, connection);
    return rc;
}

// Whether all were shown.
static bool show_all(struct homeassistant_drive *drive, struct page *page)
{
    char after[MAC_SIZE] = "";
    struct err err = {0};

    do {
        if (read_page(drive, after, page, &err) < 0) {
            tell_trouble(drive, "devices cannot be read", &err);
            return false;
        }
        for (size_t i = 0; i < page->count; i++) {
            memcpy(after, page->items[i].mac, sizeof after);
            if (homeassistant_gather_is_shown(&page->items[i]) && !show(drive, &page->items[i]))
                return false;
        }
        if (!attend(drive))
            return false;
    } while (page->count == PAGE);
    return true;
}

// The announcement last: as long as it is there the others will be taken away after a crash, too.
static bool take_away(struct homeassistant_drive *drive, const char *mac)
{
    static const enum homeassistant_topic_kind kinds[] = {
        HOMEASSISTANT_TOPIC_STATE, HOMEASSISTANT_TOPIC_AVAILABILITY, HOMEASSISTANT_TOPIC_CONFIG};
    char topic[HOMEASSISTANT_TOPIC_SIZE];

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!wait_turn(drive))
            return false;
        homeassistant_topic_format(topic, kinds[i], mac);
        if (drive->settings.publish(topic, NULL, 0, drive->settings.ctx) < 0)
            return false;
    }
    log_info("homeassistant", "device taken away mac=%s", mac);
    return true;
}

static void take_away_others(struct homeassistant_drive *drive)
{
    for (size_t i = 0; i < drive->known.count; i++) {
        char mac[MAC_SIZE];

        memcpy(mac, drive->known.items[i].mac, sizeof mac);
        if (!drive->known.items[i].is_there && !take_away(drive, mac))
            return;
    }
    homeassistant_known_sweep(&drive->known);
}

// Says whether the daemon is there: "" for what nobody needs to know any more.
static int say_there(struct homeassistant_drive *drive, const char *text)
{
    return drive->settings.publish(
        HOMEASSISTANT_TOPIC_DAEMON, text, strlen(text), drive->settings.ctx);
}

static void run_round(struct homeassistant_drive *drive, struct page *page)
{
    drive->is_lost = false;
    if (drive->announce_at_ms != 0 && clock_monotonic_ms() >= drive->announce_at_ms) {
        homeassistant_known_forget_said(&drive->known, true);
        drive->announce_at_ms = 0;
    }
    if (!drive->settings.is_on && drive->known.count > 0)
        (void)say_there(drive, ""); // once more with the next one if it is lost
    if (drive->settings.is_on && !drive->is_welcome)
        drive->is_welcome = say_there(drive, "online") == 0;
    for (size_t i = 0; i < drive->known.count; i++)
        drive->known.items[i].is_there = false;
    if (!drive->settings.is_on || show_all(drive, page))
        take_away_others(drive);
}

static bool is_stopping(struct homeassistant_drive *drive)
{
    pthread_mutex_lock(&drive->inbox.mutex);

    bool stopping = drive->inbox.is_stopping;

    pthread_mutex_unlock(&drive->inbox.mutex);
    return stopping;
}

static void *run(void *ctx)
{
    struct homeassistant_drive *drive = ctx;
    struct page page = {.items = calloc(PAGE, sizeof *page.items)};

    while (page.items != NULL && !is_stopping(drive)) {
        int64_t begin_ms = clock_monotonic_ms();
        int64_t wait_ms;

        drive->is_lost = false;
        if (attend(drive) || drive->is_lost)
            run_round(drive, &page);
        wait_ms = LOOK_SHARE * (clock_monotonic_ms() - begin_ms);
        wait_ms = wait_ms < LOOK_MS ? LOOK_MS : wait_ms > LOOK_MAX_MS ? LOOK_MAX_MS : wait_ms;
        homeassistant_inbox_wait(&drive->inbox, wait_ms);
    }
    if (drive->settings.is_on)
        (void)say_there(drive, "offline"); // else its will does
    free(page.items);
    return NULL;
}

int homeassistant_drive_new(const struct homeassistant_drive_settings *settings,
    struct homeassistant_drive **out, struct err *err)
{
    struct homeassistant_drive *drive = calloc(1, sizeof *drive);

    if (drive == NULL || homeassistant_inbox_init(&drive->inbox) < 0) {
        free(drive);
        return err_set(err, ERR_NO_MEMORY, "no memory for Home Assistant");
    }
    drive->settings = *settings;
    *out = drive;
    return 0;
}

int homeassistant_drive_start(struct homeassistant_drive *drive, struct err *err)
{
    if (pthread_create(&drive->thread, NULL, run, drive) != 0)
        return err_set(err, ERR_NO_MEMORY, "cannot start what tells Home Assistant");
    drive->runs = true;
    return 0;
}

void homeassistant_drive_stop(struct homeassistant_drive *drive)
{
    if (drive == NULL || !drive->runs)
        return;
    homeassistant_inbox_stop(&drive->inbox);
    pthread_join(drive->thread, NULL);
    drive->runs = false;
}

void homeassistant_drive_free(struct homeassistant_drive *drive)
{
    if (drive == NULL)
        return;
    homeassistant_drive_stop(drive);
    homeassistant_known_clear(&drive->known);
    homeassistant_inbox_clear(&drive->inbox);
    free(drive);
}

bool homeassistant_drive_hear(
    struct homeassistant_drive *drive, const char *topic, const uint8_t *payload, size_t n)
{
    return homeassistant_inbox_take(&drive->inbox, topic, payload, n);
}

void homeassistant_drive_note_connection(struct homeassistant_drive *drive, bool connected)
{
    homeassistant_inbox_note_connection(&drive->inbox, connected);
}

void homeassistant_drive_each_counter(const struct homeassistant_drive *drive,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    add("homeassistant_published", drive->published, add_ctx);
    add("homeassistant_orders", drive->orders, add_ctx);
    add("homeassistant_refused", drive->refused, add_ctx);
}
