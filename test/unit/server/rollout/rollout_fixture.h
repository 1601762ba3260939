#ifndef TEST_SERVER_ROLLOUT_ROLLOUT_FIXTURE_H
#define TEST_SERVER_ROLLOUT_ROLLOUT_FIXTURE_H

// Three devices of a board with three images, of which the last is not published, and rollouts of
// it. In a header, since each test program is one file.

#include "server/base/clock.h"
#include "server/release/release_find.h"
#include "server/release/release_pin.h"
#include "server/release/release_publish.h"
#include "server/rollout/rollout_change.h"
#include "server/rollout/rollout_create.h"
#include "server/rollout/rollout_advance.h"
#include "server/rollout/rollout_drive.h"
#include "server/store/image_store.h"
#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD "B-1"
#define MIDDLE "B-2"
#define NEW "B-3"

static struct release *release;

static inline int add_image(struct store_connection *connection, void *ctx, struct err *err)
{
    struct image image = {.signer = "a", .embeds = {"a"}, .embeds_count = 1};
    const char *name = ctx;

    image.state = strcmp(name, NEW) == 0 ? IMAGE_ADDED : IMAGE_PUBLISHED;
    image.layout = IMAGE_LAYOUT_OTHER;
    snprintf(image.sha256, sizeof image.sha256, "sha-%s", name);
    assert_true(image_name_parse(name, strlen(name), &image.name));
    return image_store_add(connection, &image, err);
}

struct says {
    const char *mac, *image;
    bool online;
};

static inline int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct says *says = ctx;
    struct device_record device = {
        .online = says->online, .speaks_events = true, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", says->mac);
    snprintf(device.status.image, sizeof device.status.image, "%s", says->image);
    return device_store_put(connection, &device, NULL, err);
}

static inline void report(struct fixture *f, const char *mac, const char *image, bool online)
{
    struct says says = {mac, image, online};

    fixture_write(f, put_device, &says);
}

static inline int set_up(void **state)
{
    char old[] = OLD;
    char middle[] = MIDDLE;
    char new[] = NEW;
    struct fixture *f;

    if (fixture_set_up(state) < 0)
        return -1;
    f = *state;
    fixture_write(f, add_image, old);
    fixture_write(f, add_image, middle);
    fixture_write(f, add_image, new);
    report(f, MAC_1, OLD, true);
    report(f, MAC_2, OLD, true);
    report(f, MAC_3, MIDDLE, true);
    return release_open(f->store, &release, NULL);
}

static inline int tear_down(void **state)
{
    release_close(release);
    return fixture_tear_down(state);
}

// As if the daemon had died.
static inline void begin_anew(struct fixture *f)
{
    release_close(release);
    fixture_close(f);
    fixture_open(f);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
}

static inline bool drive(struct fixture *f)
{
    struct rollout_look look = {.release = release};

    begin_anew(f);
    look.release = release;
    fixture_write(f, rollout_drive_run, &look);
    if (look.is_done)
        assert_int_equal(release_refresh(release, NULL), 0);
    return look.is_done;
}

static inline int try_create(struct fixture *f, const char *name, const char *image,
    const struct rollout_terms *terms, struct err *err)
{
    static const struct device_filter all;
    struct rollout rollout = {.terms = *terms};
    struct rollout_create_wish wish = {&rollout, &all, NULL, NULL, false};
    struct rollout_created created = {0};
    int rc;

    snprintf(rollout.name, sizeof rollout.name, "%s", name);
    assert_true(image_name_parse(image, strlen(image), &rollout.image));
    rc = rollout_create_plan(f->store, release, &wish, &created, err);
    rollout_creation_clear(&created);
    // what is planned is what is done
    assert_int_equal(rollout_create_run(release, &wish, &created, err), rc);
    rollout_creation_clear(&created);
    return rc;
}

static inline void create(struct fixture *f, const char *name, const struct rollout_terms *terms)
{
    struct err err = {0};

    if (try_create(f, name, NEW, terms, &err) < 0)
        fail_msg("%s", err.message);
}

static inline struct rollout get(struct fixture *f, const char *name)
{
    struct store_connection *connection = fixture_read(f);
    struct rollout rollout;

    assert_int_equal(rollout_store_get(connection, name, &rollout, NULL), 0);
    store_read_end(f->store, connection);
    return rollout;
}

static inline struct rollout_device row_of(struct fixture *f, const char *name, const char *mac)
{
    int64_t id = get(f, name).id;
    struct store_connection *connection = fixture_read(f);
    struct rollout_device device;

    assert_int_equal(rollout_device_store_get(connection, id, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static inline void expect_stages(struct fixture *f, const char *expected)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};
    char text[4] = "";

    for (size_t i = 0; i < 3; i++)
        text[i] = "wdiufl"[row_of(f, "spring", macs[i]).stage];
    assert_string_equal(text, expected);
}

static inline int64_t commands(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM commands");
}

// Whether a device on that image is offered one, and which.
static inline const char *offer(struct fixture *f, const char *mac, const char *image)
{
    static char text[IMAGE_NAME_SIZE];
    const struct release_catalogue *catalogue = release_hold(release);
    struct image_name running;
    struct release_pin_way way = {.running = &running};
    enum release_pin_answer answer_of;
    size_t first;

    assert_true(image_name_parse(image, strlen(image), &running));
    way.n = release_find_board(catalogue, "B", &first);
    way.members = catalogue->members + first;
    text[0] = '\0';
    if (release_chain_next(way.members, way.n, &running, &way.next) == RELEASE_NEXT) {
        assert_int_equal(release_pin_decide(f->store, mac, &way, &answer_of, NULL), 0);
        if (answer_of == RELEASE_PIN_FREE)
            snprintf(text, sizeof text, "%s", way.next->name.text);
    }
    release_drop(release, catalogue);
    return text;
}

// Whether each device gets MIDDLE, as ever, and these get NEW behind it.
static inline void expect_offers(struct fixture *f, const char *expected)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};

    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(offer(f, macs[i], OLD), MIDDLE);
        assert_string_equal(offer(f, macs[i], MIDDLE), expected[i] == '1' ? NEW : "");
    }
}

static const struct rollout_terms at_once = {.phases = {{100, true}},
    .phase_count = 1,
    .success = 100,
    .failures = {3, false},
    .timeout_ms = 600000};

static inline int change(struct fixture *f, enum rollout_change_verb verb, int64_t *count)
{
    struct rollout_change_wish wish = {verb, "spring", NULL, NULL, NULL};
    struct rollout_changed changed = {.count = 0};
    int rc = rollout_change_run(f->store, release, &wish, &changed, NULL);

    if (count != NULL)
        *count = changed.count;
    return rc;
}

static inline int withdraw_new(void)
{
    const struct release_publish_wish wish = {.name = NEW, .force = true};

    return release_publish_withdraw(release, &wish, NULL);
}

#endif
