// What devices are offered, and that filters say the same of them, on random boards with rollouts.
// The seed is printed; CHAIN_SEED repeats a run.
#include "server/release/release_next.h"

#include <time.h>

#include "server/release/release_find.h"
#include "server/select/select_parse.h"
#include "server/store/image_store.h"
#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"
#include "test/unit/server/store/store_fixture.h"

#define BOARDS 40
#define IMAGES 6
#define DEVICES 12 // of each board

static uint64_t seed;
static uint64_t random_state;

struct fleet {
    struct fixture *f;
    unsigned board;
};

// xorshift64
static unsigned below(unsigned bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return bound > 1 ? (unsigned)(random_state >> 32) % bound : 0;
}

static void name_image(unsigned board, unsigned i, struct image_name *out)
{
    char text[IMAGE_NAME_SIZE];

    snprintf(text, sizeof text, "B%u-%u", board, i + 1);
    assert_true(image_name_parse(text, strlen(text), out));
}

static int add_images(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct fleet *fleet = ctx;
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < IMAGES; i++) {
        struct image image = {.signer = "a", .embeds = {"a"}, .embeds_count = 1};

        name_image(fleet->board, i, &image.name);
        image.state = below(4) > 0 ? IMAGE_PUBLISHED : IMAGE_WITHDRAWN;
        image.channel = below(3) == 0 ? CHANNEL_BETA : CHANNEL_STABLE;
        rc = image_store_add(connection, &image, err);
    }
    return rc;
}

static int add_devices(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct fleet *fleet = ctx;
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < DEVICES; i++) {
        struct device_mark mark = {.channel = below(2) == 0 ? CHANNEL_BETA : CHANNEL_STABLE};
        struct device_record device = fixture_device(MAC_1);
        struct image_name name;

        snprintf(device.mac, sizeof device.mac, "84f3eb%06x", fleet->board * DEVICES + i);
        name_image(fleet->board, below(IMAGES), &name);
        memcpy(device.status.image, name.text, sizeof name.text);
        rc = device_store_put(connection, &device, NULL, err);
        if (rc == 0)
            rc = mark_store_put(connection, device.mac, &mark, err);
    }
    return rc;
}

// One of the board's images: some of its devices were reached.
static int add_rollout(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct fleet *fleet = ctx;
    struct rollout rollout = {.is_gated = below(6) > 0, .state = ROLLOUT_PAUSED};
    struct rollout_device device = {.phase = 0};
    unsigned image = below(IMAGES);

    rollout.terms.phase_count = 1;
    rollout.terms.failures = (struct rollout_amount){5, true};
    rollout.terms.phases[0] = (struct rollout_amount){100, true};
    name_image(fleet->board, image, &rollout.image);
    snprintf(rollout.name, sizeof rollout.name, "r%u-%u", fleet->board, image);

    int rc = rollout_store_add(connection, &rollout, err);

    if (rc == ERR_CONFLICT) // it has one
        return 0;
    device.rollout = rollout.id;
    for (unsigned i = 0; rc == 0 && i < DEVICES; i++) {
        device.stage = (enum rollout_stage)below(ROLLOUT_STAGE_COUNT);
        snprintf(device.mac, sizeof device.mac, "84f3eb%06x", fleet->board * DEVICES + i);
        if (below(4) > 0)
            rc = rollout_device_store_put(connection, &device, err);
    }
    return rc;
}

static void make_fleet(struct fixture *f)
{
    struct fleet fleet = {.f = f};

    for (fleet.board = 0; fleet.board < BOARDS; fleet.board++) {
        char sql[128];

        fixture_write(f, add_images, &fleet);
        fixture_write(f, add_devices, &fleet);
        for (unsigned n = below(4); n > 0; n--)
            fixture_write(f, add_rollout, &fleet);
        snprintf(sql, sizeof sql, "INSERT INTO boards(name, policy) VALUES ('B%u', %d) RETURNING 1",
            fleet.board, BOARD_POLICY_LEAP);
        fixture_query(f, sql);
    }
}

