#ifndef TEST_SERVER_WIFI_WIFI_FIXTURE_H
#define TEST_SERVER_WIFI_WIFI_FIXTURE_H

// A store, a CA and the certificates of devices. In a header, since each test program is one file.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/pki/pki_folder.h"
#include "server/store/certificate_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/revocation_store.h"
#include "server/wifi/wifi_recipient.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR_MS INT64_C(3600000)

struct wifi_fixture {
    struct fixture *f;
    char pki[96];
    char devices[128];
    struct issuer *issuer;
    struct device_auth *auth;
    struct wifi_recipient_sources sources;
};

static inline int wifi_fixture_set_up(void **state)
{
    struct wifi_fixture *w = calloc(1, sizeof *w);
    struct pki_folder_order order = {.days = 30, .now_ms = clock_system_ms()};
    struct pki_folder_pair ca;
    void *f = NULL;
    struct err err = {0};

    if (w == NULL || fixture_set_up(&f) < 0)
        return -1;
    w->f = f;
    snprintf(w->pki, sizeof w->pki, "%s/pki", w->f->folder);
    snprintf(w->devices, sizeof w->devices, "%s/devices", w->pki);
    order.folder = w->pki;
    order.now_ms -= 48 * HOUR_MS;
    if (pki_folder_init(&order, "CA", &ca, &err) < 0 ||
        pki_folder_open(w->pki, &w->issuer, &err) < 0 ||
        device_auth_new(ca.public_path, &w->auth, &err) < 0) {
        fputs(err.message, stderr);
        return -1;
    }
    w->sources = (struct wifi_recipient_sources){w->auth, w->devices};
    *state = w;
    return 0;
}

static inline int wifi_fixture_tear_down(void **state)
{
    struct wifi_fixture *w = *state;
    void *f = w->f;

    issuer_free(w->issuer);
    device_auth_free(w->auth);
    free(w);
    return fixture_tear_down(&f);
}

// Puts a certificate of the device into devices_dir, made so many hours ago.
static inline void wifi_fixture_file(
    struct wifi_fixture *w, const char *mac, enum private_key_kind kind, int64_t hours)
{
    struct pki_folder_order order = {.folder = w->pki,
        .kind = kind,
        .days = 1,
        .force = true,
        .now_ms = clock_system_ms() - hours * HOUR_MS};
    struct pki_folder_pair pair;
    struct err err = {0};

    if (pki_folder_add_device(w->issuer, &order, mac, &pair, &err) < 0)
        fail_msg("%s", err.message);
}

static inline struct certificate *wifi_fixture_load(const struct wifi_fixture *w, const char *mac)
{
    struct certificate *certificate;
    struct err err = {0};
    char path[160];

    snprintf(path, sizeof path, "%s/%s.crt", w->devices, mac);
    if (certificate_load(path, &certificate, &err) < 0)
        fail_msg("%s", err.message);
    return certificate;
}

struct wifi_fixture_der {
    const char *mac;
    uint8_t *p;
    size_t n;
};

static inline int wifi_fixture_put_enrolled(
    struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wifi_fixture_der *der = ctx;
    struct enrolment row = {.state = ENROLMENT_ENROLLED, .serial = "1"};
    int rc;

    snprintf(row.mac, sizeof row.mac, "%s", der->mac);
    rc = enrolment_store_put(connection, &row, err);
    return rc < 0 ? rc : enrolment_store_put_certificate(connection, der->mac, der->p, der->n, err);
}

// Makes what is in devices_dir of a device what it got by EST instead.
static inline void wifi_fixture_enrol(struct wifi_fixture *w, const char *mac, const char *of)
{
    struct certificate *certificate = wifi_fixture_load(w, of);
    struct wifi_fixture_der der = {.mac = mac};
    char path[160];

    assert_int_equal(certificate_to_der(certificate, &der.p, &der.n, NULL), 0);
    fixture_write(w->f, wifi_fixture_put_enrolled, &der);
    free(der.p);
    certificate_free(certificate);
    snprintf(path, sizeof path, "%s/%s.crt", w->devices, of);
    assert_int_equal(unlink(path), 0);
}

// A device that runs firmware of ours.
static inline void wifi_fixture_add_device(struct wifi_fixture *w, const char *mac, bool online)
{
    struct device_record device = fixture_device(mac);

    device.online = online;
    device.speaks_events = true;
    fixture_write(w->f, fixture_put, &device);
}

static inline int wifi_fixture_put_revocation(
    struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static inline int wifi_fixture_put_record(
    struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_add(connection, ctx, NULL, err);
}

#endif
