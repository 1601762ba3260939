// Tests of the CA's file and the list of who is shut out, as both are now.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/broker/trust.h"
#include "test/unit/server/broker/gate_fixture.h"

static struct trust *trust;
static int64_t now_ms; // monotonic

static int set_up(void **state)
{
    int rc = fixture_set_up(state);

    now_ms = 1000000;
    clock_offset_ms = 5000; // files are no longer young
    assert_int_equal(trust_new(fixture.ca, fixture.list, &trust, NULL), 0);
    return rc;
}

static int tear_down(void **state)
{
    trust_free(trust);
    return fixture_tear_down(state);
}

// What a look finds, so much later.
static unsigned look(int64_t later_ms, struct err *err)
{
    now_ms += later_ms;
    clock_offset_ms += later_ms;
    return trust_refresh(trust, now_ms, err);
}

static void test_start(void **state)
{
    struct trust *other = NULL;
    struct err err = {0};

    (void)state;
    assert_int_equal(trust_new("/nonexistent", fixture.list, &other, &err), ERR_NOT_FOUND);
    assert_null(other);
    // the list is read at the first look
    assert_false(trust_has_list(trust));
    assert_true(trust_list_number(trust) == 0 && trust_list_count(trust) == 0);
    assert_false(trust_is_revoked(trust, fixture.one.serial, ONE, 0));
    assert_false(trust_is_device_revoked(trust, ONE));
    assert_int_equal(look(0, NULL), TRUST_LIST);
    assert_true(trust_has_list(trust) && trust_list_number(trust) == 1);
}

// Ten times a second at most.
static void test_interval(void **state)
{
    (void)state;
    assert_int_equal(look(0, NULL), TRUST_LIST);
    fixture_list(2, "device " ONE " all\n");
    assert_int_equal(look(99, NULL), 0);
    assert_false(trust_is_device_revoked(trust, ONE));
    assert_int_equal(look(1, NULL), TRUST_LIST);
    assert_true(trust_is_device_revoked(trust, ONE));
    assert_int_equal(look(100, NULL), 0);
}

static void test_list(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(look(0, &err), TRUST_LIST);
    fixture_list(2, "device " ONE " all\n");
    assert_int_equal(look(100, &err), TRUST_LIST);
    assert_true(trust_list_number(trust) == 2 && trust_list_count(trust) == 1);
    // written again, and the same
    fixture_list(2, "device " ONE " all\n");
    assert_int_equal(look(100, &err), 0);
    // the last good one stays: cut off, and gone
    fixture_put(fixture.list, "secureesp-revocations 1\nnumber 3\nend 1\n");
    assert_int_equal(look(100, &err), TRUST_LIST_BAD);
    assert_non_null(strstr(err.message, fixture.list));
    assert_true(trust_list_number(trust) == 2 && trust_is_device_revoked(trust, ONE));
    assert_int_equal(unlink(fixture.list), 0);
    assert_int_equal(look(100, &err), TRUST_LIST_BAD);
    assert_true(trust_is_device_revoked(trust, ONE));
    // the one that is in use can be read again: that is told
    fixture_list(2, "device " ONE " all\n");
    assert_int_equal(look(100, &err), TRUST_LIST);
    fixture_list(3, "");
    assert_int_equal(look(100, &err), TRUST_LIST);
    assert_false(trust_is_device_revoked(trust, ONE));
}

static void test_no_list(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(unlink(fixture.list), 0);
    assert_int_equal(look(0, &err), TRUST_LIST_BAD);
    assert_false(trust_has_list(trust));
    assert_int_equal(look(100, &err), 0); // that is told once
    fixture_put(fixture.list, "damaged\n");
    assert_int_equal(look(100, &err), TRUST_LIST_BAD);
    assert_false(trust_has_list(trust));
    fixture_list(1, "");
    assert_int_equal(look(100, &err), TRUST_LIST);
    assert_true(trust_has_list(trust));
}

static bool is_good(const struct fixture_certificate *certificate)
{
    struct certificate_facts facts;

    return trust_judge(trust, certificate->der, certificate->n, &facts, NULL) == 0;
}

// A certificate that was good before is so only as long as it lasts, and no other is taken for it.
static void test_judged_before(void **state)
{
    struct certificate_facts first, again;
    uint8_t other[2048];
    size_t n = fixture.one.n;

    (void)state;
    for (int i = 0; i < 2; i++) {
        memset(&first, 0, sizeof first);
        memset(&again, 0, sizeof again);
        assert_int_equal(trust_judge(trust, fixture.one.der, n, &first, NULL), 0);
        assert_int_equal(trust_judge(trust, fixture.one.der, n, &again, NULL), 0);
        assert_memory_equal(&first, &again, sizeof first);
        assert_string_equal(again.common_name, ONE);
        assert_int_equal(trust_judge(trust, fixture.two.der, fixture.two.n, &again, NULL), 0);
        assert_string_equal(again.common_name, TWO);
    }
    assert_true(n <= sizeof other);
    memcpy(other, fixture.one.der, n);
    other[n - 1] ^= 1; // in its signature
    assert_int_equal(trust_judge(trust, other, n, &again, NULL), ERR_UNTRUSTED);
    assert_int_equal(trust_judge(trust, fixture.one.der, n - 1, &again, NULL), ERR_INVALID);
    clock_offset_ms = first.not_after_ms - clock_system_ms() + clock_offset_ms - 1000;
    assert_true(is_good(&fixture.one));
    clock_offset_ms += 1000;
    assert_int_equal(trust_judge(trust, fixture.one.der, n, &again, NULL), ERR_EXPIRED);
}

