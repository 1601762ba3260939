// Images and keys are removed only where nothing needs them, and whoever does is named.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release_find.h"
#include "server/release/release_remove.h"
#include "server/release/release_key.h"
#include "server/release/release_publish.h"
#include "server/release/release_switch.h"
#include "server/store/download_store.h"
#include "server/store/image_store.h"
#include "test/unit/server/release/publish.h"
#include "test/unit/server/store/store_fixture.h"

// Keys have one letter each: the key's id is 64 of it, its name "key-a".
static void make_id(char out[IMAGE_KEY_ID_SIZE], char letter)
{
    memset(out, letter, IMAGE_KEY_ID_SIZE - 1);
    out[IMAGE_KEY_ID_SIZE - 1] = '\0';
}

static void add_key(struct release *release, char letter)
{
    struct image_key key = {.algorithm = "P-256", .der_size = 1, .added_at_ms = 1};
    struct err err = {0};
    bool existed;

    key.der[0] = (uint8_t)letter;
    make_id(key.id, letter);
    snprintf(key.name, sizeof key.name, "key-%c", letter);
    assert_int_equal(release_add_key(release, NULL, &key, &existed, &err), 0);
}

struct shape {
    const char *name;
    char signer, embeds;
};

static void add(struct release *release, const struct shape *shape)
{
    struct image image = {.size_bytes = 1, .embeds_from = "descriptor", .added_at_ms = 1};
    struct release_added added;
    struct err err = {0};

    assert_true(image_name_parse(shape->name, strlen(shape->name), &image.name));
    snprintf(image.sha256, sizeof image.sha256, "sha-%s", shape->name);
    make_id(image.signer, shape->signer);
    make_id(image.embeds[0], shape->embeds);
    image.embeds_count = 1;
    if (release_add(release, NULL, &image, &added, &err) < 0)
        fail_msg("%s", err.message);
}

static void do_publish(struct release *release, const char *name)
{
    struct err err = {0};

    if (publish(release, name, &err) < 0)
        fail_msg("%s", err.message);
}

static void do_withdraw(struct release *release, const char *name)
{
    struct err err = {0};

    if (withdraw(release, name, true, &err) < 0)
        fail_msg("%s", err.message);
}

static void runs(struct fixture *f, const char *mac, const char *image)
{
    struct device_record device = fixture_device(mac);

    strcpy(device.status.image, image);
    fixture_write(f, fixture_put, &device);
}

static int stage_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_stage(connection, ctx, err);
}

static int unstage_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_unstage(connection, ctx, err);
}

static void stage(struct fixture *f, const char *mac, const char *image)
{
    struct download_store_staged staged = {.at_ms = 1};

    strcpy(staged.mac, mac);
    strcpy(staged.image, image);
    fixture_write(f, stage_job, &staged);
}

// NULL: it is removed. Else what the refusal says.
static void expect_remove(struct release *release, const char *name, const char *says)
{
    char removed[IMAGE_SHA256_SIZE] = "";
    char wanted[80];
    struct err err = {0};
    int rc =
        release_remove_image(release, &(struct release_remove_wish){.name = name}, removed, &err);
    const struct release_catalogue *catalogue = release_hold(release);
    bool there = release_find_image(catalogue, name) != NULL;

    release_drop(release, catalogue);
    if (says != NULL) {
        if (rc != ERR_CONFLICT || strstr(err.message, says) == NULL || !there)
            fail_msg("%s: %d %s", name, rc, err.message);
        return;
    }
    if (rc < 0 || there)
        fail_msg("%s: %s", name, err.message);
    snprintf(wanted, sizeof wanted, "sha-%s", name);
    assert_string_equal(removed, wanted);
    assert_int_equal(
        release_remove_image(release, &(struct release_remove_wish){.name = name}, removed, &err),
        ERR_NOT_FOUND);
}

static struct release *open_chain(struct fixture *f, const struct shape *shapes, size_t n)
{
    struct release *release;
    struct err err = {0};

    assert_int_equal(release_open(f->store, &release, &err), 0);
    for (int letter = 'a'; letter <= 'd'; letter++)
        add_key(release, (char)letter);
    for (size_t i = 0; i < n; i++)
        add(release, &shapes[i]);
    return release;
}

