// How far boards are on their way to another signing key, from lists of images.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/keys_rotation.h"

// An image: its version, who signed it, which keys it embeds (a letter each), state and devices.
struct image {
    const char *version, *signer, *embeds, *state;
    int devices;
};

static json_t *key_of(char letter)
{
    char text[2] = {letter, '\0'};

    return json_pack("{s:s, s:s}", "id", text, "name", text);
}

static json_t *list_of(const char *board, const struct image *images, json_t *list)
{
    for (; images->version != NULL; images++) {
        json_t *embeds = json_array();
        char name[64];

        for (const char *p = images->embeds; *p != '\0'; p++)
            json_array_append_new(embeds, key_of(*p));
        snprintf(name, sizeof name, "%s-%s", board, images->version);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:i}", "name", name, "board", board, "state",
                      images->state, "signer", key_of(images->signer[0]), "embeds", embeds,
                      "devices", images->devices));
    }
    return list;
}

static const struct {
    struct image images[5];
    enum keys_rotation_stage stage;
    const char *newest;
    int behind;
    const char *candidate, *flaw; // a part of it
} rows[] = {
    {{{"1", "a", "a", "published", 2}}, KEYS_ROTATION_EMBED, "B-1", 2, NULL, NULL},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "b", "added", 0}}, KEYS_ROTATION_EMBED, "B-1", 2,
        "B-2", NULL},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "a", "added", 0}}, KEYS_ROTATION_EMBED, "B-1", 2,
        "B-2", "does not embed"},
    {{{"1", "a", "a", "published", 2}, {"2", "b", "b", "added", 0}}, KEYS_ROTATION_EMBED, "B-1", 2,
        "B-2", "cannot verify"},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "b", "withdrawn", 1}}, KEYS_ROTATION_EMBED, "B-1",
        2, NULL, NULL},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "ab", "published", 1}}, KEYS_ROTATION_SIGN, "B-2",
        2, NULL, NULL},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "ab", "published", 1},
         {"3", "a", "ab", "added", 0}},
        KEYS_ROTATION_SIGN, "B-2", 2, "B-3", "not signed with the new key"},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "b", "published", 1},
         {"3", "b", "b", "added", 0}},
        KEYS_ROTATION_SIGN, "B-2", 2, "B-3", NULL},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "b", "published", 1},
         {"3", "b", "a", "added", 0}},
        KEYS_ROTATION_SIGN, "B-2", 2, "B-3", "does not embed"},
    {{{"1", "a", "a", "published", 2}, {"2", "a", "b", "published", 1},
         {"3", "b", "b", "published", 1}},
        KEYS_ROTATION_MOVE, "B-3", 2, NULL, NULL},
    {{{"1", "a", "a", "withdrawn", 1}, {"2", "a", "b", "published", 1},
         {"3", "b", "b", "published", 1}},
        KEYS_ROTATION_MOVE, "B-3", 1, NULL, NULL},
    {{{"1", "a", "a", "added", 0}, {"2", "a", "a", "published", 1}}, KEYS_ROTATION_EMBED, "B-2", 1,
        NULL, NULL},
    {{{"1", "a", "a", "published", 0}, {"2", "a", "b", "published", 1},
         {"3", "b", "b", "published", 1}},
        KEYS_ROTATION_DONE, "B-3", 0, NULL, NULL},
};

static void test_each_stage(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *list = list_of("B", rows[i].images, json_array());
        struct keys_rotation it;
        size_t at = 0;

        print_message("row %zu\n", i);
        assert_true(keys_rotation_next(list, "b", &at, &it));
        assert_string_equal(
            keys_rotation_stage_name(it.stage), keys_rotation_stage_name(rows[i].stage));
        assert_string_equal(it.newest, rows[i].newest);
        assert_int_equal(it.behind, rows[i].behind);
        assert_string_equal(it.candidate != NULL ? it.candidate : "",
            rows[i].candidate != NULL ? rows[i].candidate : "");
        assert_int_equal(it.flaw == NULL, rows[i].flaw == NULL);
        if (it.flaw != NULL && rows[i].flaw != NULL)
            assert_non_null(strstr(it.flaw, rows[i].flaw));
        assert_false(keys_rotation_next(list, "b", &at, &it));
        json_decref(list);
    }
}

// Each board stands where it stands; one without a published image is passed over.
static void test_boards(void **state)
{
    static const struct image first[] = {{"1", "a", "a", "published", 3}, {0}};
    static const struct image none[] = {{"1", "a", "a", "added", 9}, {0}};
    static const struct image last[] = {{"1", "b", "b", "published", 4}, {0}};
    json_t *list = json_array();
    struct keys_rotation it;
    size_t at = 0;

    (void)state;
    list_of("first", first, list);
    list_of("none", none, list);
    list_of("past", last, list);
    assert_true(keys_rotation_next(list, "b", &at, &it));
    assert_string_equal(it.board, "first");
    assert_int_equal(it.behind, 3);
    assert_string_equal(it.signer, "a");
    assert_string_equal(it.next_signer, "a");
    assert_true(keys_rotation_next(list, "b", &at, &it));
    assert_string_equal(it.board, "past");
    assert_int_equal(it.stage, KEYS_ROTATION_DONE);
    assert_false(keys_rotation_next(list, "b", &at, &it));
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_stage),
        cmocka_unit_test(test_boards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
