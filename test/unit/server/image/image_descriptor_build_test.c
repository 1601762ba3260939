// Descriptors behind bodies: put there, and taken away.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/image/image_descriptor_build.h"

static void make_block(const char *name, struct image_descriptor_build_block *block)
{
    static const struct public_key key = {.der = {1, 2, 3}, .size_bytes = 3};

    assert_int_equal(image_descriptor_build(name, &key, 1, block, NULL), 0);
}

static void test_what_was_appended_is_stripped(void **state)
{
    static const uint8_t body[] = "the program";
    struct image_descriptor_build_block first, second;
    struct image_descriptor found;
    uint8_t *p, *again;
    size_t n, size;

    (void)state;
    make_block("B-1", &first);
    make_block("B-2.3", &second);
    assert_int_equal(image_descriptor_build_strip(body, sizeof body), 0);
    assert_int_equal(image_descriptor_build_append(body, sizeof body, &first, &p, &n), 0);
    assert_int_equal(image_descriptor_build_strip(p, n), 12);
    assert_memory_equal(p, body, 12);
    assert_int_equal(image_descriptor_build_append(p, n, &second, &again, &size), ERR_CONFLICT);
    assert_int_equal(image_descriptor_build_append(p, 12, &second, &again, &size), 0);
    assert_int_equal(image_descriptor_scan(again, size, &found), 1);
    assert_string_equal(found.name.text, "B-2.3");
    free(again);
    free(p);
}

// One that is linked in is left alone: what stands behind it would be lost.
static void test_only_at_the_end(void **state)
{
    struct image_descriptor_build_block block;
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX + 8] = {0};

    (void)state;
    make_block("B-1", &block);
    memcpy(bytes + 4, block.bytes, block.size_bytes);
    assert_int_equal(image_descriptor_build_strip(bytes, block.size_bytes + 4), 4);
    assert_int_equal(image_descriptor_build_strip(bytes, block.size_bytes + 8), 0);
    assert_int_equal(image_descriptor_build_strip(bytes, block.size_bytes + 3), 0);
    assert_int_equal(image_descriptor_build_strip(bytes + 4, block.size_bytes), 0);
    assert_int_equal(image_descriptor_build_strip(bytes, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_appended_is_stripped),
        cmocka_unit_test(test_only_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
