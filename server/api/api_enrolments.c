// Who is on the way to a certificate, and what operators decide of it.
#include "server/api/api_enrolments.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_once.h"
#include "server/api/api_pages.h"
#include "server/api/api_text.h"
#include "server/base/clock.h"
#include "server/enrol/enrol_office.h"
#include "server/store/enrolment_store.h"

#define ADD_MAX 10000

static void add_string(struct api_text *text, const char *name, const char *value)
{
    api_text_add(text, name);
    api_text_add_string(text, value);
}

static void add_number(struct api_text *text, const char *name, int64_t value)
{
    api_text_add(text, name);
    api_text_add_integer(text, value);
}

static void add_time(struct api_text *text, const char *name, int64_t time_ms)
{
    if (time_ms != 0) {
        add_number(text, name, time_ms);
        return;
    }
    api_text_add(text, name);
    api_text_add(text, "null");
}

static void add_enrolment(struct api_text *text, const struct enrolment *it)
{
    bool has_code = it->code_sha256[0] != '\0';

    add_string(text, "{\"mac\":", it->mac);
    add_string(text, ",\"state\":", enrolment_state_name(it->state));
    add_string(text, ",\"key_sha256\":", it->key_sha256);
    add_string(text, ",\"claim\":", it->claim);
    add_string(text, ",\"address\":", it->address);
    add_time(text, ",\"first_asked_ms\":", it->first_asked_ms);
    add_time(text, ",\"last_asked_ms\":", it->last_asked_ms);
    add_number(text, ",\"tries\":", it->tries);
    api_text_add(text, has_code ? ",\"needs_code\":true" : ",\"needs_code\":false");
    add_number(text, ",\"wrong_codes\":", it->code_tries);
    add_string(text, ",\"decided_by\":", it->decided_by);
    add_time(text, ",\"decided_at_ms\":", it->decided_at_ms);
    add_number(text, ",\"alarms\":", it->alarms);
    add_time(text, ",\"alarm_at_ms\":", it->alarm_at_ms);
    add_string(text, ",\"alarm_key_sha256\":", it->alarm_key_sha256);
    add_string(text, ",\"serial\":", it->serial);
    add_string(text, ",\"trouble\":", it->trouble);
    add_time(text, ",\"trouble_at_ms\":", it->trouble_at_ms);
    api_text_add(text, "}");
}

static void send_text(struct http_response *response, unsigned status, struct api_text *text)
{
    struct err err = {0};

    if (text->failed) {
        api_text_clear(text);
        err_set(&err, ERR_NO_MEMORY, "no memory for enrolments");
        api_json_refuse(response, &err);
        return;
    }

    struct http_response_bytes bytes = http_response_own(text->p, text->n);

    http_response_set_bytes(response, status, "application/json", &bytes);
}

// A list under way.
struct list {
    enum enrolment_state state; // ENROLMENT_STATE_COUNT: all
    bool has_pending;           // those that wait have been read
    char after[MAC_SIZE];
    struct api_pages *pages; // of the present page
    size_t count;            // of its rows
};

static int append(const struct enrolment *it, void *ctx)
{
    struct list *list = ctx;
    struct api_text *text = api_pages_begin_row(list->pages);

    add_enrolment(text, it);
    memcpy(list->after, it->mac, sizeof list->after);
    list->count++;
    return text->failed ? ERR_NO_MEMORY : 0;
}

// Those that wait are few (ENROL_JUDGE_PENDING_MAX), and one piece.
static int read_pending(struct store_connection *connection, struct list *list, struct err *err)
{
    bool wanted = list->state == ENROLMENT_STATE_COUNT || list->state == ENROLMENT_PENDING;
    int rc = wanted ? enrolment_store_each_pending(connection, append, list, err) : 0;

    list->has_pending = true;
    list->after[0] = '\0';
    return rc < 0 ? rc : list->state != ENROLMENT_PENDING;
}

static int read_others(struct store_connection *connection, struct list *list, struct err *err)
{
    char after[MAC_SIZE];
    struct enrolment_page page = {after, API_PAGES_ROWS, list->state};

    memcpy(after, list->after, sizeof after);
    list->count = 0;

    int rc = enrolment_store_page(connection, &page, append, list, err);

    return rc < 0 ? rc : list->count == API_PAGES_ROWS;
}

static int read_page(
    struct store_connection *connection, struct api_pages *pages, void *ctx, struct err *err)
{
    struct list *list = ctx;

    list->pages = pages;

    int rc = list->has_pending ? read_others(connection, list, err)
                               : read_pending(connection, list, err);

    return rc == ERR_NO_MEMORY ? err_set(err, rc, "no memory for the list") : rc;
}

// ENROLMENT_STATE_COUNT without one.
static int read_state(const char *name, enum enrolment_state *out, struct err *err)
{
    *out = ENROLMENT_STATE_COUNT;
    if (name == NULL)
        return 0;
    for (int i = 0; i < ENROLMENT_STATE_COUNT; i++) {
        if (strcmp(name, enrolment_state_name((enum enrolment_state)i)) == 0) {
            *out = (enum enrolment_state)i;
            return 0;
        }
    }
    return err_set(
        err, ERR_INVALID, "state must be listed, pending, approved, rejected or enrolled");
}

