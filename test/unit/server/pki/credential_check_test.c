// Files of certificates and keys: what their readers would refuse is refused before.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate_check.h"
#include "server/pki/credential_check.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define DAY_MS INT64_C(86400000)

// A CA in FOLDER/NAME with a server's certificate and a device's, all of that many days.
struct place {
    char folder[SCRATCH_PATH_SIZE];
    char ca[SCRATCH_PATH_SIZE];
    char server[SCRATCH_PATH_SIZE];
    char server_key[SCRATCH_PATH_SIZE];
    char device[SCRATCH_PATH_SIZE];
    char device_key[SCRATCH_PATH_SIZE];
    int64_t made_ms;
};

static void join(char out[SCRATCH_PATH_SIZE], const char *folder, const char *name)
{
    scratch_path(folder, name, out);
}

static struct place make(const char *folder, const char *name, int days)
{
    static const char *const dns[] = {"a.example", "*.b.example"};
    static const char *const ip[] = {"192.168.1.2"};
    struct place place = {.made_ms = clock_now_ms()};
    struct pki_folder_order order = {.folder = place.folder, .now_ms = place.made_ms};
    struct issuer_order server = {
        .common_name = "server", .names = {.dns = dns, .dns_count = 2, .ip = ip, .ip_count = 1}};
    struct pki_folder_pair pair;
    struct issuer *issuer = NULL;
    struct err err = {0};

    join(place.folder, folder, name);
    order.days = days + 1;
    if (pki_folder_init(&order, name, &pair, &err) < 0 ||
        pki_folder_open(place.folder, &issuer, &err) < 0)
        fail_msg("%s", err.message);
    order.days = days;
    if (pki_folder_add_server(issuer, &order, &server, &pair, &err) < 0 ||
        pki_folder_add_device(issuer, &order, MAC, &pair, &err) < 0)
        fail_msg("%s", err.message);
    issuer_free(issuer);
    join(place.ca, place.folder, "ca.crt");
    join(place.server, place.folder, "servers/server.crt");
    join(place.server_key, place.folder, "servers/server.key");
    join(place.device, place.folder, "devices/" MAC ".crt");
    join(place.device_key, place.folder, "devices/" MAC ".key");
    return place;
}

static int check_server(const struct place *place, const char *ca, int64_t now_ms, struct err *err)
{
    struct credential_check_files files = {
        .ca = ca, .certificate = place->server, .key = place->server_key};
    struct certificate *certificate = NULL;
    int rc = credential_check_server(&files, now_ms, &certificate, err);

    assert_int_equal(rc == 0, certificate != NULL);
    certificate_free(certificate);
    return rc;
}

static int check_device(
    const struct place *place, const char *ca, const char *mac, int64_t now_ms, struct err *err)
{
    struct credential_check_files files = {.certificate = place->device};
    struct authority *authority;
    int64_t end_ms;

    assert_int_equal(authority_load(ca, &authority, NULL), 0);
    files.authority = authority;

    int rc = credential_check_device(&files, mac, now_ms, &end_ms, err);

    authority_free(authority);
    return rc;
}

// Whether it failed with that reason; NULL: not at all.
static void expect(int rc, const struct err *err, const char *reason)
{
    if (rc < 0 ? reason == NULL || strstr(err->message, reason) == NULL : reason != NULL)
        fail_msg(
            "expected %s: %s", reason != NULL ? reason : "good", rc < 0 ? err->message : "good");
}

