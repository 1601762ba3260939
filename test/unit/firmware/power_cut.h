#ifndef TEST_UNIT_FIRMWARE_POWER_CUT_H
#define TEST_UNIT_FIRMWARE_POWER_CUT_H

// What the sweeps of power cuts share: a device that does something while its power is cut before,
// half-way through and after each operation of its flash in turn. A cut has ended well if at each
// start from then on the device runs, byte by byte, one of the images that were signed, with
// configuration and credentials that are the old or the new ones, and if what it was doing succeeds
// when it is tried again.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// The signatures are real; of those that a device accepts RSA's are checked in a hundredth of the
// time. The sessions are plain_tls.c's.
#define FAKE_MAKE_KEY(maker, key) make_rsa_key(maker, 2048, key)

#include "firmware/core/tls_library.h"
#include "test/unit/firmware/fake_device.h"

#define POWER_CUT_OPS_MAX 400
#define POWER_CUT_TEARS 4 // ways to cut half-way through, each with other bits
#define POWER_CUT_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}"

struct power_cut {
    struct fake_device *device;
    uint8_t image3[MAKE_IMAGE_MAX]; // B-3
    size_t image3_size;
    struct fake_certificate renewed;
    char renewed_key[FAKE_PEM_SIZE];
    const char *new_config; // that may be in use beside POWER_CUT_CONFIG, or NULL
    const char *new_cert;   // that may be in use beside the device's first
    bool is_sound;          // at each start so far
    unsigned starts;
    unsigned tried;
    unsigned ended_well;
    bool all_well; // those that came too late included
};

static inline bool power_cut_runs_signed(const struct power_cut *p)
{
    struct fake_device *d = p->device;
    unsigned active = d->device.slots.active;
    const uint8_t *slot = fake_device_flash(d)->slots[active];
    const char *name = d->device.running.text;

    if (strcmp(name, "B-1") == 0)
        return active == 0 && memcmp(slot, d->image1, fake_device_flash(d)->factory_size) == 0;
    if (strcmp(name, "B-2") == 0)
        return memcmp(slot, d->image2, d->image_size) == 0;
    return strcmp(name, "B-3") == 0 && memcmp(slot, p->image3, p->image3_size) == 0;
}

// Whether the file holds one of both texts. It may be too long for either.
static inline bool power_cut_file_is(
    const struct power_cut *p, const char *name, const char *text, const char *other)
{
    struct port *port = &fake_device_flash(p->device)->port;

    return fake_file_is(port, name, text) || (other != NULL && fake_file_is(port, name, other));
}

static inline bool power_cut_has_files(const struct power_cut *p)
{
    struct fake_device *d = p->device;

    return power_cut_file_is(p, "config.json", POWER_CUT_CONFIG, p->new_config) &&
           power_cut_file_is(p, "ca.crt", d->broker.server.ca.pem, NULL) &&
           power_cut_file_is(p, FAKE_MAC ".crt", d->own.pem, p->new_cert) &&
           power_cut_file_is(
               p, FAKE_MAC ".key", d->key_pem, p->new_cert == NULL ? NULL : p->renewed_key) &&
           tls_library_is_pair(&d->device.identity.cert.pk, &d->device.identity.key);
}

static inline void power_cut_check_start(struct fake_device *d, void *ctx)
{
    struct power_cut *p = ctx;

    (void)d;
    p->starts++;
    p->is_sound = p->is_sound && power_cut_runs_signed(p) && power_cut_has_files(p);
}

static inline int power_cut_setup(void **state)
{
    struct power_cut *p = calloc(1, sizeof *p);
    struct fake_device *d = fake_device_new();
    struct fake_server *server = &d->broker.server;

    assert(p != NULL);
    p->device = d;
    p->image3_size = make_image(&server->maker, "B-3", &d->signer, &d->signer, p->image3);
    fake_issue(server, &server->ca, FAKE_MAC, &p->renewed, p->renewed_key);
    fake_device_serve(d, "firmware.bin?curimage=B-2", p->image3, p->image3_size);
    fake_device_serve(d, "firmware.bin?curimage=B-3", NULL, 0);
    d->on_start = power_cut_check_start;
    d->on_start_ctx = p;
    *state = p;
    return 0;
}

static inline int power_cut_teardown(void **state)
{
    struct power_cut *p = *state;

    fake_certificate_clear(&p->renewed);
    fake_device_free(p->device);
    free(p);
    return 0;
}

// Where and how the power is cut, and a second time after it has come back.
struct power_cut_point {
    enum nor_cut first_kind;
    int first;
    enum nor_cut second_kind;
    int second; // or NOR_NO_CUT
    unsigned tear;
};

// What is swept: when the power is cut and what the device does meanwhile; false if that fails.
struct power_cut_plan {
    const char *name;
    bool from_power_on; // else from when it is confirmed
    bool pairs;         // also all second cuts after each first one
    bool (*act)(struct power_cut *p);
    unsigned least; // points
};

