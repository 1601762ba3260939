// Certificates, by the operator's endpoints.
#include "test/unit/server/api/api_fixture.h"

#include "server/base/file.h"
#include "server/pki/issued.h"

// One asks, and the answer must be so.
struct row {
    const char *method, *target;
    int status;
    const char *a, *b;
};

static void expect_rows(struct fixture *f, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ask(f, rows[i].method, rows[i].target, NULL, 0);
        expect(f, rows[i].target, rows[i].status, rows[i].a, rows[i].b);
    }
}
#define EXPECT_ROWS(f, rows) expect_rows(f, rows, sizeof(rows) / sizeof(rows)[0])

static struct pki_folder_pair issue(const char *place, const char *mac)
{
    struct pki_folder_order order = {.folder = place, .now_ms = clock_system_ms(), .force = true};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_open(place, &issuer, NULL), 0);
    if (mac != NULL) {
        assert_int_equal(pki_folder_add_device(issuer, &order, mac, &pair, NULL), 0);
    } else {
        struct issuer_order server = {.common_name = "broker"};

        assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    }
    issuer_free(issuer);
    return pair;
}

// Tells of the certificate in a file, of which `cut` bytes are missing at its end.
static void tell(struct fixture *f, const char *file, size_t cut)
{
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(file, 65536, &pem, &n, NULL), 0);
    ask(f, "POST", "/api/v1/certificates", pem, n - cut);
    free(pem);
}

static void test_they_are_recorded(void **state)
{
    static const struct row before[] = {
        {"GET", "/api/v1/certificates", 200, "[]", ""},
        {"GET", "/api/v1/certificates?state=none", 400, "state must be good, revoked", "invalid"},
        {"GET", "/api/v1/certificates?mac=none", 400, "none", "invalid"},
        {"GET", "/api/v1/certificates?serial=1", 400, "serial", "invalid"},
    };
    static const struct row after[] = {
        {"GET", "/api/v1/certificates?mac=84:F3:EB:00:00:01", 200, "\"84f3eb000001\"",
            "\"issued\""},
        {"GET", "/api/v1/certificates?mac=84f3eb000002", 200, "[]", ""},
        {"GET", "/api/v1/certificates?state=good", 200, "\"84f3eb000001\"", "\"device\""},
        {"GET", "/api/v1/certificates?state=revoked", 200, "[]", ""},
        {"GET", "/api/v1/certificates?state=on-hold", 200, "[]", ""},
        {"GET", "/api/v1/certificates?state=expired", 200, "[]", ""},
        {"GET", "/api/v1/certificates?state=not-yet-valid", 200, "[]", ""},
    };
    struct fixture *f = *state;
    struct pki_folder_pair pair = issue(folder, "84f3eb000001");

    EXPECT_ROWS(f, before);
    tell(f, pair.public_path, 0);
    expect(f, "a new one", 201, "\"added\":1,\"known\":0,\"foreign\":0", "\"revoked_name\":null");
    tell(f, pair.public_path, 0);
    expect(f, "the same", 200, "\"added\":0,\"known\":1", "\"revoked\":0");
    EXPECT_ROWS(f, after);
}

static void test_what_is_none(void **state)
{
    char other[128];
    struct pki_folder_order order = {.folder = other, .now_ms = clock_system_ms()};
    struct fixture *f = *state;
    struct pki_folder_pair pair = issue(folder, "84f3eb000003");

    ask(f, "POST", "/api/v1/certificates", NULL, 0);
    expect(f, "nothing", 400, "invalid", "");
    ask(f, "POST", "/api/v1/certificates", "hello", 5);
    expect(f, "a text", 400, "line 1", "");
    tell(f, pair.public_path, 40);
    expect(f, "one without its end", 400, "has no end", "");
    ask(f, "GET", "/api/v1/certificates?mac=84f3eb000003", NULL, 0);
    expect(f, "what is known", 200, "[]", "");
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(pki_folder_init(&order, "other CA", &pair, NULL), 0);
    pair = issue(other, "84f3eb000003");
    tell(f, pair.public_path, 0);
    expect(f, "another CA's", 200, "\"added\":0,\"known\":0,\"foreign\":1", "");
    ask(f, "GET", "/api/v1/certificates?mac=84f3eb000003", NULL, 0);
    expect(f, "what is known", 200, "[]", "");
}

// Of anybody; of a server if that is meant.
static void test_they_are_revoked(void **state)
{
    static const struct row rows[] = {
        {"POST", "/api/v1/certificates/xyz/revoke", 400, "is not a serial number", ""},
        {"POST", "/api/v1/certificates/-1/revoke", 400, "is not a serial number", ""},
        {"POST", "/api/v1/certificates/00:AB:CD/revoke?reason=because", 400, "unknown reason", ""},
        {"POST", "/api/v1/certificates/00:AB:CD/revoke?reason=certificateHold", 400, "on hold", ""},
        {"GET", "/api/v1/certificates?state=revoked", 200, "[]", ""},
        {"POST", "/api/v1/certificates/00:AB:CD/revoke", 202, "\"serial\":\"abcd\"",
            "\"reason\":\"keyCompromise\""},
        {"POST", "/api/v1/certificates/0xABCD/revoke?reason=superseded", 202, "\"changed\":false",
            "\"certificates\":0"},
        {"GET", "/api/v1/certificates?state=revoked", 200, "\"abcd\"", "\"named\""},
    };
    struct fixture *f = *state;
    struct pki_folder_pair server = issue(folder, NULL);
    char target[256];

    EXPECT_ROWS(f, rows);
    tell(f, server.public_path, 0);
    expect(f, "a server's", 201, "\"added\":1", "");
    snprintf(target, sizeof target, "/api/v1/certificates/%s/revoke", server.serial);
    ask(f, "POST", target, NULL, 0);
    expect(f, target, 409, "is that of the server broker", "--force");
    ask(f, "GET", "/api/v1/certificates?state=good", NULL, 0);
    expect(f, "it is good", 200, server.serial, "");
    snprintf(target, sizeof target, "/api/v1/certificates/%s/revoke?force=1", server.serial);
    ask(f, "POST", target, NULL, 0);
    expect(f, target, 202, "\"changed\":true", "\"certificates\":1");
}

// Who lists what is revoked for others has to know whose serials these are.
static void test_whose_they_are(void **state)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    char member[128];
    struct fixture *f = *state;
    struct issuer *issuer;

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(issuer_fingerprint(issuer, fingerprint, NULL), 0);
    issuer_free(issuer);
    snprintf(member, sizeof member, "\"ca_sha256\":[\"%s\"]", fingerprint);
    ask(f, "GET", "/api/v1/status", NULL, 0);
    expect(f, "status", 200, member, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_are_recorded),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_they_are_revoked),
        cmocka_unit_test(test_whose_they_are),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
