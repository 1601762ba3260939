// What a `flash` means, and when it is held back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release_channel.h"
#include "server/release/release_flash.h"
#include "server/store/image_store.h"
#include "server/store/mark_store.h"
#include "test/unit/server/store/store_fixture.h"

static struct release_member make(
    const char *name, enum image_state state, char key, char embeds, enum image_layout layout)
{
    struct release_member member = {.image = {.state = state, .layout = layout}};

    assert_true(image_name_parse(name, strlen(name), &member.image.name));
    member.image.signer[0] = key;
    member.image.embeds[0][0] = embeds;
    member.image.embeds_count = 1;
    snprintf(member.image.sha256, sizeof member.image.sha256, "sha-%s", name);
    return member;
}

static const struct row {
    const char *what;
    bool ours;
    const char *running;
    const char *staged; // NULL: nothing is known
    const char *sha256;
    const char *image;  // that it means
    const char *result; // "" if it goes out
    const char *detail; // that it has
} rows[] = {
    {"sketch, next", false, "B-1", "B-2", "sha-B-2", "B-2", "", ""},
    {"ours, next", true, "B-1", "B-2", "sha-B-2", "B-2", "", ""},
    {"digest unknown", false, "B-1", "B-2", "", "B-2", "", ""},
    {"does not say what it runs", false, "", "B-2", "sha-B-2", "B-2", "", ""},
    {"runs what is not known", false, "B-0", "B-2", "sha-B-2", "B-2", "", ""},
    {"runs one of another board", false, "A-1", "B-2", "sha-B-2", "B-2", "", ""},
    {"withdrawn", false, "B-1", "B-3", "sha-B-3", "B-3", "held", "withdrawn"},
    {"withdrawn, ours", true, "B-1", "B-3", "sha-B-3", "B-3", "held", "withdrawn"},
    {"removed", false, "B-1", "B-9", "sha-B-9", "B-9", "held", "removed"},
    {"replaced", false, "B-1", "B-2", "sha-other", "B-2", "held", "replaced"},
    {"never published", false, "B-1", "B-4", "sha-B-4", "B-4", "held", "withdrawn"},
    {"not verified", false, "B-1", "B-5", "sha-B-5", "B-5", "held", "not verified"},
    {"another layout", false, "B-1", "B-6", "sha-B-6", "B-6", "held", "layout"},
    {"sketch, nothing known", false, "B-1", NULL, "", "", "nothing-downloaded", "firmware"},
    {"ours, nothing known", true, "B-1", NULL, "", "B-2", "", ""},
    {"ours, nothing known, nothing next", true, "B-5", NULL, "", "", "nothing-downloaded",
        "--force"},
    {"ours, nothing known, unknown image", true, "X-1", NULL, "", "", "nothing-downloaded", ""},
    {"ours, nothing known, no image", true, "", NULL, "", "", "nothing-downloaded", ""},
};

static const struct device_mark unmarked;

static void test_rows(void **state)
{
    struct release_member members[] = {
        make("A-1", IMAGE_PUBLISHED, 'x', 'x', IMAGE_LAYOUT_SKETCH),
        make("B-1", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
        make("B-2", IMAGE_PUBLISHED, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-3", IMAGE_WITHDRAWN, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-4", IMAGE_ADDED, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-5", IMAGE_PUBLISHED, 'b', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-6", IMAGE_PUBLISHED, 'a', 'b', IMAGE_LAYOUT_SDK),
    };
    struct release_catalogue catalogue = {.members = members, .member_count = 7};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct device_record device = {.speaks_events = row->ours};
        struct download_store_staged staged = {.at_ms = 1};
        struct command_verdict verdict;

        // Where the chain alone counts, one without the other layout.
        catalogue.member_count = row->staged == NULL ? 6 : 7;
        strcpy(device.status.image, row->running);
        strcpy(staged.image, row->staged != NULL ? row->staged : "");
        strcpy(staged.sha256, row->sha256);
        release_flash_judge(&catalogue,
            &(struct release_flash_device){
                &device, row->staged != NULL ? &staged : NULL, &unmarked, CHANNEL_STABLE},
            &verdict);
        if (verdict.held != (row->result[0] != '\0') || strcmp(verdict.result, row->result) != 0 ||
            strcmp(verdict.image, row->image) != 0 || strstr(verdict.detail, row->detail) == NULL)
            fail_msg("%s: %s %s %s", row->what, verdict.result, verdict.image, verdict.detail);
    }
}

