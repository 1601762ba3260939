// Records as JSON: whole, or not at all.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_device.h"
#include "server/api/api_json.h"

static long left; // allocations before they fail

static void *allocate(size_t n)
{
    return left-- > 0 ? malloc(n) : NULL;
}

static const struct device_record device = {.mac = "84f3eb012345",
    .reason = DEVICE_REASON_STATUS,
    .status = {.has = DEVICE_HAS_RSSI, .name = "n", .image = "B-1", .error = "e"}};
static const struct command command = {.id = 1, .mac = "84f3eb012345", .name = "reboot"};
static const struct event event = {.kind = "boot", .detail = "d", .at_ms = 1};
static const struct status_hour hour = {
    .has = DEVICE_HAS_RSSI, .rssi_avg_dbm = -1.5, .new_errors = 3};
static const struct image_key key = {.id = "k", .name = "n", .algorithm = "P-256"};
static const struct image image = {
    .sha256 = "00", .embeds_count = 2, .embeds = {"a", "b"}, .signer = "a", .embeds_from = "pem"};
static const struct release_catalogue catalogue;

static json_t *make_device(void)
{
    return api_device_json(&device);
}

static json_t *make_command(void)
{
    return api_json_command(&command);
}

static json_t *make_event(void)
{
    return api_json_event(&event);
}

static json_t *make_hour(void)
{
    return api_json_hour(&hour);
}

static json_t *make_key(void)
{
    return api_json_key(&key);
}

static json_t *make_image(void)
{
    struct release_member member = {.image = image, .devices = 3};

    return api_json_image(&catalogue, &member);
}

// Each allocation in turn finds no memory.
static void nothing_is_left_out_without_memory(void **state)
{
    static json_t *(*const makers[])(void) = {
        make_device, make_command, make_event, make_hour, make_key, make_image};

    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        json_t *whole = makers[i]();
        long n = 0;

        assert_non_null(whole);
        for (;; n++) {
            left = n;
            json_set_alloc_funcs(allocate, free);

            json_t *made = makers[i]();

            json_set_alloc_funcs(malloc, free);
            if (made == NULL)
                continue;
            assert_true(json_equal(made, whole));
            json_decref(made);
            break;
        }
        assert_true(n > 3);
        json_decref(whole);
    }
}

static void texts_are_valid_or_null(void **state)
{
    static const char *const cases[][2] = {
        {"", NULL}, {"a", "a"}, {"\xc3\xa9", "\xc3\xa9"}, {"\xc3", NULL}, {NULL, NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *text = api_json_text(cases[i][0]);

        assert_non_null(text);
        if (cases[i][1] == NULL)
            assert_true(json_is_null(text));
        else
            assert_string_equal(json_string_value(text), cases[i][1]);
        json_decref(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_out_without_memory),
        cmocka_unit_test(texts_are_valid_or_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
