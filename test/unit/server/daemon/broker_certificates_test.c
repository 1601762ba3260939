// Certificates that the broker has met: what is remembered of them, and what is not.
#include "test/unit/server/revocation/revocation_fixture.h"

#include "server/daemon/broker_certificates.h"
#include "server/store/certificate_store.h"

#define FINGERPRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct broker_certificates in(struct world *w)
{
    return (struct broker_certificates){.auth = w->auth, .revocation = w->revocation};
}

static void tell(struct world *w, struct broker_certificates *certificates, const char *name,
    const char *serial, const char *ca)
{
    char own[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];
    char json[1024];
    int n;

    assert_int_equal(device_auth_copy_fingerprints(w->auth, own), 1);
    n = snprintf(json, sizeof json,
        "{\"serial\": \"%s\", \"common_name\": \"%s\", \"unit\": \"monitor\", \"server\": false, "
        "\"fingerprint\": \"" FINGERPRINT "\", \"ca\": \"%s\", \"not_before_ms\": 5000, "
        "\"not_after_ms\": 99000}",
        serial, name, ca != NULL ? ca : own[0]);
    broker_certificates_take(certificates, (const uint8_t *)json, (size_t)n);
    fixture_flush(w->f);
}

static int64_t count(struct world *w)
{
    return fixture_query(w->f, "SELECT count(*) FROM certificates");
}

static struct certificate_record get(struct world *w, const char *serial)
{
    struct store_connection *connection = fixture_read(w->f);
    struct certificate_record record = {0};

    assert_int_equal(certificate_store_get(connection, serial, &record, NULL), 0);
    store_read_end(w->f->store, connection);
    return record;
}

static void test_remembered(void **state)
{
    struct world *w = *state;
    struct broker_certificates certificates = in(w);
    struct certificate_record record;

    tell(w, &certificates, "desk", "0a", NULL);
    tell(w, &certificates, "desk", "0a", NULL);
    assert_int_equal(count(w), 1);
    record = get(w, "0a");
    assert_string_equal(record.common_name, "desk");
    assert_string_equal(record.unit, "monitor");
    assert_string_equal(record.mac, "");
    assert_string_equal(record.fingerprint, FINGERPRINT);
    assert_int_equal(record.origin, CERTIFICATE_SEEN);
    assert_int_equal(record.not_before_ms, 5000);
    assert_int_equal(record.not_after_ms, 99000);
    assert_int_equal(record.revoked_at_ms, 0);
    assert_string_equal(certificate_record_kind(&record), "client");
    tell(w, &certificates, "84:F3:EB:00:00:01", "0b", NULL);
    record = get(w, "0b");
    assert_string_equal(record.mac, MAC_1);
    assert_string_equal(certificate_record_kind(&record), "device");
}

// Of a device that is revoked: it is, too.
static void test_too_late(void **state)
{
    struct world *w = *state;
    struct broker_certificates certificates = in(w);
    struct revocation_outcome outcome;

    assert_int_equal(shut_out(w, MAC_1, &outcome, NULL), 0);
    tell(w, &certificates, MAC_1, "0a", NULL);
    assert_true(get(w, "0a").revoked_at_ms > 0);
}

static void test_left_out(void **state)
{
    struct world *w = *state;
    struct broker_certificates certificates = in(w);
    static const char *const bad[] = {"", "{}", "nonsense", "{\"serial\": \"0a\"}"};

    tell(w, &certificates, "desk", "0a", FINGERPRINT); // another CA's
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        broker_certificates_take(&certificates, (const uint8_t *)bad[i], strlen(bad[i]));
    fixture_flush(w->f);
    assert_int_equal(count(w), 0);
}

// A broker that is not ours fills no disk.
static void test_bounded(void **state)
{
    struct world *w = *state;
    struct broker_certificates certificates = in(w);

    tell(w, &certificates, "desk", "0a", NULL);
    assert_true(certificates.use.until_ns > clock_monotonic_ms() * 1000000); // each counts
    // As after 200,000 of them, and some.
    certificates.use.until_ns = (clock_monotonic_ms() + INT64_C(200000) * 360 + 60000) * 1000000;
    tell(w, &certificates, "desk", "0b", NULL);
    assert_int_equal(count(w), 1);
    certificates.use.until_ns -= INT64_C(120000) * 1000000;
    tell(w, &certificates, "desk", "0b", NULL);
    assert_int_equal(count(w), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_remembered),
        TEST(test_too_late),
        TEST(test_left_out),
        TEST(test_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
