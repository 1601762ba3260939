// Images and keys in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/image_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add(connection, ctx, err);
}

static int update_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_update(connection, ctx, err);
}

static int add_key_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add_key(connection, ctx, err);
}

static struct image make(const char *name, size_t embeds)
{
    struct image image = {
        .layout = IMAGE_LAYOUT_SDK,
        .size_bytes = 12345,
        .sha256 = "aa",
        .md5 = "bb",
        .signer = "cc",
        .embeds_from = "descriptor",
        .embeds_count = embeds,
        .added_at_ms = 7,
    };

    assert_true(image_name_parse(name, strlen(name), &image.name));
    for (size_t i = 0; i < embeds; i++)
        snprintf(image.embeds[i], IMAGE_KEY_ID_SIZE, "key%zu", i);
    return image;
}

struct images {
    struct image rows[4];
    size_t count;
};

static int take(const struct image *image, void *ctx)
{
    struct images *images = ctx;

    images->rows[images->count++] = *image;
    return 0;
}

static struct images read_images(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct images images = {0};

    assert_int_equal(image_store_each(connection, take, &images, NULL), 0);
    store_read_end(f->store, connection);
    return images;
}

static void test_keeps_every_member(void **state)
{
    struct fixture *f = *state;
    struct image image = make("ESP8266_A-00.01.a", IMAGE_DESCRIPTOR_KEYS_MAX);

    fixture_write(f, add_job, &image);

    struct image got = read_images(f).rows[0];

    assert_string_equal(got.name.text, "ESP8266_A-00.01.a");
    assert_string_equal(got.name.board, "ESP8266_A");
    assert_string_equal(got.name.version, "00.01.a");
    assert_int_equal(got.state, IMAGE_ADDED);
    assert_int_equal(got.layout, IMAGE_LAYOUT_SDK);
    assert_int_equal(got.size_bytes, 12345);
    assert_string_equal(got.sha256, "aa");
    assert_string_equal(got.md5, "bb");
    assert_string_equal(got.signer, "cc");
    assert_string_equal(got.embeds_from, "descriptor");
    assert_int_equal(got.embeds_count, IMAGE_DESCRIPTOR_KEYS_MAX);
    assert_string_equal(got.embeds[0], "key0");
    assert_string_equal(got.embeds[3], "key3");
    assert_int_equal(got.added_at_ms, 7);
    assert_int_equal(got.published_at_ms, 0);
    assert_false(got.must_pass);
}

static void test_update_and_conflict(void **state)
{
    struct fixture *f = *state;
    struct image image = make("A-1", 1);
    struct image other = make("A-2", 0);

    fixture_write(f, add_job, &image);
    assert_int_equal(store_write(f->store, add_job, &image, NULL), ERR_CONFLICT);
    assert_int_equal(store_write(f->store, update_job, &other, NULL), ERR_NOT_FOUND);
    fixture_write(f, add_job, &other);
    image.state = IMAGE_PUBLISHED;
    image.published_at_ms = 9;
    image.signer[0] = '\0';
    image.layout = IMAGE_LAYOUT_SKETCH;
    image.must_pass = true;
    fixture_write(f, update_job, &image);

    struct images images = read_images(f);
    size_t first = strcmp(images.rows[0].name.text, "A-1") == 0 ? 0 : 1;

    assert_int_equal(images.count, 2);
    assert_int_equal(images.rows[first].state, IMAGE_PUBLISHED);
    assert_int_equal(images.rows[first].published_at_ms, 9);
    assert_string_equal(images.rows[first].signer, "");
    assert_int_equal(images.rows[first].layout, IMAGE_LAYOUT_SKETCH);
    assert_true(images.rows[first].must_pass);
    assert_int_equal(images.rows[first].embeds_count, 1);
    assert_int_equal(images.rows[1 - first].state, IMAGE_ADDED);
    assert_int_equal(images.rows[1 - first].embeds_count, 0);
}

static int take_key(const struct image_key *key, void *ctx)
{
    *(struct image_key *)ctx = *key;
    return 5;
}

static void test_keys(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct image_key key = {
        .id = "k1",
        .name = "release 2020",
        .algorithm = "RSA-2048",
        .der = {0, 1, 2, 0},
        .der_size = IMAGE_DESCRIPTOR_KEY_MAX,
        .added_at_ms = 3,
    };
    struct image_key got = {0};

    fixture_write(f, add_key_job, &key);
    connection = fixture_read(f);
    assert_int_equal(image_store_each_key(connection, take_key, &got, NULL), 5);
    store_read_end(f->store, connection);
    assert_string_equal(got.id, key.id);
    assert_string_equal(got.name, key.name);
    assert_string_equal(got.algorithm, key.algorithm);
    assert_int_equal(got.der_size, key.der_size);
    assert_memory_equal(got.der, key.der, key.der_size);
    assert_int_equal(got.added_at_ms, 3);
    assert_int_equal(store_write(f->store, add_key_job, &key, NULL), ERR_CONFLICT);
    snprintf(key.id, sizeof key.id, "k2"); // the name is taken
    assert_int_equal(store_write(f->store, add_key_job, &key, NULL), ERR_CONFLICT);
    snprintf(key.name, sizeof key.name, "other");
    key.der_size++;
    assert_int_equal(store_write(f->store, add_key_job, &key, NULL), ERR_INVALID);
    key.der_size = 0;
    fixture_write(f, add_key_job, &key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_every_member),
        TEST(test_update_and_conflict),
        TEST(test_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