static inline bool power_cut_begin(
    struct power_cut *p, const struct power_cut_plan *plan, const struct power_cut_point *at)
{
    struct fake_device *d = p->device;
    struct nor_power *power = &fake_device_flash(d)->power;

    fake_device_reset(d);
    p->is_sound = true;
    p->starts = 0;
    if (!plan->from_power_on &&
        (fake_device_start(d) != 0 || !fake_device_run(d, 5000, fake_device_is_idle)))
        return false;
    power->random ^=
        (uint32_t)at->first * 7919 + (uint32_t)(at->second + 1) * 31 + at->tear * 104729;
    power->random |= 1;
    power->cut = at->first_kind;
    power->ops_left = at->first;
    d->next_cut = at->second;
    d->next_cut_kind = at->second_kind;
    return true;
}

// Tries one point. False if it comes too late to cut the power as often as it says.
static inline bool power_cut_try(
    struct power_cut *p, const struct power_cut_plan *plan, const struct power_cut_point *at)
{
    bool well = power_cut_begin(p, plan, at) && plan->act(p) && p->is_sound && p->starts > 0;
    bool was_cut = p->device->lost_power == (at->second == NOR_NO_CUT ? 1 : 2);

    if (!well)
        printf("%s: badly ended: kind %d at operation %d, then kind %d at %d, tear %u\n",
            plan->name, (int)at->first_kind, at->first, (int)at->second_kind, at->second, at->tear);
    p->all_well = p->all_well && well;
    p->tried += was_cut;
    p->ended_well += was_cut && well;
    return was_cut;
}

static inline void power_cut_sweep_second(
    struct power_cut *p, const struct power_cut_plan *plan, struct power_cut_point at)
{
    for (int kind = 0; kind < NOR_CUTS; kind++) {
        at.second_kind = (enum nor_cut)kind;
        at.second = 0;
        while (power_cut_try(p, plan, &at) && at.second < POWER_CUT_OPS_MAX)
            at.second++;
    }
}

static inline void power_cut_sweep_first(
    struct power_cut *p, const struct power_cut_plan *plan, struct power_cut_point at)
{
    while (power_cut_try(p, plan, &at) && at.first < POWER_CUT_OPS_MAX) {
        if (plan->pairs)
            power_cut_sweep_second(p, plan, at);
        at.first++;
    }
}

// Tries all points until they come too late, prints how many there were and how many ended well,
// and fails unless all did.
static inline void power_cut_sweep(struct power_cut *p, const struct power_cut_plan *plan)
{
    struct power_cut_point at = {.second = NOR_NO_CUT};

    p->tried = p->ended_well = 0;
    p->all_well = true;
    for (int kind = 0; kind < NOR_CUTS; kind++) {
        at.first_kind = (enum nor_cut)kind;
        for (at.tear = 0; at.tear < (kind == NOR_CUT_HALFWAY ? POWER_CUT_TEARS : 1); at.tear++)
            power_cut_sweep_first(p, plan, at);
    }
    printf("%s: %u power cuts tried, %u ended well\n", plan->name, p->tried, p->ended_well);
    assert_true(p->all_well);
    assert_int_equal(p->ended_well, p->tried);
    assert_true(p->tried >= plan->least);
}

static inline bool power_cut_is_restarted(struct fake_device *d)
{
    return d->reboots + d->lost_power > 0;
}

// Sends commands as a backend does that sees which ones were in vain, until that image runs and has
// passed its trial.
static inline bool power_cut_update_to(struct power_cut *p, const char *name)
{
    struct fake_device *d = p->device;

    for (int i = 0; i < 8 && strcmp(d->device.running.text, name) != 0; i++) {
        const struct slots *slots = &d->device.slots;
        bool is_ready = slots->images[slots_idle(slots)].state == SLOTS_READY;

        if (!fake_device_do(d, is_ready ? "flash" : "firmware", i + 1))
            return false;
    }
    return strcmp(d->device.running.text, name) == 0 && !d->device.is_on_trial &&
           d->device.slots.trial == SLOTS_TRIAL_NONE &&
           d->device.slots.images[d->device.slots.active].state == SLOTS_INSTALLED;
}

// Whether that image has told that it passed its trial, and none has run since that is older.
static inline bool power_cut_stays(const struct power_cut *p, const char *name, const char *older)
{
    const struct fake_device *d = p->device;
    const char *event = "/event/" FAKE_MAC;
    size_t passed = 0;
    char text[80];

    snprintf(text, sizeof text, "\"trial\",\"result\":\"ok\",\"image\":\"%s\"", name);
    while (passed < d->broker.count && strstr(d->broker.messages[passed].payload, text) == NULL)
        passed++;
    snprintf(text, sizeof text, "\"boot\",\"result\":\"ok\",\"image\":\"%s\"", older);
    return passed < d->broker.count && fake_device_count(d, passed, event, text) == 0 &&
           fake_device_count(d, 0, event, "trial-failed") == 0;
}

#endif