// By leaps: what lies behind an image that must be passed through, or leads nowhere, is not
// installed, and where nothing is known the pin tells what was offered.
static void test_leaps(void **state)
{
    static const struct {
        bool must_pass; // the second
        const char *staged;
        const char *pin;
        const char *image;
        const char *detail; // "": it goes out
    } cases[] = {
        {false, "B-3", "", "B-3", ""},
        {true, "B-2", "", "B-2", ""},
        {true, "B-3", "", "B-3", "must be passed through"},
        {false, "B-4", "", "B-4", "would not come as far"},
        {false, NULL, "", "B-3", ""},
        {false, NULL, "B-2", "B-2", ""},
        {false, NULL, "B-1", "B-2", "pinned to B-1"},
        {true, NULL, "", "B-2", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[] = {
            make("B-1", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
            make("B-2", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
            make("B-3", IMAGE_PUBLISHED, 'a', 'b', IMAGE_LAYOUT_SKETCH),
            make("B-4", IMAGE_PUBLISHED, 'a', 'c', IMAGE_LAYOUT_SKETCH),
            make("B-5", IMAGE_PUBLISHED, 'b', 'b', IMAGE_LAYOUT_SKETCH),
        };
        struct release_catalogue catalogue = {.members = members, .member_count = 5};
        struct device_record device = {.speaks_events = true, .status.image = "B-1"};
        struct download_store_staged staged = {.at_ms = 1};
        struct device_mark mark = {.is_canary = true};
        struct command_verdict verdict;

        for (size_t j = 0; j < catalogue.member_count; j++)
            members[j].policy = BOARD_POLICY_LEAP;
        members[1].image.must_pass = cases[i].must_pass;
        release_chain_plan(members, catalogue.member_count);
        strcpy(staged.image, cases[i].staged != NULL ? cases[i].staged : "");
        strcpy(mark.pin, cases[i].pin);
        release_flash_judge(&catalogue,
            &(struct release_flash_device){
                &device, cases[i].staged != NULL ? &staged : NULL, &mark, CHANNEL_STABLE},
            &verdict);
        if (strcmp(verdict.image, cases[i].image) != 0 ||
            verdict.held != (cases[i].detail[0] != '\0') ||
            strstr(verdict.detail, cases[i].detail) == NULL)
            fail_msg("row %zu: %s %s", i, verdict.image, verdict.detail);
    }
}

// What is of beta is installed by who follows that alone.
static void test_channels(void **state)
{
    static const struct {
        const char *staged;
        enum channel channel;
        const char *image;
        const char *detail; // "": it goes out
    } cases[] = {
        {"B-2", CHANNEL_BETA, "B-2", ""},
        {"B-2", CHANNEL_STABLE, "B-2", "is of channel beta, and the device follows stable"},
        {"B-3", CHANNEL_STABLE, "B-3", ""},
        {NULL, CHANNEL_BETA, "B-2", ""},
        {NULL, CHANNEL_STABLE, "B-3", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[] = {
            make("B-1", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
            make("B-2", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
            make("B-3", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
        };
        struct release_member stable[3];
        struct release_catalogue catalogue = {members, stable, 3, NULL, 0, 0};
        struct device_record device = {.speaks_events = true, .status.image = "B-1"};
        struct download_store_staged staged = {.at_ms = 1};
        struct release_flash_device asked = {
            &device, cases[i].staged != NULL ? &staged : NULL, &unmarked, cases[i].channel};
        struct command_verdict verdict;

        members[1].image.channel = CHANNEL_BETA;
        release_channel_view(members, 3, CHANNEL_STABLE, stable);
        release_chain_plan(members, 3);
        release_chain_plan(stable, 3);
        strcpy(staged.image, cases[i].staged != NULL ? cases[i].staged : "");
        release_flash_judge(&catalogue, &asked, &verdict);
        if (strcmp(verdict.image, cases[i].image) != 0 ||
            verdict.held != (cases[i].detail[0] != '\0') ||
            strstr(verdict.detail, cases[i].detail) == NULL)
            fail_msg("row %zu: %s %s", i, verdict.image, verdict.detail);
    }
}

static int put_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static int add_image(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add(connection, ctx, err);
}

static int stage(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_stage(connection, ctx, err);
}

static struct command_verdict decide_now(struct fixture *f)
{
    struct release *release;
    struct store_connection *connection;
    struct command_verdict verdict;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    connection = fixture_read(f);
    assert_int_equal(release_flash_decide(connection, MAC_1, &verdict, release, NULL), 0);
    store_read_end(f->store, connection);
    release_close(release);
    return verdict;
}

// What a device has downloaded before it was pinned is not installed.
static void test_pinned(void **state)
{
    struct fixture *f = *state;
    struct image image = make("B-2", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH).image;
    struct download_store_staged staged = {.mac = MAC_1, .image = "B-2"};
    struct device_mark pin = {.pin = "B-1"};
    struct command_verdict verdict;

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_image, &image);
    fixture_write(f, stage, &staged);
    assert_false(decide_now(f).held);
    fixture_write(f, put_mark, &pin);
    verdict = decide_now(f);
    assert_true(verdict.held);
    assert_string_equal(verdict.result, "held");
    assert_non_null(strstr(verdict.detail, "pinned to B-1, and would install B-2"));
    memcpy(pin.pin, "B-2", 4);
    fixture_write(f, put_mark, &pin);
    assert_false(decide_now(f).held);
}

static int decide(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command_verdict verdict;
    struct download_store_staged staged = {.mac = MAC_1, .image = "B-1"};
    struct device_record device = fixture_device(MAC_1);
    int rc = release_flash_decide(connection, MAC_1, &verdict, ctx, err);

    assert_int_equal(rc, ERR_NOT_FOUND);
    assert_int_equal(device_store_put(connection, &device, NULL, err), 0);
    assert_int_equal(release_flash_decide(connection, MAC_1, &verdict, ctx, err), 0);
    assert_true(verdict.held);
    assert_string_equal(verdict.result, "nothing-downloaded");
    assert_int_equal(download_store_stage(connection, &staged, err), 0);
    assert_int_equal(release_flash_decide(connection, MAC_1, &verdict, ctx, err), 0);
    assert_true(verdict.held);
    assert_string_equal(verdict.image, "B-1");
    assert_non_null(strstr(verdict.detail, "was removed"));
    return 0;
}

// What is known of a device is read in the transaction that sends the command.
static void test_decide(void **state)
{
    struct fixture *f = *state;
    struct release *release;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    fixture_write(f, decide, release);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_leaps),
        cmocka_unit_test(test_channels),
        cmocka_unit_test_setup_teardown(test_decide, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_pinned, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