void api_enrolments_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct err err = {0};
    enum enrolment_state state;
    struct list *list;

    if (read_state(http_request_query(request, "state"), &state, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    list = calloc(1, sizeof *list);
    if (list == NULL)
        return;
    list->state = state;
    api_pages_send(
        &(struct api_pages_source){"enrolments", api->store, read_page, free, list}, response);
}

// The body of a POST /enrolments. The caller frees *entries.
static int read_wish(const struct http_request *request, struct enrol_office_entry **entries,
    size_t *count, bool *with_code, struct err *err)
{
    static const struct api_member table[] = {
        {"macs", API_MEMBER_TEXTS}, {"code", API_MEMBER_FLAG}, {0}};
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    json_t *wish;
    int rc = api_members_read(body, n, table, &wish, err);

    if (rc < 0)
        return rc;

    const json_t *macs = json_object_get(wish, "macs");

    *with_code = json_is_true(json_object_get(wish, "code"));
    *count = json_array_size(macs);
    *entries = calloc(*count + 1, sizeof **entries);
    if (*entries == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for enrolments");
    else if (*count == 0 || *count > ADD_MAX)
        rc = err_set(err, ERR_INVALID, "give 1 to %d devices with \"macs\"", ADD_MAX);
    for (size_t i = 0; rc == 0 && i < *count; i++)
        rc = api_members_read_mac(
            json_string_value(json_array_get(macs, i)), (*entries)[i].mac, err);
    json_decref(wish);
    return rc;
}

struct adding {
    struct enrol_office_entry *entries;
    size_t count;
    bool with_code;
};

static json_t *describe_entries(const struct adding *adding)
{
    const struct enrol_office_entry *entries = adding->entries;
    json_t *list = json_array();

    for (size_t i = 0; i < adding->count; i++)
        api_json_append(&list, json_pack("{ss so sb}", "mac", entries[i].mac, "code",
                                   api_json_text(entries[i].code), "new", entries[i].is_new));
    return list;
}

// An api_once_describe. A code is told once, and nowhere kept.
static int describe_added(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    const struct adding *adding = ctx;

    (void)connection;
    if (adding->with_code)
        return err_set(err, ERR_INVALID,
            "with an Idempotency-Key there are no codes, as an answer that holds any is not kept");
    *out = describe_entries(adding);
    return 0;
}

void api_enrolments_add(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct adding adding = {.count = 0};
    struct api_once_answer answer = {201, describe_added, &adding};
    struct audit_author by;
    struct err err = {0};
    json_t *list = NULL;
    int rc = read_wish(request, &adding.entries, &adding.count, &adding.with_code, &err);

    api_once_answer_by(request, &answer);
    api_author_of(request, &by);
    if (rc == 0)
        rc =
            enrol_office_add(api->store, adding.entries, adding.count, adding.with_code, &by, &err);
    if (rc == 0)
        list = describe_entries(&adding);
    if (adding.entries != NULL)
        explicit_bzero(adding.entries, adding.count * sizeof adding.entries[0]);
    free(adding.entries);
    if (rc == 0)
        api_json_send(response, 201, list);
    else
        api_json_refuse(response, &err);
}

static void send_row(
    struct http_response *response, int rc, const struct enrolment *row, const struct err *err)
{
    struct api_text text = {0};

    if (rc < 0) {
        api_json_refuse(response, err);
        return;
    }
    add_enrolment(&text, row);
    send_text(response, 200, &text);
}

void api_enrolments_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    char mac[MAC_SIZE];
    struct enrolment row = {0};
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = enrolment_store_get(connection, mac, &row, &err);
        store_read_end(api->store, connection);
    }
    send_row(response, rc, &row, &err);
}

// The beginning of a key's SHA-256, in lower case; "" without one.
static int read_key(const char *text, char out[ENROLMENT_DIGEST_SIZE], struct err *err)
{
    size_t n = text != NULL ? strlen(text) : 0;

    out[0] = '\0';
    if (text == NULL)
        return 0;
    if (n < ENROL_OFFICE_KEY_MIN || n >= ENROLMENT_DIGEST_SIZE ||
        strspn(text, "0123456789abcdefABCDEF") != n)
        return err_set(err, ERR_INVALID, "key must be %d to %d hex digits", ENROL_OFFICE_KEY_MIN,
            ENROLMENT_DIGEST_SIZE - 1);
    for (size_t i = 0; i <= n; i++)
        out[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] - 'A' + 'a') : text[i];
    return 0;
}

void api_enrolments_approve(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    char mac[MAC_SIZE];
    char key[ENROLMENT_DIGEST_SIZE];
    struct enrol_office_approval approval = {.mac = mac,
        .any_key = api_members_is_set(http_request_query(request, "any_key")),
        .by = &by};
    struct enrolment row = {0};
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = read_key(http_request_query(request, "key"), key, &err);
    if (rc == 0 && key[0] != '\0')
        approval.key = key;
    if (rc == 0 && approval.key != NULL && approval.any_key)
        rc = err_set(&err, ERR_INVALID, "key and any_key exclude each other");
    if (rc == 0)
        rc = enrol_office_approve(api->store, &approval, &row, &err);
    send_row(response, rc, &row, &err);
}

void api_enrolments_reject(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    char mac[MAC_SIZE];
    struct enrolment row = {0};
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = enrol_office_reject(api->store, mac, &by, &row, &err);
    send_row(response, rc, &row, &err);
}

void api_enrolments_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    char mac[MAC_SIZE];
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = enrol_office_remove(api->store, mac, &by, &err);
    if (rc == 0)
        api_json_send(response, 200, json_pack("{ss sb}", "mac", mac, "removed", 1));
    else
        api_json_refuse(response, &err);
}
