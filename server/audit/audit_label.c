// What operators call devices, for the audit log.
#include "server/audit/audit_label.h"

#include "server/store/label_store.h"

int audit_label_add(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct device_label label;
    int rc = label_store_get(connection, mac, &label, err);

    if (rc < 0)
        return rc;
    if (label.name[0] != '\0')
        audit_json_add_text(out, "label", label.name);
    if (label.place[0] != '\0')
        audit_json_add_text(out, "label_place", label.place);
    if (label.note[0] != '\0')
        audit_json_add_text(out, "label_note", label.note);
    return 0;
}
