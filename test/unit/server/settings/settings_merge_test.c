// Tests of merge patches: the table of RFC 7396, appendix A, and what two patches come to as one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/settings/settings_merge.h"

static const struct {
    const char *target, *patch, *result;
} examples[] = {
    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
    {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
    {"{\"a\":\"foo\"}", "null", "null"},
    {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
    {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
};

static json_t *read(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static void test_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        json_t *target = read(examples[i].target);
        json_t *before = json_deep_copy(target);
        json_t *patch = read(examples[i].patch);
        json_t *expected = read(examples[i].result);
        json_t *result = settings_merge_patch(target, patch);

        if (!json_equal(result, expected))
            fail_msg("%s with %s", examples[i].target, examples[i].patch);
        assert_true(json_equal(target, before));
        json_decref(result);
        json_decref(expected);
        json_decref(patch);
        json_decref(before);
        json_decref(target);
    }
}

// Any number of members, of which some are null, and one an object.
static json_t *make(uint32_t *seed)
{
    json_t *object = json_object();
    static const char *const names[] = {"a", "b", "c", "d"};

    for (size_t i = 0; i < 4; i++) {
        uint32_t kind = (*seed = *seed * 1664525u + 1013904223u) >> 28;

        if (i == 3 && kind > 4)
            json_object_set_new(object, names[i],
                json_pack("{s:o?, s:i}", "x", kind > 9 ? json_null() : json_integer(kind), "y",
                    (int)(*seed >> 20 & 3)));
        else if (kind < 4)
            json_object_set_new(object, names[i], json_null());
        else if (kind < 10 && i != 3)
            json_object_set_new(object, names[i], json_integer(kind));
    }
    return object;
}

// Over any base, two patches as one do what they do one after the other.
static void test_compose(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        json_t *base = make(&seed);
        json_t *first = make(&seed);
        json_t *second = make(&seed);
        json_t *once = settings_merge_patch(base, first);
        json_t *twice = settings_merge_patch(once, second);
        json_t *both = settings_merge_compose(first, second);
        json_t *at_once = settings_merge_patch(base, both);

        if (!json_equal(twice, at_once))
            fail_msg("%d: %s", i, json_dumps(both, JSON_COMPACT));
        json_decref(base);
        json_decref(first);
        json_decref(second);
        json_decref(once);
        json_decref(twice);
        json_decref(both);
        json_decref(at_once);
    }
}

static json_t *nest(int depth)
{
    json_t *value = json_integer(1);

    for (int i = 0; i < depth; i++)
        value = json_pack("{so}", "a", value);
    return value;
}

static void test_depth(void **state)
{
    json_t *target = json_object();
    json_t *deepest = nest(SETTINGS_MERGE_DEPTH_MAX);
    json_t *deeper = nest(SETTINGS_MERGE_DEPTH_MAX + 1);
    json_t *result = settings_merge_patch(target, deepest);

    (void)state;
    assert_true(json_equal(result, deepest));
    assert_null(settings_merge_patch(target, deeper));
    json_decref(result);
    json_decref(deeper);
    json_decref(deepest);
    json_decref(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_compose),
        cmocka_unit_test(test_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