struct list {
    char macs[BOARDS * DEVICES][MAC_SIZE];
    size_t n;
};

static int list_device(const struct device_record *device, void *ctx)
{
    struct list *list = ctx;

    memcpy(list->macs[list->n++], device->mac, MAC_SIZE);
    return 0;
}

static void list_devices(struct fixture *f, const char *text, struct list *out)
{
    struct store_connection *connection = fixture_read(f);
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1};
    struct err err = {0};

    out->n = 0;
    assert_int_equal(select_parse(text, &tree, NULL), 0);
    if (device_store_each(connection, &filter, list_device, out, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    store_read_end(f->store, connection);
}

static bool has(const struct list *list, const char *mac)
{
    size_t i = 0;

    while (i < list->n && strcmp(list->macs[i], mac) != 0)
        i++;
    return i < list->n;
}

// What is said of each device.
struct said {
    struct list latest, outdated;
    unsigned offered, kept, newest;
};

// In the channel of the device.
static bool is_published(struct fixture *f, const struct release_catalogue *catalogue,
    const struct device_record *device)
{
    const struct image *image = release_find_image(catalogue, device->status.image);
    struct store_connection *connection = fixture_read(f);
    struct device_mark mark;

    assert_int_equal(mark_store_get(connection, device->mac, &mark, NULL), 0);
    store_read_end(f->store, connection);
    return image->state == IMAGE_PUBLISHED &&
           (image->channel != CHANNEL_BETA || mark.channel == CHANNEL_BETA);
}

// A filter means who is offered an image, and who runs the newest that it would be offered.
static void check_device(struct fixture *f, const struct release_catalogue *catalogue,
    const struct device_record *device, struct said *said)
{
    struct image_name running;
    struct release_follow follow = {.catalogue = catalogue, .mac = device->mac};
    struct release_next next;

    assert_true(image_name_parse(device->status.image, strlen(device->status.image), &running));
    follow.running = &running;
    assert_int_equal(release_next_find(f->store, &follow, &next, NULL), 0);

    bool offered = next.answer == RELEASE_NEXT && next.pin == RELEASE_PIN_FREE;
    bool published = is_published(f, catalogue, device);
    bool latest = !offered && published;

    assert_int_equal(next.rollout[0] != '\0', next.pin == RELEASE_PIN_ROLLOUT);
    if (offered != has(&said->outdated, device->mac) && (offered || published))
        fail_msg("%s on %s: offered %d", device->mac, running.text, offered);
    if (latest != has(&said->latest, device->mac))
        fail_msg("%s on %s: latest %d", device->mac, running.text, latest);
    said->offered += offered;
    said->kept += next.pin == RELEASE_PIN_ROLLOUT;
    said->newest += latest;
}

static int check_each(const struct device_record *device, void *ctx)
{
    struct device_record **out = ctx;

    *(*out)++ = *device;
    return 0;
}

static void test_filters_say_what_is_offered(void **state)
{
    struct fixture *f = *state;
    static struct device_record devices[BOARDS * DEVICES];
    struct device_record *end = devices;
    static struct said all;
    struct said *said = &all;
    const struct release_catalogue *catalogue;
    struct store_connection *connection;
    struct release *release;

    make_fleet(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_each(connection, NULL, check_each, &end, NULL), 0);
    store_read_end(f->store, connection);
    list_devices(f, "image=latest", &said->latest);
    list_devices(f, "image!=latest", &said->outdated);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    catalogue = release_hold(release);
    for (struct device_record *device = devices; device < end; device++)
        check_device(f, catalogue, device, said);
    print_message(
        "offered %u, kept by rollouts %u, newest %u\n", said->offered, said->kept, said->newest);
    assert_true(said->offered > 20 && said->kept > 10 && said->newest > 20);
    release_drop(release, catalogue);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_filters_say_what_is_offered, fixture_set_up, fixture_tear_down),
    };
    const char *given = getenv("CHAIN_SEED");

    seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    random_state = seed * 2654435761U + 1;
    print_message("CHAIN_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
