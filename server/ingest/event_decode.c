// Events from bytes.
#include "server/ingest/event_decode.h"

#include <string.h>

#include "common/contract.h"
#include "server/ingest/event_kind.h"
#include "server/ingest/payload.h"

#define ID_MAX ((int64_t)1 << 53) // whole numbers beyond are not exact in JSON

static const char *const own_kinds[] = {
    EVENT_KIND_WILL,
    EVENT_KIND_REBOOT,
    EVENT_KIND_SHARED_IDENTITY,
    EVENT_KIND_DOWNLOAD,
};

static const char *find_fault(const struct event *event)
{
    if (event->kind[0] == '\0')
        return "no kind of event";
    for (size_t i = 0; i < sizeof own_kinds / sizeof own_kinds[0]; i++) {
        if (strcmp(own_kinds[i], event->kind) == 0)
            return "a kind of event that is not the device's to tell";
    }
    return NULL;
}

int event_decode(const uint8_t *p, size_t n, struct event *out, const char **reason)
{
    json_t *json;
    struct event e = {0};
    int rc = payload_parse(p, n, &json, reason);

    if (rc < 0)
        return rc;
    payload_get_text(json, CONTRACT_EVENT_KIND, e.kind, sizeof e.kind);
    payload_get_text(json, CONTRACT_EVENT_COMMAND, e.command, sizeof e.command);
    payload_get_text(json, CONTRACT_EVENT_RESULT, e.result, sizeof e.result);
    payload_get_text(json, CONTRACT_EVENT_IMAGE, e.image, sizeof e.image);
    payload_get_text_cut(json, CONTRACT_EVENT_DETAIL, e.detail, sizeof e.detail);
    if (!payload_get_integer(json, CONTRACT_EVENT_ID, 1, ID_MAX, &e.command_id))
        e.command_id = 0;
    json_decref(json);

    const char *fault = find_fault(&e);

    if (fault != NULL) {
        *reason = fault;
        return ERR_INVALID;
    }
    *out = e;
    return 0;
}
