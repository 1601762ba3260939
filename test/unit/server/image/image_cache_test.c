// Images in memory, by their content.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/image/image_cache.h"
#include "server/image/image_files.h"
#include "server/pki/digest.h"
#include "test/unit/server/base/scratch.h"

#define IMAGES 12 // more than it keeps

static struct image_cache *open_cache(const char *folder)
{
    struct image_cache *cache = NULL;

    assert_int_equal(image_cache_new(folder, &cache, NULL), 0);
    return cache;
}

// Stores the image whose every byte is i and tells its digest.
static void put(const char *folder, uint8_t i, char sha256[DIGEST_SHA256_TEXT_SIZE])
{
    uint8_t image[100];

    memset(image, i, sizeof image);
    digest_sha256(image, sizeof image, sha256);
    assert_int_equal(image_files_put(folder, sha256, image, sizeof image, NULL), 0);
}

static void assert_holds(struct image_cache_bytes *bytes, uint8_t i)
{
    size_t n;
    const uint8_t *p = image_cache_bytes(bytes, &n);

    assert_int_equal(n, 100);
    assert_int_equal(p[0], i);
    assert_int_equal(p[99], i);
}

static void test_what_is_held_stays(void **state)
{
    struct image_cache *cache = open_cache(*state);
    struct image_cache_bytes *held[IMAGES];
    char sha256[DIGEST_SHA256_TEXT_SIZE];

    for (uint8_t i = 0; i < IMAGES; i++) {
        put(*state, i, sha256);
        assert_int_equal(image_cache_hold(cache, sha256, &held[i], NULL), 0);
    }
    image_cache_free(cache);
    for (uint8_t i = 0; i < IMAGES; i++) {
        assert_holds(held[i], i);
        image_cache_drop(held[i]);
    }
}

static void test_is_read_once(void **state)
{
    struct image_cache *cache = open_cache(*state);
    struct image_cache_bytes *first, *second;
    char sha256[DIGEST_SHA256_TEXT_SIZE];

    put(*state, 1, sha256);
    assert_int_equal(image_cache_hold(cache, sha256, &first, NULL), 0);
    image_cache_drop(first);
    assert_int_equal(image_files_remove(*state, sha256, NULL), 0);
    assert_int_equal(image_cache_hold(cache, sha256, &second, NULL), 0);
    assert_holds(second, 1);
    image_cache_drop(second);
    image_cache_free(cache);
}

static void test_damage(void **state)
{
    struct image_cache *cache = open_cache(*state);
    struct image_cache_bytes *bytes;
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char name[80];
    char path[SCRATCH_PATH_SIZE];

    digest_sha256((const uint8_t *)"", 0, sha256);
    assert_int_equal(image_cache_hold(cache, sha256, &bytes, NULL), ERR_NOT_FOUND);
    assert_int_equal(image_cache_hold(cache, "../x", &bytes, NULL), ERR_INVALID);
    put(*state, 1, sha256);
    snprintf(name, sizeof name, "%.2s/%s", sha256, sha256);
    scratch_path(*state, name, path);
    assert_int_equal(file_replace(path, (const uint8_t *)"other", 5, 0640, NULL), 0);
    assert_int_equal(image_cache_hold(cache, sha256, &bytes, NULL), ERR_IO);
    // Mended, it is served without more ado.
    put(*state, 1, sha256);
    assert_int_equal(image_cache_hold(cache, sha256, &bytes, NULL), 0);
    assert_holds(bytes, 1);
    image_cache_drop(bytes);
    image_cache_free(cache);
    image_cache_drop(NULL);
    image_cache_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_held_stays),
        TEST(test_is_read_once),
        TEST(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