static void dates_count_on_both_ends(void **state)
{
    struct place place = make(*state, "dates", 1);
    const struct {
        int64_t at_ms;
        const char *ca;
        const char *others;
    } rows[] = {
        {place.made_ms, NULL, NULL},
        {place.made_ms - DAY_MS, "not valid before", "not valid before"},
        {place.made_ms + DAY_MS - 2000, NULL, NULL},
        {place.made_ms + DAY_MS + 2000, NULL, "expired on"},
        {place.made_ms + 2 * DAY_MS + 2000, "expired on", "expired on"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int64_t end_ms = 0;

        expect(credential_check_ca(place.ca, rows[i].at_ms, &end_ms, &err), &err, rows[i].ca);
        expect(check_server(&place, place.ca, rows[i].at_ms, &err), &err, rows[i].others);
        expect(check_device(&place, place.ca, MAC, rows[i].at_ms, &err), &err, rows[i].others);
    }
}

static void another_ca_does_not_vouch(void **state)
{
    struct place place = make(*state, "mine", 10);
    struct place other = make(*state, "other", 10);
    struct err err = {0};

    expect(check_server(&place, other.ca, place.made_ms, &err), &err, "not signed by the CA");
    expect(check_device(&place, other.ca, MAC, place.made_ms, &err), &err, "not signed by the CA");
}

static void a_device_has_its_own(void **state)
{
    struct place place = make(*state, "own", 10);
    struct err err = {0};

    expect(check_device(&place, place.ca, "84f3eb012346", place.made_ms, &err), &err,
        "the certificate is that of '" MAC "'");
    expect(check_device(&place, place.ca, MAC, place.made_ms, &err), &err, NULL);
}

static void a_key_is_nobody_elses(void **state)
{
    static const struct {
        mode_t mode;
        const char *reason;
    } rows[] = {
        {0600, NULL},
        {0400, NULL},
        {0604, "open to others (mode 0604)"},
        {0660, "open to others (mode 0660)"},
        {0622, "open to others (mode 0622)"},
        {0601, "open to others (mode 0601)"},
    };
    struct place place = make(*state, "modes", 10);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        assert_int_equal(chmod(place.server_key, rows[i].mode), 0);
        expect(check_server(&place, place.ca, place.made_ms, &err), &err, rows[i].reason);
    }
}

static void names_are_compared_as_devices_do(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } rows[] = {
        {"a.example", true},
        {"A.Example", true},
        {"x.b.example", true},
        {"192.168.1.2", true},
        {"b.example", false},
        {"x.y.b.example", false},
        {"192.168.1.3", false},
        {"server", false}, // the common name
        {"a.example.org", false},
        {"", false},
    };
    struct place place = make(*state, "names", 10);
    struct certificate *certificate;

    assert_int_equal(certificate_load(place.server, &certificate, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((certificate_check_name(certificate, rows[i].name, NULL) == 0) != rows[i].good)
            fail_msg("%s", rows[i].name);
    }
    certificate_free(certificate);
}

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_ca_file_is_what_devices_read(void **state)
{
    struct place place = make(*state, "file", 10);
    struct place other = make(*state, "cut", 10);
    struct err err = {0};
    int64_t end_ms = 0;

    expect(credential_check_ca(place.ca, place.made_ms, &end_ms, &err), &err, NULL);
    assert_true(llabs(end_ms - (place.made_ms + 11 * DAY_MS)) < 2000);
    append(place.ca, "\n \t\r\n");
    expect(credential_check_ca(place.ca, place.made_ms, &end_ms, &err), &err, NULL);
    append(place.ca, "Issuer: x\n");
    expect(credential_check_ca(place.ca, place.made_ms, &end_ms, &err), &err, "text around");
    expect(credential_check_ca(place.server, place.made_ms, &end_ms, &err), &err, "not a CA's");
    append(other.ca, "-----BEGIN CERTIFICATE-----\nAAAA\n");
    expect(credential_check_ca(other.ca, place.made_ms, &end_ms, &err), &err,
        "certificate 2 is damaged");
    append(other.ca, "!\n-----END CERTIFICATE-----\n");
    expect(credential_check_ca(other.ca, place.made_ms, &end_ms, &err), &err,
        "certificate 2 is damaged");
    expect(credential_check_ca(place.server_key, place.made_ms, &end_ms, &err), &err,
        "PRIVATE KEY beside");
    expect(credential_check_ca("/nowhere", place.made_ms, &end_ms, &err), &err, "/nowhere");
}

