// Events: what is read is within its bounds, and read alike when it is written again.
#include "server/ingest/event_decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"
#include "server/model/event_kind.h"
#include "test/fuzz/fuzz.h"

static void check_text(const char *text, size_t size)
{
    FUZZ_CHECK(memchr(text, '\0', size) != NULL && utf8_is_valid(text));
}

static void check_bounds(const struct event *e)
{
    FUZZ_CHECK(e->mac[0] == '\0' && e->at_ms == 0);
    FUZZ_CHECK(e->command_id >= 0 && e->command_id <= (int64_t)1 << 53);
    check_text(e->kind, sizeof e->kind);
    check_text(e->command, sizeof e->command);
    check_text(e->result, sizeof e->result);
    check_text(e->image, sizeof e->image);
    check_text(e->detail, sizeof e->detail);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_WILL) != 0 && strcmp(e->kind, EVENT_KIND_REBOOT) != 0);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_SHARED_IDENTITY) != 0);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_DOWNLOAD) != 0);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_REVOKED) != 0);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_READMITTED) != 0);
    FUZZ_CHECK(strcmp(e->kind, EVENT_KIND_LIMITED) != 0);
}

static char *encode(const struct event *e)
{
    json_t *object = json_pack("{ss ss ss ss ss sI}", CONTRACT_EVENT_KIND, e->kind,
        CONTRACT_EVENT_COMMAND, e->command, CONTRACT_EVENT_RESULT, e->result, CONTRACT_EVENT_IMAGE,
        e->image, CONTRACT_EVENT_DETAIL, e->detail, CONTRACT_EVENT_ID, (json_int_t)e->command_id);
    char *text = json_dumps(object, 0);

    json_decref(object);
    FUZZ_CHECK(text != NULL);
    return text;
}

static void check_again(const struct event *e, const struct event *again)
{
    FUZZ_CHECK(again->command_id == e->command_id && strcmp(again->kind, e->kind) == 0);
    FUZZ_CHECK(strcmp(again->command, e->command) == 0 && strcmp(again->result, e->result) == 0);
    FUZZ_CHECK(strcmp(again->image, e->image) == 0 && strcmp(again->detail, e->detail) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct event event;
    struct event again;
    struct payload_faults faults = {0};

    fuzz_fill(&event, sizeof event);
    event_decode(fuzz_bytes(p, n), n, &event, &faults);
    check_bounds(&event);
    FUZZ_CHECK(event.kind[0] != '\0' || faults.count > 0);

    char *text = encode(&event);

    // Escaped, control characters take six times their room.
    if (event.kind[0] != '\0' && strlen(text) <= CONTRACT_PAYLOAD_MAX) {
        faults.count = 0;
        event_decode((const uint8_t *)text, strlen(text), &again, &faults);
        FUZZ_CHECK(faults.count == 0);
        check_bounds(&again);
        check_again(&event, &again);
    }
    free(text);
    return 0;
}
