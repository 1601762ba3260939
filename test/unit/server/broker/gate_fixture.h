#ifndef TEST_SERVER_BROKER_GATE_FIXTURE_H
#define TEST_SERVER_BROKER_GATE_FIXTURE_H

// A gate with a CA, certificates and a list of its own, at times that the test sets; what it has
// the broker do is written down. In a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/broker/gate.h"
#include "server/broker/gate_access.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define ONE "84f3eb000001"
#define TWO "84f3eb000002"
#define DAY_MS INT64_C(86400000)

static int64_t clock_offset_ms;
static int64_t ending_takes_ms; // of the broker's time, for each client

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __real_clock_system_ms(void);
int64_t __wrap_clock_system_ms(void);
int64_t __real_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void);

int64_t __wrap_clock_system_ms(void)
{
    return __real_clock_system_ms() + clock_offset_ms;
}

int64_t __wrap_clock_monotonic_ms(void)
{
    return __real_clock_monotonic_ms() + clock_offset_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct fixture_certificate {
    uint8_t *der;
    size_t n;
    char serial[SERIAL_SIZE];
};

struct fixture {
    char *folder;
    char ca_folder[SCRATCH_PATH_SIZE];
    char ca[SCRATCH_PATH_SIZE];
    char list[SCRATCH_PATH_SIZE];
    char sessions[SCRATCH_PATH_SIZE];
    struct issuer *issuer;
    struct access_table *table;
    bool has_sessions; // a file for them
    struct gate *gate;
    struct fixture_certificate one, two, daemon, desk, stray;
    char said[16384]; // what the gate had the broker do, a line each
    char met[16384];  // certificates that it told the daemon of, a line each
};

// The one that is being tested: effects come without its address.
static struct fixture fixture;

// Writes a line: three words, put together.
static inline void fixture_say(const char *a, const char *b, const char *c)
{
    size_t n = strlen(fixture.said);

    snprintf(fixture.said + n, sizeof fixture.said - n, "%s%s%s\n", a, b, c);
}

static inline void fixture_end_connections(const char *name, bool with_will, void *ctx)
{
    assert_ptr_equal(ctx, &fixture);
    fixture_say("end ", name, with_will ? "" : " silently");
    clock_offset_ms += ending_takes_ms;
    // as the broker does
    assert_true(gate_access_subscribe(fixture.gate, name, "/command/" ONE "/#", 1));
    gate_disconnect(fixture.gate, name);
}

static inline void fixture_end_session(const char *client_id, void *ctx)
{
    (void)ctx;
    fixture_say("session ", client_id, "");
}

static inline void fixture_publish(const char *topic, const char *payload, void *ctx)
{
    size_t n = strlen(fixture.met);

    (void)ctx;
    if (strcmp(topic, "/broker/certificates") == 0)
        snprintf(fixture.met + n, sizeof fixture.met - n, "%s\n", payload);
    else
        fixture_say(topic, " ", payload);
}

static inline void fixture_note(const char *text, void *ctx)
{
    (void)ctx;
    fixture_say("note ", text, "");
}

static inline struct fixture_certificate fixture_read(const struct pki_folder_pair *pair)
{
    struct fixture_certificate certificate;
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(pair->public_path, 65536, &pem, &n, NULL), 0);
    assert_int_equal(pem_to_der(pem, n, &certificate.der, &certificate.n, NULL), 0);
    memcpy(certificate.serial, pair->serial, sizeof certificate.serial);
    free(pem);
    return certificate;
}

static inline struct pki_folder_order fixture_order(void)
{
    return (struct pki_folder_order){
        .folder = fixture.ca_folder, .days = 10, .force = true, .now_ms = __wrap_clock_system_ms()};
}

// Another certificate of a device, from now on.
static inline struct fixture_certificate fixture_device(const char *mac)
{
    struct pki_folder_order order = fixture_order();
    struct pki_folder_pair pair;

    assert_int_equal(pki_folder_add_device(fixture.issuer, &order, mac, &pair, NULL), 0);
    return fixture_read(&pair);
}

static inline struct fixture_certificate fixture_client(
    const char *name, const char *role, enum profile profile)
{
    struct pki_folder_order order = fixture_order();
    struct issuer_order certificate = {
        .profile = profile, .common_name = name, .unit = role, .days = 10, .now_ms = order.now_ms};
    struct pki_folder_pair pair;
    struct err err = {0};
    int rc = profile == PROFILE_SERVER
                 ? pki_folder_add_server(fixture.issuer, &order, &certificate, &pair, &err)
                 : pki_folder_add_client(fixture.issuer, &order, &certificate, &pair, &err);

    if (rc < 0)
        fail_msg("%s", err.message);
    return fixture_read(&pair);
}

