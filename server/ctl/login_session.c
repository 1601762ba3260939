// Sessions and tokens at a server.
#include "server/ctl/login_session.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/url.h"

#define DAYS 90
#define DAY_MS ((int64_t)24 * 3600 * 1000)

// Posts a body that may hold a secret, and gives up the reference to it.
static int post(
    struct client *client, const char *path, json_t *body, json_t **answer, struct err *err)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct client_request request = {
        .method = "POST", .path = path, .body = (const uint8_t *)text, .type = "application/json"};
    int rc = text != NULL ? 0 : err_set(err, ERR_INVALID, "what is given must be UTF-8");

    json_decref(body);
    if (rc == 0) {
        request.size_bytes = strlen(text);
        rc = client_call(client, &request, answer, err);
        explicit_bzero(text, request.size_bytes);
    }
    free(text);
    return rc;
}

static int copy(
    const json_t *answer, const char *member, char out[SERVER_RECORD_TEXT_SIZE], struct err *err)
{
    const char *text = field_text(answer, member, "");
    size_t n = strlen(text);

    if (n == 0 || n >= SERVER_RECORD_TEXT_SIZE)
        return err_set(err, ERR_IO, "the daemon's answer has no %s that can be used", member);
    memcpy(out, text, n + 1);
    return 0;
}

// A token that was made on the server itself is of no user: its own name is said instead.
static int read_who(const json_t *answer, struct server_record *record, struct err *err)
{
    bool is_user = field_text(answer, "name", "")[0] != '\0';
    int rc = copy(answer, is_user ? "name" : "token", record->user, err);

    return rc < 0 ? rc : copy(answer, "role", record->role, err);
}

int login_session_begin(
    struct client *client, const char *password, struct server_record *record, struct err *err)
{
    json_t *answer;
    int rc = post(client, "/api/v1/session",
        json_pack("{s:s, s:s}", "name", record->user, "password", password), &answer, err);

    if (rc < 0)
        return rc;
    rc = read_who(answer, record, err);
    json_decref(answer);
    return rc;
}

static int post_nothing(struct client *client, const char *path, struct err *err)
{
    struct client_request request = {.method = "POST", .path = path};
    json_t *answer;
    int rc = client_call(client, &request, &answer, err);

    if (rc == 0)
        json_decref(answer);
    return rc;
}

int login_session_end(struct client *client, struct err *err)
{
    return post_nothing(client, "/api/v1/session/end", err);
}

int login_session_make_token(
    struct client *client, const char *name, struct server_record *record, struct err *err)
{
    json_t *answer;
    int rc = post(client, "/api/v1/tokens",
        json_pack("{s:s, s:s, s:i}", "name", name, "role", record->role, "days", DAYS), &answer,
        err);

    if (rc < 0)
        return rc;
    rc = copy(answer, "token", record->token, err);
    if (rc == 0)
        rc = copy(answer, "name", record->token_name, err);
    record->until_ms = field_integer(answer, "ends_at_ms", clock_system_ms() + DAYS * DAY_MS);
    json_decref(answer);
    return rc;
}

int login_session_ask(struct client *client, struct server_record *record, struct err *err)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/session"};
    json_t *answer;
    int rc = client_call(client, &request, &answer, err);

    if (rc < 0)
        return rc;
    rc = read_who(answer, record, err);
    record->until_ms = field_integer(answer, "ends_at_ms", 0);
    json_decref(answer);
    return rc;
}

int login_session_remove_token(struct client *client, const char *name, struct err *err)
{
    struct url url;

    url_init(&url, "/api/v1/tokens");
    url_segment(&url, name);
    url_segment(&url, "remove");

    int rc = url_text(&url) != NULL ? post_nothing(client, url_text(&url), err)
                                    : err_set(err, ERR_NO_MEMORY, "no memory for a request");

    url_clear(&url);
    return rc;
}