static void test_who_uses_an_image(void **state)
{
    static const struct shape shapes[] = {{"B-1", 'a', 'a'}, {"B-2", 'a', 'a'}};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 2);
    char mac[] = "84f3eb000005";

    do_publish(release, "B-1");
    expect_remove(release, "B-1", "it is published");
    do_withdraw(release, "B-1");
    runs(f, "84f3eb000004", "B-1");
    runs(f, MAC_2, "B-1");
    expect_remove(release, "B-1", "2 devices run it (84f3eb000002, 84f3eb000004; '");
    runs(f, MAC_3, "B-1");
    expect_remove(release, "B-1", "3 devices run it (84f3eb000002, 84f3eb000003, 84f3eb000004; '");
    runs(f, MAC_1, "B-1");
    expect_remove(release, "B-1",
        "4 devices run it (84f3eb000001, 84f3eb000002, 84f3eb000003, ...; 'secureesp devices "
        "list --image B-1')");
    for (int last = '1'; last <= '4'; last++) {
        mac[MAC_LENGTH - 1] = (char)last;
        runs(f, mac, "B-2");
    }
    stage(f, MAC_2, "B-1");
    expect_remove(release, "B-1", "1 device has downloaded it (84f3eb000002) and may");
    fixture_write(f, unstage_job, MAC_2);
    expect_remove(release, "B-1", NULL);
    release_close(release);
}

// B-1 verifies what b signed, B-2 what c signed: from B-1 to B-3 there is no way but by B-2.
static void test_a_step_between(void **state)
{
    static const struct shape shapes[] = {
        {"B-1", 'a', 'b'}, {"B-2", 'b', 'c'}, {"B-3", 'c', 'd'}, {"B-4", 'b', 'b'}};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 4);

    do_publish(release, "B-1");
    do_publish(release, "B-2");
    do_publish(release, "B-3");
    do_withdraw(release, "B-2");
    expect_remove(release, "B-2",
        "devices on B-1 need it as the step to B-3, which they cannot verify themselves");
    expect_remove(release, "B-4", NULL); // behind all, and nobody's step
    do_withdraw(release, "B-3");
    expect_remove(release, "B-2", NULL); // nothing is behind it that counts
    release_close(release);
}

static void expect_key(struct release *release, const char *word, int code, const char *says)
{
    const struct release_key_wish wish = {.word = word};
    struct release_key_end removed;
    struct err err = {0};
    int rc = release_key_remove(release, &wish, &removed, &err);

    if (rc != code || strstr(err.message, says) == NULL)
        fail_msg("%s: %d %s", word, rc, err.message);
}

static void test_keys(void **state)
{
    static const struct shape shapes[] = {{"B-1", 'a', 'b'}};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 1);

    expect_key(release, "key-a", ERR_CONFLICT, "image B-1 is signed with it");
    expect_key(release, "key-b", ERR_CONFLICT, "image B-1 embeds it");
    expect_key(release, "aaaaaaaaaaaa", ERR_CONFLICT, "is signed with it");
    expect_key(release, "ccccccccccc", ERR_NOT_FOUND, "12 digits"); // 11 of them
    expect_key(release, "cccccccccccc", 0, "");
    expect_key(release, "key-c", ERR_NOT_FOUND, "keys list");
    expect_key(release, "key-d", 0, "");
    expect_remove(release, "B-1", NULL);
    expect_key(release, "key-b", 0, "");
    release_close(release);
}

