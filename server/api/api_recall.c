// The body of POST /commands/cancel.
#include "server/api/api_recall.h"

#include <jansson.h>

#include "server/api/api_members.h"

static const struct api_member members[] = {
    {"ids", API_MEMBER_INTEGERS},
    {"macs", API_MEMBER_TEXTS},
    {0},
};

static int read_recall(const json_t *body, struct api_recall *out, struct err *err)
{
    const json_t *ids = json_object_get(body, "ids");
    const json_t *macs = json_object_get(body, "macs");

    out->id_count = json_array_size(ids);
    out->mac_count = json_array_size(macs);
    if (out->id_count + out->mac_count == 0)
        return err_set(err, ERR_INVALID, "the body needs \"ids\" or \"macs\" with something in it");
    if (out->id_count + out->mac_count > API_RECALL_MAX)
        return err_set(
            err, ERR_INVALID, "at most %d commands and devices at a time", API_RECALL_MAX);
    for (size_t i = 0; i < out->id_count; i++)
        out->ids[i] = json_integer_value(json_array_get(ids, i));
    for (size_t i = 0; i < out->mac_count; i++) {
        int rc =
            api_members_read_mac(json_string_value(json_array_get(macs, i)), out->macs[i], err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

int api_recall_decode(const uint8_t *p, size_t n, struct api_recall *out, struct err *err)
{
    json_t *body;
    int rc = api_members_read(p, n, members, &body, err);

    if (rc < 0)
        return rc;
    rc = read_recall(body, out, err);
    json_decref(body);
    return rc;
}
