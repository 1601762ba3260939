// Lists in pages: each row once, whatever comes and goes between two of them.
#include "test/unit/server/api/api_fixture.h"

#include "server/api/api_cursor.h"
#include "server/store/certificate_store.h"
#include "server/store/command_store.h"
#include "server/store/device_order.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/image_store.h"

#define DEVICES 25
#define API "/api/v1"

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    int i = *(const int *)ctx;
    struct device_record device = {
        .online = i % 2 == 0, .last_seen_ms = 1000 + i % 5, .first_seen_ms = 1, .reboots = i};

    device.status.has = i % 3 == 0 ? DEVICE_HAS_RSSI : 0;
    device.status.rssi_dbm = -i % 5;

    snprintf(device.mac, sizeof device.mac, "84f3eb%06x", (unsigned)i);
    snprintf(device.status.name, sizeof device.status.name, "%c&\xc3\xa9", 'a' + i % 3);
    return device_store_put(connection, &device, NULL, err);
}

static int put_rows(struct store_connection *connection, void *ctx, struct err *err)
{
    struct certificate_record certificate = {.origin = CERTIFICATE_FILE, .known_at_ms = 5};
    struct event event = {.mac = "84f3eb000000", .kind = "boot"};
    struct command command = {.mac = "84f3eb000000", .name = "config"};
    struct image image = {.state = IMAGE_ADDED, .embeds_from = "descriptor"};
    char name[16];
    int rc = 0;

    (void)ctx;
    for (int i = 0; rc == 0 && i < DEVICES; i++) {
        snprintf(certificate.serial, sizeof certificate.serial, "%02x", i + 1);
        snprintf(certificate.fingerprint, sizeof certificate.fingerprint, "%064d", i);
        snprintf(certificate.mac, sizeof certificate.mac, "84f3eb%06x", (unsigned)i % 2);
        certificate.not_before_ms = i % 3;
        snprintf(name, sizeof name, "%c-%d", i % 2 == 0 ? 'A' : 'B', i);
        assert_true(image_name_parse(name, strlen(name), &image.name));
        snprintf(image.sha256, sizeof image.sha256, "%064d", i);
        event.at_ms = command.created_at_ms = i + 1;
        command.state = i % 2 == 0 ? COMMAND_DONE : COMMAND_FAILED;
        rc = certificate_store_add(connection, &certificate, NULL, err);
        if (rc == 0)
            rc = event_store_add(connection, &event, EVENT_CLASS_START, err);
        if (rc == 0)
            rc = command_store_add(connection, &command, err);
        if (rc == 0)
            rc = image_store_add(connection, &image, err);
    }
    return rc;
}

static void fill(struct fixture *f)
{
    struct err err = {0};

    for (int i = 0; i < DEVICES; i++)
        assert_int_equal(store_write(f->api.store, put_device, &i, NULL), 0);
    if (store_write(f->api.store, put_rows, NULL, &err) < 0)
        fail_msg("%s", err.message);
}

// The whole request for the next page; false: there is none.
static bool follow(struct fixture *f, const char *list, char target[1024])
{
    const char *link = strstr(f->answer, "\r\nLink: <?");
    const char *end = link != NULL ? strstr(link, ">; rel=\"next\"\r\n") : NULL;

    if (end == NULL)
        return false;
    link += strlen("\r\nLink: <");
    snprintf(target, 1024, "%.*s%.*s", (int)strcspn(list, "?"), list, (int)(end - link), link);
    return true;
}

static json_t *body(struct fixture *f)
{
    const char *text = strstr(f->answer, "\r\n\r\n");
    json_t *list = text != NULL ? json_loads(text, 0, NULL) : NULL;

    assert_true(json_is_array(list));
    return list;
}

