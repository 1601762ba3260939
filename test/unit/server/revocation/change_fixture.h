#ifndef CHANGE_FIXTURE_H
#define CHANGE_FIXTURE_H

// Devices, certificates and commands in a database, what is changed of who is shut out, and what
// comes of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/issuer.h"
#include "server/revocation/revocation_change.h"
#include "server/revocation/revocation_load.h"
#include "server/store/certificate_store.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOLD REVOCATION_REASON_HOLD
#define COMPROMISE REVOCATION_REASON_USUAL
#define HOUR_MS INT64_C(3600000)

static inline struct revocation_change apply(
    struct fixture *f, store_job job, const char *subject, const char *reason)
{
    struct revocation_change change = {.subject = subject, .reason = reason};

    fixture_write(f, job, &change);
    return change;
}

static inline struct revocation_change shut_out(
    struct fixture *f, const char *mac, const char *reason)
{
    return apply(f, revocation_change_revoke, mac, reason);
}

static inline struct revocation_change let_in(struct fixture *f, const char *mac)
{
    return apply(f, revocation_change_readmit, mac, "");
}

static inline int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_add(connection, ctx, NULL, err);
}

static inline void add_certificate_of(struct fixture *f, const char *serial, const char *mac,
    int64_t begins_ms, enum certificate_origin origin)
{
    struct certificate_record record = {
        .not_before_ms = begins_ms, .not_after_ms = INT64_MAX, .origin = origin};

    snprintf(record.serial, sizeof record.serial, "%s", serial);
    snprintf(record.mac, sizeof record.mac, "%s", mac);
    snprintf(record.common_name, sizeof record.common_name, "%s", mac);
    snprintf(record.fingerprint, sizeof record.fingerprint, "%s-%s", serial, mac);
    fixture_write(f, add, &record);
}

static inline void add_certificate(
    struct fixture *f, const char *serial, const char *mac, int64_t begins_ms)
{
    add_certificate_of(f, serial, mac, begins_ms, CERTIFICATE_ISSUED);
}

static inline struct revocation_list *load(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct revocation_list *list = NULL;

    assert_int_equal(revocation_load(connection, &list, NULL), 0);
    store_read_end(f->store, connection);
    return list;
}

// The list without its first and last line, and without the time that an entry has.
static inline void assert_list(struct fixture *f, const char *expected)
{
    struct revocation_list *list = load(f);
    char entries[1024] = "";
    char *text;
    size_t n;

    assert_int_equal(revocation_list_format(list, &text, &n), 0);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *before = strstr(line, " before ");

        if (before != NULL)
            before[strlen(" before")] = '\0';
        if (strncmp(line, "serial ", 7) == 0 || strncmp(line, "device ", 7) == 0)
            snprintf(entries + strlen(entries), sizeof entries - strlen(entries), "%s; ", line);
    }
    free(text);
    revocation_list_free(list);
    assert_string_equal(entries, expected);
}

static inline struct device_record device(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static inline int see(const struct event *event, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 512, "%s %s; ", event->kind, event->detail);
    return 0;
}

static inline void assert_events(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[8192] = "";

    assert_int_equal(event_store_each(connection, mac, 20, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static inline int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static inline int64_t give(struct fixture *f, const char *mac, enum command_state state)
{
    struct command command = {.name = "reboot",
        .state = state,
        .created_at_ms = 1,
        .sent_at_ms = state == COMMAND_QUEUED ? 0 : 1};

    snprintf(command.mac, sizeof command.mac, "%s", mac);
    fixture_write(f, add_command, &command);
    return command.id;
}

static inline void assert_command(
    struct fixture *f, int64_t id, enum command_state state, const char *result, const char *detail)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(command.state, state);
    assert_string_equal(command.result, result);
    assert_non_null(strstr(command.detail, detail));
    assert_int_equal(command.ended_at_ms > 0, result[0] != '\0');
}

#endif