// Makes a CA in a folder of its own and issues by it from now on.
static inline void fixture_make_ca(const char *name)
{
    struct pki_folder_order order;
    struct pki_folder_pair pair;

    issuer_free(fixture.issuer);
    scratch_path(fixture.folder, name, fixture.ca_folder);
    order = fixture_order();
    order.days = 1000;
    assert_int_equal(pki_folder_init(&order, name, &pair, NULL), 0);
    assert_int_equal(pki_folder_open(fixture.ca_folder, &fixture.issuer, NULL), 0);
}

static inline void fixture_put(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0644, NULL), 0);
}

// The list has those entries, each with its newline.
static inline void fixture_list(int number, const char *entries)
{
    char text[2048];
    int count = 0;

    for (const char *s = entries; *s != '\0'; s++)
        count += *s == '\n';
    snprintf(text, sizeof text, "secureesp-revocations 1\nnumber %d\n%send %d\n", number, entries,
        count);
    fixture_put(fixture.list, text);
}

// The CA's file becomes that of a folder.
static inline void fixture_take_ca(const char *folder)
{
    char path[SCRATCH_PATH_SIZE + 16];
    uint8_t *pem;
    size_t n;

    snprintf(path, sizeof path, "%s/%s/ca.crt", fixture.folder, folder);
    assert_int_equal(file_read(path, 65536, &pem, &n, NULL), 0);
    fixture_put(fixture.ca, (const char *)pem);
    free(pem);
}

static inline void fixture_open(const struct limits *limits)
{
    static const struct gate_effects effects = {
        fixture_end_connections, fixture_end_session, fixture_publish, fixture_note};
    struct gate_config config = {fixture.ca, fixture.list,
        fixture.has_sessions ? fixture.sessions : NULL, "secureespd", fixture.table, *limits};
    struct err err = {0};

    gate_free(fixture.gate);
    if (gate_new(&config, &effects, &fixture, &fixture.gate, &err) < 0)
        fail_msg("%s", err.message);
}

static inline int fixture_set_up(void **state)
{
    struct limits limits;

    (void)state;
    limits_init(&limits);
    clock_offset_ms = 0;
    ending_takes_ms = 0;
    assert_int_equal(scratch_make((void **)&fixture.folder), 0);
    scratch_path(fixture.folder, "ca.crt", fixture.ca);
    scratch_path(fixture.folder, "revoked", fixture.list);
    scratch_path(fixture.folder, "sessions", fixture.sessions);
    fixture_make_ca("other");
    fixture.stray = fixture_device(ONE);
    fixture_make_ca("own");
    fixture.one = fixture_device(ONE);
    fixture.two = fixture_device(TWO);
    fixture.daemon = fixture_client("secureespd", NULL, PROFILE_SERVER);
    fixture.desk = fixture_client("desk", "monitor", PROFILE_CLIENT);
    fixture_take_ca("own");
    fixture_list(1, "");
    assert_int_equal(access_table_new(&fixture.table), 0);
    assert_int_equal(access_table_add(fixture.table, "monitor write open/#", NULL), 0);
    fixture_open(&limits);
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    (void)state;
    gate_free(fixture.gate);
    access_table_free(fixture.table);
    issuer_free(fixture.issuer);
    free(fixture.one.der);
    free(fixture.two.der);
    free(fixture.daemon.der);
    free(fixture.desk.der);
    free(fixture.stray.der);
    scratch_remove((void **)&fixture.folder);
    memset(&fixture, 0, sizeof fixture);
    return 0;
}

// Connects; *err says why not.
static inline int fixture_connect_err(
    const struct fixture_certificate *certificate, const char *client_id, struct err *err)
{
    struct gate_connect connect = {certificate->der, certificate->n, client_id, true, true};
    const char *name;

    return gate_connect(fixture.gate, &connect, &name, err);
}

static inline int fixture_connect(
    const struct fixture_certificate *certificate, const char *client_id)
{
    return fixture_connect_err(certificate, client_id, NULL);
}

// So much later, the gate does what is due; what it then had the broker do.
static inline const char *fixture_tick(int64_t later_ms)
{
    clock_offset_ms += later_ms;
    fixture.said[0] = '\0';
    fixture.met[0] = '\0';
    gate_tick(fixture.gate);
    return fixture.said;
}

#endif
