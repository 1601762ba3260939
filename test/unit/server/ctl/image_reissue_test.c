// The way back to an older program, from chains as the daemon answers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/field.h"
#include "server/ctl/image_reissue.h"

// An image: its version, state, and the keys that it embeds, a letter each; capitals are not known.
struct image {
    const char *version, *state, *embeds;
};

static json_t *make_chain(const struct image *images)
{
    json_t *list = json_array();

    for (; images->version != NULL; images++) {
        json_t *embeds = json_array();
        char name[64];

        for (const char *p = images->embeds; *p != '\0'; p++) {
            char text[2] = {*p, '\0'};

            json_array_append_new(
                embeds, json_pack("{s:s, s:s?}", "id", text, "name", *p >= 'a' ? text : NULL));
        }
        snprintf(name, sizeof name, "B-%s", images->version);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "name", name, "version",
                                        images->version, "state", images->state, "embeds", embeds));
    }
    return json_pack("{s:o}", "images", list);
}

static const struct {
    struct image images[4];
    const char *old, *name;
    int rc;
    const char *newest, *signer; // or a part of the reason
} rows[] = {
    {{{"1", "published", "a"}, {"2", "published", "b"}}, "B-1", "B-3", 0, "B-2", "b"},
    {{{"1", "withdrawn", "a"}, {"2", "published", "Xbc"}}, "B-1", "B-3", 0, "B-2", "b"},
    {{{"1", "published", "a"}, {"2", "published", "b"}, {"3", "added", "c"}}, "B-1", "B-4", 0,
        "B-2", "b"},
    {{{"1", "published", "a"}, {"2", "published", "b"}, {"3", "added", "c"}}, "B-1", "B-3",
        ERR_CONFLICT, NULL, "higher version than B-3"},
    {{{"1", "published", "a"}, {"10", "published", "b"}}, "B-1", "B-9", ERR_CONFLICT, NULL,
        "higher version than B-10"},
    {{{"1", "published", "a"}}, "B-0", "B-2", ERR_NOT_FOUND, NULL, "no image B-0"},
    {{{"1", "withdrawn", "a"}}, "B-1", "B-2", ERR_NOT_FOUND, NULL, "publish B-1 itself"},
    {{{"1", "published", "X"}}, "B-1", "B-2", ERR_CONFLICT, NULL, "keys add"},
    {{{"1", "published", ""}}, "B-1", "B-2", ERR_CONFLICT, NULL, "keys add"},
};

static void test_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *chain = make_chain(rows[i].images);
        struct image_reissue plan;
        struct image_name name;
        struct err err = {0};

        assert_true(image_name_parse(rows[i].name, strlen(rows[i].name), &name));

        int rc = image_reissue_plan(chain, rows[i].old, &name, &plan, &err);

        if (rc != rows[i].rc || (rc < 0 && strstr(err.message, rows[i].signer) == NULL))
            fail_msg("row %zu: %d %s", i, rc, err.message);
        if (rc == 0) {
            assert_string_equal(field_text(plan.old, "name", ""), rows[i].old);
            assert_string_equal(field_text(plan.newest, "name", ""), rows[i].newest);
            assert_string_equal(field_text(plan.signer, "id", ""), rows[i].signer);
        }
        json_decref(chain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
