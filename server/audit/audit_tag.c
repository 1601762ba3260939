// What tells the states of an object apart.
#include "server/audit/audit_tag.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_state.h"
#include "server/pki/digest.h"
#include "server/store/audit_store.h"

// Neither names nor states hold a line's end, so that no two objects have one text.
static void digest(enum audit_kind kind, const char *object, const struct audit_json *state,
    int64_t number, char out[AUDIT_TAG_SIZE])
{
    char text[AUDIT_KIND_SIZE + AUDIT_OBJECT_SIZE + AUDIT_STATE_SIZE + 32];
    char whole[DIGEST_SHA256_TEXT_SIZE];
    int n = snprintf(text, sizeof text, "%s\n%s\n%lld\n%s", audit_kind_name(kind), object,
        (long long)number, state->text);

    digest_sha256((const uint8_t *)text, (size_t)n, whole);
    memcpy(out, whole, AUDIT_TAG_SIZE - 1);
    out[AUDIT_TAG_SIZE - 1] = '\0';
}

int audit_tag_read(struct store_connection *connection, enum audit_kind kind, const char *object,
    char out[AUDIT_TAG_SIZE], struct err *err)
{
    struct audit_json state = {.n = 0};
    int64_t number = 0;
    int rc = audit_state_read(connection, kind, object, &state, err);

    if (rc == 0 && state.failed)
        rc = err_set(err, ERR_TOO_LARGE, "there is no room to tell the state of \"%s\"", object);
    if (rc == 0)
        rc = audit_store_get_last_of(connection, audit_kind_name(kind), object, &number, err);
    if (rc < 0)
        return rc;
    if (state.n == 0)
        out[0] = '\0';
    else
        digest(kind, object, &state, number, out);
    return 0;
}