// Of a word that means two keys, by name or by id, neither is removed.
static void test_a_word_for_two_keys(void **state)
{
    struct fixture *f = *state;
    struct release *release = open_chain(f, NULL, 0);
    struct image_key key = {.algorithm = "P-256", .der_size = 1, .added_at_ms = 1};
    struct err err = {0};
    bool existed;

    make_id(key.id, 'c');
    key.id[20] = 'd';
    strcpy(key.name, "other");
    assert_int_equal(release_add_key(release, NULL, &key, &existed, &err), 0);
    expect_key(release, "cccccccccccc", ERR_NOT_FOUND, "no single key");
    strcpy(key.name, "aaaaaaaaaaaa");
    key.id[0] = 'e';
    assert_int_equal(release_add_key(release, NULL, &key, &existed, &err), 0);
    expect_key(release, "aaaaaaaaaaaa", ERR_NOT_FOUND, "no single key");
    expect_key(release, "cccccccccccccccccccccd", ERR_NOT_FOUND, "no single key");
    expect_key(release, "ccccccccccccccccccccd", 0, "");
    // One key may be meant by both.
    make_id(key.id, 'f');
    strcpy(key.name, "ffffffffffff");
    assert_int_equal(release_add_key(release, NULL, &key, &existed, &err), 0);
    expect_key(release, "ffffffffffff", 0, "");
    release_close(release);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static void retire(struct release *release, const struct release_key_wish *wish, int64_t stranded,
    int code, const char *says)
{
    struct release_key_end out;
    struct err err = {0};
    int rc = release_key_retire(release, wish, &out, &err);
    const char *said = wish->dry && rc == 0 ? out.refused.message : err.message;

    if (rc != code || strstr(said, says) == NULL || out.use.stranded != stranded)
        fail_msg("%s: %d %lld %s", wish->word, rc, (long long)out.use.stranded, said);
}

static void expect_count(struct fixture *f, const char *sql, int64_t expected)
{
    assert_int_equal(fixture_query(f, sql), expected);
}

#define RETIRED "SELECT count(*) FROM keys WHERE retired_at_ms > 0"
#define FORCED "SELECT count(*) FROM audit WHERE forced = 1 AND verb = 'retire'"

// Devices on B-1 come to B-2, which key-a signs and which embeds key-b alone.
static void test_retire(void **state)
{
    static const struct shape shapes[] = {
        {"B-1", 'a', 'a'}, {"B-2", 'a', 'b'}, {"B-3", 'b', 'b'}, {"B-4", 'a', 'b'}};
    const struct release_key_wish a = {.word = "key-a"};
    const struct release_key_wish b = {.word = "key-b"};
    const struct release_key_wish forced = {.word = "key-b", .force = true};
    const struct release_key_wish dry = {.word = "key-b", .dry = true};
    const struct release_key_wish undo = {.word = "key-b", .undo = true};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 3);
    struct err err = {0};

    for (size_t i = 0; i < 3; i++)
        do_publish(release, shapes[i].name);
    add(release, &shapes[3]);
    retire(release, &a, 0, 0, ""); // nobody is there yet
    retire(release, &(struct release_key_wish){.word = "key-a", .undo = true}, 0, 0, "");
    expect_count(f, RETIRED, 0);
    runs(f, MAC_1, "B-1");
    runs(f, MAC_2, "B-2");
    retire(release, &b, 2, ERR_CONFLICT, "strand 2 devices: those on B-1 come to B-3");
    retire(release, &dry, 2, 0, "would strand 2 devices");
    expect_count(f, RETIRED, 0);
    retire(release, &a, 0, 0, ""); // what follows is signed with key-b
    retire(release, &a, 0, 0, ""); // again
    assert_int_equal(publish(release, "B-4", &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "signed with key key-a, which is retired"));
    expect_count(f, FORCED, 0);
    retire(release, &forced, 2, 0, "");
    expect_count(f, RETIRED, 2);
    expect_count(f, FORCED, 1);
    retire(release, &undo, 0, 0, "");
    expect_count(f, RETIRED, 1);
    do_withdraw(release, "B-3");
    do_withdraw(release, "B-2"); // the way on is closed: who is on B-1 has key-a alone, retired
    retire(release, &b, 1, ERR_CONFLICT, "those on B-2 come to B-2");
    release_close(release);
}

// Who follows beta comes to B-2, which embeds key-b; the other one does not.
static void test_retire_by_channel(void **state)
{
    static const struct shape shapes[] = {{"B-1", 'a', 'a'}, {"B-2", 'a', 'b'}};
    const struct release_publish_wish beta = {.name = "B-2", .channel = CHANNEL_BETA};
    const struct release_switch_wish follow = {.mac = MAC_1, .channel = CHANNEL_BETA};
    const struct release_key_wish a = {.word = "key-a", .dry = true};
    const struct release_key_wish b = {.word = "key-b", .dry = true};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 2);
    struct device_mark mark;

    runs(f, MAC_1, "B-1");
    runs(f, MAC_2, "B-1");
    do_publish(release, "B-1");
    assert_int_equal(release_switch_device(f->store, &follow, &mark, NULL), 0);
    assert_int_equal(release_publish(release, &beta, NULL), 0);
    retire(release, &a, 1, 0, "those on B-1 come to B-1");
    retire(release, &b, 1, 0, "those on B-1 come to B-2");
    release_close(release);
}

static void test_remove_forced(void **state)
{
    static const struct shape shapes[] = {{"B-1", 'a', 'b'}};
    const struct release_key_wish forced = {.word = "key-b", .force = true};
    const struct release_key_wish dry = {.word = "key-a", .dry = true};
    struct fixture *f = *state;
    struct release *release = open_chain(f, shapes, 1);
    struct release_key_end out;

    runs(f, MAC_1, "B-1");
    assert_int_equal(release_key_remove(release, &dry, &out, NULL), 0);
    assert_int_equal(out.use.signs, 1);
    assert_int_equal(out.refused.code, ERR_CONFLICT);
    assert_int_equal(release_key_remove(release, &forced, &out, NULL), 0);
    assert_int_equal(out.use.embeds, 1);
    assert_int_equal(out.use.devices, 1);
    assert_int_equal(out.use.stranded, 1);
    expect_key(release, "key-b", ERR_NOT_FOUND, "keys list");
    expect_key(release, "key-a", ERR_CONFLICT, "image B-1 is signed with it");
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_uses_an_image),
        TEST(test_a_step_between),
        TEST(test_keys),
        TEST(test_retire),
        TEST(test_retire_by_channel),
        TEST(test_remove_forced),
        TEST(test_a_word_for_two_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