// An old CA beside the new one, for a while.
static void an_old_ca_may_end(void **state)
{
    struct place old = make(*state, "old", 1);
    struct place new = make(*state, "new", 10);
    struct err err = {0};
    int64_t end_ms = 0;
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(new.ca, 65536, &pem, &n, NULL), 0);
    append(old.ca, (const char *)pem);
    free(pem);
    expect(credential_check_ca(old.ca, old.made_ms + 5 * DAY_MS, &end_ms, &err), &err, NULL);
    assert_true(llabs(end_ms - (new.made_ms + 11 * DAY_MS)) < 2000);
    expect(credential_check_ca(old.ca, old.made_ms + 50 * DAY_MS, &end_ms, &err), &err, "expired");
    expect(credential_check_ca(old.ca, old.made_ms - DAY_MS, &end_ms, &err), &err, "not valid");
}

// A server's file: its own certificate, then each that signed the one before it.
static void a_chain_is_in_order(void **state)
{
    struct place place = make(*state, "chain", 10);
    struct place other = make(*state, "beside", 10);
    struct err err = {0};
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(place.ca, 65536, &pem, &n, NULL), 0);
    append(place.server, (const char *)pem);
    free(pem);
    expect(check_server(&place, place.ca, place.made_ms, &err), &err, NULL);
    assert_int_equal(file_read(other.ca, 65536, &pem, &n, NULL), 0);
    append(place.server, (const char *)pem);
    free(pem);
    expect(check_server(&place, place.ca, place.made_ms, &err), &err,
        "certificate 3 did not sign the one before it");
}

// Without the files, as what is about to be given to a device.
static void what_a_device_is_given_is_what_lets_it_in(void **state)
{
    struct place place = make(*state, "given", 10);
    struct place other = make(*state, "given by another", 10);
    const struct {
        const char *ca;
        const char *file;
        const char *more;
        int64_t at_ms;
        const char *reason;
    } rows[] = {
        {place.ca, place.device, "", place.made_ms, NULL},
        {other.ca, place.device, "", place.made_ms, "not signed by the CA"},
        {place.ca, place.device, "", place.made_ms + 20 * DAY_MS, "expired on"},
        {place.ca, place.server, "", place.made_ms, NULL}, // whose it is, others look at
        {place.ca, place.device_key, "", place.made_ms, "PRIVATE KEY beside"},
        {place.ca, place.device, "Subject: x\n", place.made_ms, "text around"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct authority *authority;
        struct err err = {0};
        uint8_t *pem;
        size_t n;
        char text[8192];

        assert_int_equal(file_read(rows[i].file, 4096, &pem, &n, NULL), 0);
        snprintf(text, sizeof text, "%s%s", (const char *)pem, rows[i].more);
        free(pem);
        assert_int_equal(authority_load(rows[i].ca, &authority, NULL), 0);
        expect(credential_check_device_pem(
                   authority, (const uint8_t *)text, strlen(text), rows[i].at_ms, &err),
            &err, rows[i].reason);
        memset(text + strlen(text), '\n', sizeof text - strlen(text) - 1);
        text[sizeof text - 1] = '\0';
        if (rows[i].reason == NULL)
            expect(credential_check_device_pem(
                       authority, (const uint8_t *)text, strlen(text), rows[i].at_ms, &err),
                &err, "devices accept files of 4096");
        authority_free(authority);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_count_on_both_ends),
        cmocka_unit_test(another_ca_does_not_vouch),
        cmocka_unit_test(a_device_has_its_own),
        cmocka_unit_test(a_key_is_nobody_elses),
        cmocka_unit_test(names_are_compared_as_devices_do),
        cmocka_unit_test(a_ca_file_is_what_devices_read),
        cmocka_unit_test(an_old_ca_may_end),
        cmocka_unit_test(a_chain_is_in_order),
        cmocka_unit_test(what_a_device_is_given_is_what_lets_it_in),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