// All pages, one after the other.
static json_t *walk(struct fixture *f, const char *list)
{
    char target[1024];
    json_t *all = json_array();
    size_t pages = 0;

    snprintf(target, sizeof target, "%s", list);
    do {
        ask(f, "GET", target, NULL, 0);
        expect(f, target, 200, "", "");

        json_t *page = body(f);

        assert_true(json_array_size(page) <= 3 && (json_array_size(page) > 0 || pages == 0));
        json_array_extend(all, page);
        json_decref(page);
        assert_true(++pages < 40);
    } while (follow(f, list, target));
    return all;
}

// By pages of three as at once; how many there are to be.
static void each_row_is_on_one_page(void **state)
{
    static const struct {
        const char *list, *more;
        size_t count;
    } rows[] = {
        {API "/devices", "", DEVICES},
        {API "/devices?state=online&filter=mac!=84f3eb000000", "", DEVICES / 2},
        {API "/devices/84f3eb000000/events", "", DEVICES},
        {API "/devices/84f3eb000000/events?event=none", "", 0},
        {API "/commands", "", DEVICES},
        {API "/commands?mac=84f3eb000000&state=failed&command=config", "", DEVICES / 2},
        {API "/commands?command=flash", "", 0},
        {API "/certificates", "", DEVICES},
        {API "/certificates?mac=84f3eb000001", "", DEVICES / 2},
        {API "/images", "", DEVICES},
        {API "/images?board=B&state=added", "", DEVICES / 2},
        {API "/images?state=published", "", 0},
        {API "/audit", "", 6},
        {API "/audit?object=group", "", 6},
    };
    struct fixture *f = *state;
    char target[256];

    fill(f);
    for (int i = 0; i < 6; i++) {
        char group[64];
        int n = snprintf(group, sizeof group, "{\"name\": \"g%d\", \"filter\": \"tag=a\"}", i);

        ask(f, "POST", API "/groups", group, (size_t)n);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(target, sizeof target, "%s%s", rows[i].list, rows[i].more);
        ask(f, "GET", target, NULL, 0);
        assert_null(strstr(f->answer, "Link:"));

        json_t *whole = body(f);

        snprintf(target, sizeof target, "%s%climit=3", rows[i].list,
            strchr(rows[i].list, '?') != NULL ? '&' : '?');

        json_t *pages = walk(f, target);

        if (json_array_size(whole) != rows[i].count || !json_equal(whole, pages))
            fail_msg(
                "%s: %zu, by pages %zu", target, json_array_size(whole), json_array_size(pages));
        json_decref(whole);
        json_decref(pages);
    }
}

// Of some it is not known; one has a tag, and is in the groups of the test before.
static void every_order_is_the_same_by_pages(void **state)
{
    static const char tags[] = "{\"add\": [\"a\"]}";
    struct fixture *f = *state;
    char target[256];
    const char *by;

    ask(f, "POST", API "/devices/84f3eb000003/tags", tags, sizeof tags - 1);
    expect(f, "tag", 200, "", "");
    for (size_t i = 0; (by = device_order_name(i)) != NULL; i++) {
        snprintf(target, sizeof target, API "/devices?sort=%s&groups=1&marks=1&limit=1000", by);
        ask(f, "GET", target, NULL, 0);
        expect(f, target, 200, "\"groups\":[\"g0\",\"g1\",", "");

        json_t *whole = body(f);

        snprintf(target, sizeof target, API "/devices?sort=%s&groups=1&marks=1&limit=3", by);

        json_t *pages = walk(f, target);

        if (json_array_size(whole) != DEVICES || !json_equal(whole, pages))
            fail_msg("%s: %zu, by pages %zu", by, json_array_size(whole), json_array_size(pages));
        json_decref(whole);
        json_decref(pages);
    }
    ask(f, "GET", API "/devices?groups=1&filter=tag=a", NULL, 0);
    expect(f, "whole", 200, "\"g5\"],\"channel\":\"stable\"}\n]", "");
}

