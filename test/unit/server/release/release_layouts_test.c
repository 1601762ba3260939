// Images of an earlier version get their layouts from their files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_trailer.h"
#include "server/base/file.h"
#include "server/base/log.h"
#include "server/release/release_layouts.h"
#include "server/image/image_files.h"
#include "server/pki/digest.h"
#include "server/store/image_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HEADER_SIZE 16
#define FILE_SIZE (HEADER_SIZE + IMAGE_SIGNATURE_MIN + IMAGE_TRAILER_LENGTH_SIZE)

static const uint8_t sketch[HEADER_SIZE] = {
    0xe9, 2, 3, 0x40, 0x80, 0xf4, 0x10, 0x40, 0, 0xf0, 0x10, 0x40, 0x60, 0x0d};
static const uint8_t sdk[HEADER_SIZE] = {
    0xe9, 5, 2, 0x20, 0x28, 0x1f, 0x21, 0x40, 0x10, 0, 0x21, 0x40, 0xd0, 0x22, 7};
static const uint8_t other[HEADER_SIZE] = {1};

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add(connection, ctx, err);
}

static void make_file(const uint8_t header[HEADER_SIZE], uint8_t file[FILE_SIZE])
{
    memset(file, 0, FILE_SIZE);
    memcpy(file, header, HEADER_SIZE);
    image_trailer_encode(IMAGE_SIGNATURE_MIN, file + FILE_SIZE - IMAGE_TRAILER_LENGTH_SIZE);
}

// An image of the database, whose SHA-256 is that of these bytes.
static struct image add(struct fixture *f, const char *name, const uint8_t *p)
{
    struct image image = {.state = IMAGE_PUBLISHED, .signer = "k", .published_at_ms = 5};

    assert_true(image_name_parse(name, strlen(name), &image.name));
    digest_sha256(p, FILE_SIZE, image.sha256);
    fixture_write(f, add_job, &image);
    return image;
}

static void store_file(struct fixture *f, const struct image *image, const uint8_t *p)
{
    assert_int_equal(image_files_put(f->folder, image->sha256, p, FILE_SIZE, NULL), 0);
}

// Other bytes in its place.
static void damage_file(struct fixture *f, const struct image *image, const uint8_t *p)
{
    char name[80];
    char path[SCRATCH_PATH_SIZE];

    snprintf(name, sizeof name, "%.2s/%s", image->sha256, image->sha256);
    scratch_path(f->folder, name, path);
    assert_int_equal(file_replace(path, p, FILE_SIZE, 0600, NULL), 0);
}

static int64_t layout_of(struct fixture *f, const char *name)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT layout FROM images WHERE name = '%s'", name);
    return fixture_query(f, sql);
}

static void run(struct fixture *f)
{
    struct err err = {0};

    if (release_layouts_fill(f->store, f->folder, &err) < 0)
        fail_msg("%s", err.message);
}

static void layouts_come_from_the_files(void **state)
{
    static const uint8_t *const headers[] = {sketch, sdk, other};
    static const char *const names[] = {"A-1", "B-1", "C-1"};
    static const enum image_layout layouts[] = {
        IMAGE_LAYOUT_SKETCH, IMAGE_LAYOUT_SDK, IMAGE_LAYOUT_OTHER};
    struct fixture *f = *state;
    uint8_t file[FILE_SIZE];

    run(f); // without images
    for (size_t i = 0; i < 3; i++) {
        make_file(headers[i], file);

        struct image image = add(f, names[i], file);

        store_file(f, &image, file);
    }
    run(f);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(layout_of(f, names[i]), layouts[i]);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM images WHERE state = 1 AND signer = 'k' AND "
                         "published_at_ms = 5"),
        3);
}

// What is known already is not looked at again, and what cannot be read stays as it is.
static void a_file_that_is_gone_or_damaged_tells_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t file[FILE_SIZE];
    uint8_t damaged[FILE_SIZE];

    log_set_level(LOG_ERROR);
    make_file(sketch, file);

    struct image image = add(f, "A-1", file);

    run(f);
    assert_int_equal(layout_of(f, "A-1"), IMAGE_LAYOUT_UNREAD);
    store_file(f, &image, file);
    make_file(sdk, damaged);
    damage_file(f, &image, damaged);
    run(f);
    assert_int_equal(layout_of(f, "A-1"), IMAGE_LAYOUT_UNREAD);
    memset(damaged, 0, sizeof damaged); // no trailer
    damage_file(f, &image, damaged);
    run(f);
    assert_int_equal(layout_of(f, "A-1"), IMAGE_LAYOUT_UNREAD);
    store_file(f, &image, file);
    run(f);
    assert_int_equal(layout_of(f, "A-1"), IMAGE_LAYOUT_SKETCH);
    assert_int_equal(image_files_remove(f->folder, image.sha256, NULL), 0);
    run(f);
    assert_int_equal(layout_of(f, "A-1"), IMAGE_LAYOUT_SKETCH);
}

static void the_stores_errors_come_through(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    fixture_query(f, "INSERT INTO images (name, state, size_bytes, sha256, md5, signer,"
                     " embeds_from, added_at_ms, published_at_ms)"
                     " VALUES ('no name', 0, 0, '', '', '', '', 0, 0)");
    assert_int_equal(release_layouts_fill(f->store, f->folder, &err), ERR_IO);
    assert_non_null(strstr(err.message, "layout of images"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(layouts_come_from_the_files),
        TEST(a_file_that_is_gone_or_damaged_tells_nothing),
        TEST(the_stores_errors_come_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