// Nobody can open a file any more, as when strangers have taken all descriptors of the broker.
static rlim_t take_descriptors(void)
{
    struct rlimit limit;
    int lowest = dup(0);

    assert_true(lowest >= 0);
    assert_int_equal(close(lowest), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);

    rlim_t before = limit.rlim_cur;

    limit.rlim_cur = (rlim_t)lowest;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void give_descriptors(rlim_t before)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = before;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// It is read as soon as that is over, though nothing shows at the files.
static void test_no_descriptors(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(look(0, NULL), TRUST_LIST);
    fixture_list(2, "device " ONE " all\n");
    fixture_take_ca("other");
    clock_offset_ms += 5000; // so that they are no longer young

    rlim_t before = take_descriptors();
    unsigned bad = look(100, &err);
    unsigned again = look(5000, NULL);

    give_descriptors(before);
    assert_int_equal(bad, TRUST_CA_BAD | TRUST_LIST_BAD);
    assert_non_null(strstr(err.message, "list"));
    assert_int_equal(again, 0); // that is told once
    assert_int_equal(look(900, NULL), 0);
    assert_int_equal(look(100, NULL), TRUST_CA | TRUST_LIST);
    assert_true(trust_is_device_revoked(trust, ONE));
    assert_true(is_good(&fixture.stray));
    assert_int_equal(look(2000, NULL), 0);
    // what is wrong with it is told when it can be read
    fixture_list(3, "damaged\n");
    clock_offset_ms += 5000;
    before = take_descriptors();
    bad = look(100, NULL);
    give_descriptors(before);
    assert_int_equal(bad, TRUST_LIST_BAD);
    assert_int_equal(look(1000, &err), TRUST_LIST_BAD);
    assert_non_null(strstr(err.message, "line 3"));
    assert_int_equal(look(1000, NULL), 0);
}

static void test_ca(void **state)
{
    struct certificate_facts own;
    struct err err = {0};

    (void)state;
    assert_int_equal(look(0, &err), TRUST_LIST);
    assert_int_equal(trust_judge(trust, fixture.one.der, fixture.one.n, &own, &err), 0);
    assert_true(trust_has_ca(trust, own.ca));
    assert_false(is_good(&fixture.stray));
    fixture_take_ca("own"); // the same
    assert_int_equal(look(100, &err), 0);
    fixture_take_ca("other");
    assert_int_equal(look(100, &err), TRUST_CA);
    assert_false(trust_has_ca(trust, own.ca));
    assert_false(is_good(&fixture.one));
    assert_true(is_good(&fixture.stray));
    // the one before stays
    fixture_put(fixture.ca, "no CA");
    assert_int_equal(look(100, &err), TRUST_CA_BAD);
    assert_non_null(strstr(err.message, fixture.ca));
    assert_true(is_good(&fixture.stray));
    assert_int_equal(unlink(fixture.ca), 0);
    assert_int_equal(look(100, &err), TRUST_CA_BAD);
    assert_true(is_good(&fixture.stray));
    // both at once
    fixture_take_ca("own");
    fixture_list(2, "");
    assert_int_equal(look(100, &err), TRUST_CA | TRUST_LIST);
    assert_true(is_good(&fixture.one));
}

static void test_dates(void **state)
{
    (void)state;
    assert_true(is_good(&fixture.one));
    clock_offset_ms = 10 * DAY_MS + 1000;
    assert_false(is_good(&fixture.one));
    clock_offset_ms = -DAY_MS;
    assert_false(is_good(&fixture.one));
}

static void test_revoked(void **state)
{
    char entries[256];

    (void)state;
    snprintf(
        entries, sizeof entries, "serial %s\ndevice " TWO " before 5000\n", fixture.one.serial);
    fixture_list(2, entries);
    assert_int_equal(look(0, NULL), TRUST_LIST);
    assert_true(trust_is_revoked(trust, fixture.one.serial, ONE, 0));
    assert_true(trust_is_revoked(trust, fixture.one.serial, "", 0));
    assert_false(trust_is_revoked(trust, fixture.two.serial, ONE, 0));
    assert_true(trust_is_revoked(trust, fixture.two.serial, TWO, 4999));
    assert_false(trust_is_revoked(trust, fixture.two.serial, TWO, 5000));
    assert_false(trust_is_revoked(trust, fixture.two.serial, "", 0));
    // not each certificate of it
    assert_false(trust_is_device_revoked(trust, TWO));
    assert_false(trust_is_device_revoked(trust, ONE));
    fixture_list(3, "device " TWO " all\n");
    assert_int_equal(look(100, NULL), TRUST_LIST);
    assert_true(trust_is_device_revoked(trust, TWO));
    assert_false(trust_is_device_revoked(trust, ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_start),
        TEST(test_interval),
        TEST(test_list),
        TEST(test_no_list),
        TEST(test_no_descriptors),
        TEST(test_judged_before),
        TEST(test_ca),
        TEST(test_dates),
        TEST(test_revoked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
