// Requests that switch something of a device.
#include "server/api/api_switch.h"

#include "server/api/api_author.h"
#include "server/api/api_members.h"

int api_switch_read(const struct http_request *request, struct api_switch *out, struct err *err)
{
    const char *on = http_request_query(request, "on");
    int rc = api_members_read_mac(http_request_segment(request, 0), out->mac, err);

    api_author_of(request, &out->by);
    out->on = api_members_is_set(on);
    out->forced = api_members_is_set(http_request_query(request, "force"));
    if (rc == 0 && on == NULL)
        return err_set(err, ERR_INVALID, "on must be 1 or 0");
    return rc;
}
