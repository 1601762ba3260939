// Certificates that are known, and those that are to be.
#include "server/api/api_certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_certificate.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_once.h"
#include "server/api/api_page.h"
#include "server/api/api_text.h"
#include "server/revocation/revocation_register.h"
#include "server/api/api_revocation.h"
#include "server/base/clock.h"
#include "server/model/serial.h"
#include "server/revocation/revocation_guard.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

static const char *const states[] = {"good", "revoked", "on-hold", "expired", "not-yet-valid"};

// A list under way. As text: a fleet's has a hundred thousand of them.
struct list {
    struct store_connection *connection;
    const char *state; // NULL: all
    int64_t now_ms;
    struct api_page page;
    struct api_cursor from; // where it begins
    struct err *err;
};

static int append(const struct certificate_record *record, void *ctx)
{
    struct list *list = ctx;
    struct api_page *page = &list->page;
    struct device_revocation device;
    int rc = record->mac[0] != '\0'
                 ? revocation_store_get(list->connection, record->mac, &device, list->err)
                 : ERR_NOT_FOUND;

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;

    struct certificate_standing standing =
        certificate_record_standing(record, rc == 0 ? &device : NULL, list->now_ms);

    if (list->state != NULL && strcmp(list->state, standing.state) != 0)
        return 0;

    struct api_text *text = api_page_begin_row(page);

    if (text == NULL)
        return 1;
    api_certificate_write(text, record, &standing);
    page->at.number = record->known_at_ms;
    snprintf(page->at.tail, sizeof page->at.tail, "%s", record->fingerprint);
    snprintf(page->at.text, sizeof page->at.text, "%s", record->serial);
    return text->failed ? ERR_NO_MEMORY : 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

// Of one device, the newest first: those that stand behind the place, whose text is the beginning
// of the validity and the serial.
static int append_of_device(const struct certificate_record *record, void *ctx)
{
    struct list *list = ctx;
    char *serial;
    int64_t not_before_ms = strtoll(list->from.text, &serial, 10);
    int order = compare_numbers(list->from.number, record->known_at_ms);
    int rc;

    if (order == 0)
        order = compare_numbers(not_before_ms, record->not_before_ms);
    if (order == 0)
        order = strcmp(record->serial, *serial == ' ' ? serial + 1 : serial);
    if (order == 0)
        order = strcmp(record->fingerprint, list->from.tail);
    if (list->page.is_next && order <= 0)
        return 0;
    rc = append(record, ctx);
    if (rc == 0)
        snprintf(list->page.at.text, sizeof list->page.at.text, "%lld %s",
            (long long)record->not_before_ms, record->serial);
    return rc;
}

static int read_list(struct list *list, const char *mac, struct err *err)
{
    struct certificate_store_place place = {list->from.text, list->from.tail};

    if (mac[0] != '\0')
        return certificate_store_each_of(list->connection, mac, append_of_device, list, err);
    if (list->page.is_next)
        return certificate_store_each_after(list->connection, &place, append, list, err);
    return certificate_store_each(list->connection, append, list, err);
}

static int read_filter(
    const struct http_request *request, struct list *list, char mac[MAC_SIZE], struct err *err)
{
    const char *of = http_request_query(request, "mac");

    list->state = http_request_query(request, "state");
    mac[0] = '\0';
    if (of != NULL && api_members_read_mac(of, mac, err) < 0)
        return ERR_INVALID;
    if (list->state == NULL)
        return 0;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(list->state, states[i]) == 0)
            return 0;
    }
    return err_set(
        err, ERR_INVALID, "state must be good, revoked, on-hold, expired or not-yet-valid");
}

void api_certificates_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct err err = {0};
    struct list list = {.now_ms = clock_system_ms(), .err = &err};
    char mac[MAC_SIZE];
    int rc = api_page_read(request, &list.page, &err);

    if (rc == 0)
        rc = read_filter(request, &list, mac, &err);
    list.from = list.page.at;
    if (rc == 0)
        rc = store_read_begin(api->store, &list.connection, &err);
    if (rc == 0) {
        rc = read_list(&list, mac, &err);
        store_read_end(api->store, list.connection);
    }
    api_page_send(request, &list.page, rc, &err, response);
}

