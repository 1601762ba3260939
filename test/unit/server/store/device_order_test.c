// Random fleets in every order: by pages as a sort in memory has them, also while devices change.
#include "server/store/device_order.h"
#include "test/unit/server/store/order_fleet.h"

#define FLEETS 12

struct page {
    char (*macs)[MAC_SIZE];
    size_t *count;
    size_t left;
    struct device_order_place at;
};

static int take(
    const struct device_record *device, const struct device_order_place *place, void *ctx)
{
    struct page *page = ctx;

    assert_string_equal(device->mac, place->mac);
    assert_true(page->left > 0);
    page->left--;
    memcpy(page->macs[(*page->count)++], device->mac, MAC_SIZE);
    page->at = *place;
    return 0;
}

// What happens between two pages.
typedef void between(struct fixture *f, struct fleet *fleet);

static size_t walk(
    struct fixture *f, struct fleet *fleet, const char *by, between *happens, char macs[][MAC_SIZE])
{
    struct device_filter filter = {.now_ms = 1};
    size_t rows = 1 + draw(7);
    size_t count = 0;
    struct page page = {.macs = macs, .count = &count};
    struct device_order_wish wish = {.order = device_order_find(by),
        .filter = &filter,
        .limit = (int64_t)rows,
        .each = take,
        .ctx = &page};
    size_t before;

    assert_non_null(wish.order);
    do {
        struct store_connection *connection = fixture_read(f);
        struct device_order_place after = page.at;
        struct err err = {0};

        if (count > 0)
            wish.after = &after;
        before = count;
        page.left = rows;
        if (device_order_page(connection, &wish, &err) != 0)
            fail_msg("%s: %s", by, err.message);
        store_read_end(f->store, connection);
        if (happens != NULL)
            happens(f, fleet);
        assert_true(count < 20 * MOST);
    } while (count - before == rows);
    return count;
}

static void fill(struct fixture *f, struct fleet *fleet)
{
    fleet->count = draw(MOST - 10);
    for (size_t i = 0; i < fleet->count; i++) {
        draw_one(&fleet->ones[i], i);
        fixture_write(f, put_one, &fleet->ones[i]);
    }
    fixture_write(f, put_groups, NULL);
}

static void empty(struct fixture *f, struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        if (fleet->ones[i].is_there)
            fixture_write(f, forget_one, &fleet->ones[i]);
    }
    memset(fleet, 0, sizeof *fleet);
}

// Those that are there and were left alone, in order.
static size_t sort(struct fleet *fleet, const char *by, const struct one *sorted[MOST])
{
    size_t n = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        if (fleet->ones[i].is_there && !fleet->ones[i].is_touched)
            sorted[n++] = &fleet->ones[i];
    }
    qsort_r(sorted, n, sizeof(const struct one *), compare, (void *)(uintptr_t)by);
    return n;
}

static void expect(
    const struct one *const *sorted, size_t n, char (*macs)[MAC_SIZE], size_t count, const char *by)
{
    for (size_t i = 0; i < n && i < count; i++) {
        if (strcmp(sorted[i]->device.mac, macs[i]) != 0)
            fail_msg("%s: %zu is %s, not %s", by, i, macs[i], sorted[i]->device.mac);
    }
    if (n != count)
        fail_msg("%s: %zu of %zu", by, count, n);
}

static void test_pages_are_the_whole(void **state)
{
    static char macs[20 * MOST][MAC_SIZE];
    static struct fleet fleet;
    const struct one *sorted[MOST];
    const char *by;

    for (uint32_t k = 1; k <= FLEETS; k++) {
        seed = k;
        fill(*state, &fleet);
        for (size_t i = 0; (by = device_order_name(i)) != NULL; i++) {
            size_t count = walk(*state, &fleet, by, NULL, macs);

            expect(sorted, sort(&fleet, by, sorted), macs, count, by);
        }
        empty(*state, &fleet);
    }
}

// Some change, some go, some come.
static void change(struct fixture *f, struct fleet *fleet)
{
    size_t i = draw((uint32_t)fleet->count + 1);
    struct one *one = &fleet->ones[i];

    if (i == fleet->count && fleet->count < MOST)
        fleet->count++;
    else if (i == fleet->count)
        return;
    if (draw(3) == 0 && one->is_there) {
        fixture_write(f, forget_one, one);
        *one = (struct one){.is_touched = true};
        return;
    }
    draw_one(one, i);
    one->is_touched = true;
    fixture_write(f, put_one, one);
}

static size_t leave_out_touched(const struct fleet *fleet, char (*macs)[MAC_SIZE], size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        size_t number = strtoul(macs[i] + 6, NULL, 16) / 16;

        assert_true(number < fleet->count);
        if (!fleet->ones[number].is_touched)
            memmove(macs[n++], macs[i], MAC_SIZE);
    }
    return n;
}

static void test_what_does_not_change_is_there_once(void **state)
{
    static char macs[20 * MOST][MAC_SIZE];
    static struct fleet fleet;
    const struct one *sorted[MOST];
    const char *by;

    for (size_t i = 0; (by = device_order_name(i)) != NULL; i++) {
        seed = (uint32_t)i + 1000;
        fill(*state, &fleet);

        size_t count = walk(*state, &fleet, by, change, macs);

        count = leave_out_touched(&fleet, macs, count);
        expect(sorted, sort(&fleet, by, sorted), macs, count, by);
        empty(*state, &fleet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_pages_are_the_whole, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_does_not_change_is_there_once, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