// The last row of a page is removed, others come before and behind it.
static void rows_come_and_go(void **state)
{
    static const int more[] = {100, 0x1000};
    struct fixture *f = *state;
    char target[1024];

    ask(f, "GET", API "/devices?limit=3", NULL, 0);
    assert_true(follow(f, API "/devices", target));
    expect(f, "first", 200, "84f3eb000002", "");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(
            store_write(f->api.store, put_device, (void *)(uintptr_t)&more[i], NULL), 0);
    ask(f, "POST", API "/devices/84f3eb000002/forget?force=1", NULL, 0);
    expect(f, "forgotten", 200, "", "");
    ask(f, "GET", target, NULL, 0);
    expect(f, "next", 200, "[\n{\"mac\":\"84f3eb000003\"", "84f3eb000005");
}

static void what_is_none_is_refused(void **state)
{
    static const struct {
        const char *target, *reason;
    } rows[] = {
        {API "/devices?limit=0", "1 to 1000"},
        {API "/devices?limit=1001", "1 to 1000"},
        {API "/devices?limit=-1", "1 to 1000"},
        {API "/devices?limit=+1", "1 to 1000"},
        {API "/devices?limit=1x", "1 to 1000"},
        {API "/devices?limit=", "1 to 1000"},
        {API "/devices?sort=mac", "needs a limit"},
        {API "/devices?sort=colour&limit=3", "sort must be"},
        {API "/devices?cursor=00", "a cursor needs a limit"},
        {API "/devices?cursor=00&limit=3", "of another list"},
        {API "/commands?state=lost", "no command's state"},
        {API "/images?state=lost", "state must be added"},
        {API "/devices/84f3ebffffff/events", "no device"},
    };
    struct fixture *f = *state;
    char target[1024];
    char *cursor;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask(f, "GET", rows[i].target, NULL, 0);
        expect(f, rows[i].target, strstr(rows[i].target, "ffffff") != NULL ? 404 : 400,
            rows[i].reason, "");
    }
    ask(f, "GET", API "/devices?state=online&limit=3", NULL, 0);
    assert_true(follow(f, API "/devices", target));
    cursor = strstr(target, "cursor=");
    assert_non_null(cursor);
    for (size_t i = 0; i < 2; i++) {
        char other[1024];

        snprintf(other, sizeof other, "%s&limit=3&%s",
            i == 0 ? API "/devices?state=offline" : API "/certificates?state=good", cursor);
        ask(f, "GET", other, NULL, 0);
        expect(f, other, 400, "of another list", "");
    }
}

static void cursors_are_read_strictly(void **state)
{
    struct api_cursor cursor = {0xfedcba98u, INT64_MIN, "84f3eb000001", "n\xff"};
    struct api_cursor again;
    char text[API_CURSOR_SIZE];

    (void)state;
    memset(cursor.tail, 't', sizeof cursor.tail - 1);
    memset(cursor.text, 'x', sizeof cursor.text - 1);
    api_cursor_encode(&cursor, text);
    assert_true(api_cursor_decode(text, &again));
    assert_memory_equal(&again, &cursor, sizeof cursor);
    for (size_t n = strlen(text); n-- > 0;) {
        char part[API_CURSOR_SIZE];

        snprintf(part, sizeof part, "%.*s", (int)n, text);
        if (api_cursor_decode(part, &again) !=
            (n % 2 == 0 && n / 2 >= 14 + API_CURSOR_TAIL_SIZE - 1))
            fail_msg("%zu digits", n);
    }
    assert_false(api_cursor_decode("02000000000000000000000000"
                                   "00",
        &again));
    assert_true(api_cursor_decode("01000000000000000000000000"
                                  "00",
        &again));
    assert_false(api_cursor_decode("01000000000000000000000000"
                                   "01",
        &again));
    assert_false(api_cursor_decode("01000000000000000000000000"
                                   "0000",
        &again));
    assert_false(api_cursor_decode("0100000000000000000000000000"
                                   "4G",
        &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_on_one_page),
        cmocka_unit_test(every_order_is_the_same_by_pages),
        cmocka_unit_test(rows_come_and_go),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(cursors_are_read_strictly),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
