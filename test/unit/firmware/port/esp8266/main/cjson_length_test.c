// Tests of parsing with a length by a cJSON that has none.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The library of the host has the function itself and calls it: ours goes by another name here.
#define cJSON_ParseWithLengthOpts cjson_length_parse
#define malloc fake_malloc

static unsigned left = 1000; // allocations that there is memory for

static void *fake_malloc(size_t n)
{
    if (left == 0)
        return NULL;
    left--;
    return calloc(1, n);
}

#include "firmware/port/esp8266/main/cjson_length.c" // NOLINT(bugprone-suspicious-include)

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        size_t end; // where it has been parsed to
        bool is_good;
    } rows[] = {
        {"{\"a\":1}", 7, 7, true},
        {"{\"a\":1}x", 7, 7, true}, // what is behind is not looked at
        {"{\"a\":1}x", 8, 7, true},
        {"{\"a\":1}  ", 9, 7, true},
        {"{\"a\":1}\0{}", 10, 7, true}, // the caller sees that there is more
        {"{\"a\":1}", 6, 5, false},
        {"{\"a\":12}", 6, 5, false},
        {"{\"a\0b\":1}", 9, 4, false},
        {"12", 1, 1, true},
        {"x", 1, 0, false},
        {"", 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = calloc(1, rows[i].length == 0 ? 1 : rows[i].length); // of just that size
        const char *end = NULL;

        assert_non_null(text);
        memcpy(text, rows[i].text, rows[i].length);

        cJSON *json = cjson_length_parse(text, rows[i].length, &end, false);

        assert_int_equal(json != NULL, rows[i].is_good);
        if (rows[i].is_good)
            assert_int_equal(end - text, rows[i].end);
        else
            assert_in_range(end - text, 0, rows[i].length);
        cJSON_Delete(json);
        free(text);
    }
}

static void test_without_end(void **state)
{
    cJSON *json = cjson_length_parse("[1,2]]", 5, NULL, true);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(json), 2);
    cJSON_Delete(json);
    assert_null(cjson_length_parse("[1,2]]", 6, NULL, true));
}

static void test_out_of_memory(void **state)
{
    static const char text[] = "{\"a\":\"b\"}";
    const char *end = NULL;
    cJSON *json;

    (void)state;
    for (unsigned enough = 0; enough < 5; enough++) { // the copy, two items and two texts
        left = enough;
        errno = 0;
        assert_null(cjson_length_parse(text, strlen(text), &end, false));
        assert_int_equal(errno, ENOMEM);
        if (enough == 0)
            assert_ptr_equal(end, text);
    }
    left = 5;
    json = cjson_length_parse(text, strlen(text), &end, false);
    assert_non_null(json);
    cJSON_Delete(json);
    left = 1000;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_without_end),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