static json_t *describe_result(const struct revocation_register_result *result)
{
    return json_pack("{sI sI sI sI so}", "added", (json_int_t)result->added, "known",
        (json_int_t)result->known, "foreign", (json_int_t)result->foreign, "revoked",
        (json_int_t)result->revoked, "revoked_name", api_json_text(result->revoked_name));
}

struct adding {
    struct revocation_register_result result;
    struct api_once_answer answer;
};

// An api_once_describe.
static int describe_added(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    struct adding *adding = ctx;

    (void)connection;
    (void)err;
    adding->answer.status = adding->result.added > 0 ? 201 : 200;
    *out = describe_result(&adding->result);
    return 0;
}

void api_certificates_add(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct revocation_register_text text;
    struct adding adding = {.answer = {200, describe_added, &adding}};
    struct err err = {0};

    api_once_answer_by(request, &adding.answer);
    api_author_of(request, &by);
    text.by = &by;
    text.p = http_request_body(request, &text.n);
    if (revocation_register_add(api->store, api->auth, &text, &adding.result, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(
            response, adding.result.added > 0 ? 201 : 200, describe_result(&adding.result));
}

int api_certificates_read_serial(const char *text, char out[SERIAL_SIZE], struct err *err)
{
    if (serial_parse(text, out))
        return 0;
    return err_set(err, ERR_INVALID,
        "\"%.80s\" is not a serial number: 1 to %d bytes as hex digits, with or without ':'", text,
        SERIAL_BYTES_MAX);
}

static int describe_one(
    struct store_connection *connection, const char *serial, json_t **out, struct err *err)
{
    struct certificate_record record;
    struct device_revocation device;
    int rc = certificate_store_get(connection, serial, &record, err);
    int revoked = ERR_NOT_FOUND;

    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, "no certificate with the serial number %s is known", serial);
    if (rc == 0 && record.mac[0] != '\0')
        revoked = revocation_store_get(connection, record.mac, &device, err);
    if (rc < 0 || (revoked < 0 && revoked != ERR_NOT_FOUND))
        return rc < 0 ? rc : revoked;

    struct certificate_standing standing =
        certificate_record_standing(&record, revoked == 0 ? &device : NULL, clock_system_ms());

    *out = api_certificate_json(&record, &standing);
    return *out != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
}

void api_certificates_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    char serial[SERIAL_SIZE];
    struct err err = {0};
    json_t *object = NULL;
    int rc = api_certificates_read_serial(http_request_segment(request, 0), serial, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = describe_one(connection, serial, &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0)
        api_json_send(response, 200, object);
    else
        api_json_refuse(response, &err);
}

void api_certificates_revoke(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *reason = http_request_query(request, "reason");
    bool force = api_members_is_set(http_request_query(request, "force"));
    char serial[SERIAL_SIZE];
    struct audit_author by;
    struct revocation_wish wish = {
        serial, reason != NULL ? reason : REVOCATION_REASON_USUAL, force, &by};
    struct revocation_outcome outcome;
    struct err err = {0};
    int rc = api_certificates_read_serial(http_request_segment(request, 0), serial, &err);

    api_author_of(request, &by);
    if (rc == 0 && !force)
        rc = revocation_guard_check(api->store, serial, &err);
    if (rc == 0)
        rc = revocation_revoke_certificate(api->revocation, &wish, &outcome, &err);
    if (rc != 0) {
        api_json_refuse(response, &err);
        return;
    }
    api_revocation_send(response,
        json_pack("{ss ss so sb}", "serial", serial, "reason", wish.reason, "mac",
            api_json_text(outcome.bearer), "last", outcome.was_last),
        &outcome);
}
