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

// An image: its version, state, and the keys that it embeds, a letter each; capitals are not known;
// and how many devices run it.
struct image {
    const char *version, *state, *embeds;
    int devices;
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
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:i, s:o}", "name", name, "version", images->version,
                      "state", images->state, "devices", images->devices, "embeds", embeds));
    }
    return json_pack("{s:o}", "images", list);
}

static const struct {
    struct image images[4];
    const char *old, *name;
    int rc;
    const char *newest, *signer; // or a part of the reason
} rows[] = {
    {{{"1", "published", "a", 0}, {"2", "published", "b", 0}}, "B-1", "B-3", 0, "B-2", "b"},
    {{{"1", "withdrawn", "a", 0}, {"2", "published", "Xbc", 0}}, "B-1", "B-3", 0, "B-2", "b"},
    {{{"1", "published", "a", 0}, {"2", "published", "b", 0}, {"3", "added", "c", 0}}, "B-1", "B-4",
        0, "B-2", "b"},
    {{{"1", "published", "a", 0}, {"2", "withdrawn", "b", 1}}, "B-1", "B-3", 0, "B-2", "b"},
    {{{"1", "published", "a", 0}, {"2", "published", "b", 0}}, "B-2", "B-3", ERR_CONFLICT, NULL,
        "nothing to go back from"},
    {{{"1", "published", "a", 0}, {"2", "withdrawn", "b", 0}}, "B-1", "B-3", ERR_CONFLICT, NULL,
        "no later image than B-1 is published or runs"},
    {{{"1", "published", "a", 0}, {"2", "added", "b", 0}}, "B-2", "B-3", ERR_CONFLICT, NULL,
        "no later image than B-2"},
    {{{"1", "published", "a", 0}, {"2", "published", "b", 0}, {"3", "added", "c", 0}}, "B-1", "B-3",
        ERR_CONFLICT, NULL, "higher version than B-3"},
    {{{"1", "published", "a", 0}, {"10", "published", "b", 0}}, "B-1", "B-9", ERR_CONFLICT, NULL,
        "higher version than B-10"},
    {{{"1", "published", "a", 0}}, "B-0", "B-2", ERR_NOT_FOUND, NULL, "no image B-0"},
    {{{"1", "withdrawn", "a", 0}}, "B-1", "B-2", ERR_NOT_FOUND, NULL, "publish B-1 itself"},
    {{{"1", "withdrawn", "a", 0}, {"2", "published", "X", 0}}, "B-1", "B-3", ERR_CONFLICT, NULL,
        "keys add"},
    {{{"1", "withdrawn", "a", 0}, {"2", "published", "", 0}}, "B-1", "B-3", ERR_CONFLICT, NULL,
        "keys add"},
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
