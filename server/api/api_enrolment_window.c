// The time in which every device gets a certificate, and how enrolment stands.
#include "server/api/api_enrolment_window.h"

#include <errno.h>
#include <stdlib.h>

#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/base/clock.h"
#include "server/enrol/enrol_office.h"
#include "server/store/enrolment_store.h"

#define WINDOW_USUAL 100 // devices that a window lets in
#define WINDOW_MAX 100000

static bool read_number(const char *text, int64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

// Seconds, 0 to close.
static int read_seconds(const struct api *api, const char *text, int64_t *out, struct err *err)
{
    if (text == NULL || !read_number(text, out) || *out < 0 || *out > api->enrolment.window_max_s)
        return err_set(err, ERR_INVALID,
            "for_s must be seconds, at most window_max_s of the configuration, which is %lld; 0 "
            "closes the window",
            (long long)api->enrolment.window_max_s);
    if (*out > 0 && !api->enrolment.is_on)
        return err_set(err, ERR_CONFLICT,
            "enrolment is off: set port and claim_ca in section [enrolment] of the configuration, "
            "and restart the daemon");
    return 0;
}

static int read_window(const struct http_request *request, const struct api *api,
    struct enrol_office_window *out, struct err *err)
{
    const char *at_most = http_request_query(request, "at_most");
    int64_t seconds;
    int rc = read_seconds(api, http_request_query(request, "for_s"), &seconds, err);

    if (rc < 0)
        return rc;
    out->for_ms = seconds * 1000;
    out->at_most = WINDOW_USUAL;
    if (at_most != NULL &&
        (!read_number(at_most, &out->at_most) || out->at_most < 1 || out->at_most > WINDOW_MAX))
        return err_set(
            err, ERR_INVALID, "at_most must be a number of devices, 1 to %d", WINDOW_MAX);
    return 0;
}

// Adds the members that tell of the window.
static void add_window(json_t **object, const struct enrolment_window *window)
{
    bool is_on = enrolment_window_store_is_on(window, clock_now_ms());

    api_json_set(object, "open_until_ms", is_on ? json_integer(window->until_ms) : json_null());
    api_json_set(object, "open_at_most", is_on ? json_integer(window->at_most) : json_null());
    api_json_set(object, "open_let_in", is_on ? json_integer(window->let_in) : json_null());
}

void api_enrolment_window_open(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct enrol_office_window wanted;
    struct enrolment_window window = {0};
    struct err err = {0};
    json_t *object;
    int rc = read_window(request, api, &wanted, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = enrol_office_open(api->store, &wanted, &by, &window, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    object = json_object();
    add_window(&object, &window);
    api_json_send(response, 200, object);
}

int api_enrolment_window_state(
    const struct api *api, struct store_connection *connection, json_t **out, struct err *err)
{
    int64_t counts[ENROLMENT_STATE_COUNT];
    struct enrolment_window window = {0};
    int rc = enrolment_store_count(connection, counts, err);

    if (rc == 0)
        rc = enrolment_window_store_get(connection, &window, err);
    if (rc < 0)
        return rc;

    json_t *object = json_object();

    api_json_set(&object, "on", json_boolean(api->enrolment.is_on));
    api_json_set(&object, "policy", api_json_text(api->enrolment.policy));
    add_window(&object, &window);
    for (int i = 0; i < ENROLMENT_STATE_COUNT; i++)
        api_json_set(&object, enrolment_state_name((enum enrolment_state)i),
            json_integer((json_int_t)counts[i]));
    *out = object;
    return 0;
}
