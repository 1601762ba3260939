// What a device is offered, as its page says it.
#include "server/ctl/device_offer.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"

#define LABEL "%-18s"

// What stands before the image that follows, and behind it.
static const struct {
    const char *reason, *before, *behind;
} reasons[] = {
    {"newest", "nothing: nothing newer is published for it", NULL},
    {"unknown-image", "nothing: its image was never added", NULL},
    {"key", "nothing: it cannot verify ", ""},
    {"layout", "nothing: ", " is of another flash layout"},
    {"held", "nothing: it is held", NULL},
    {"pin", "nothing: ", " is beyond its pin"},
};

void device_offer_show(const json_t *device)
{
    const json_t *offer = json_object_get(device, "offer");
    const char *reason = field_text(offer, "reason", "");
    const char *next = field_text(offer, "next", "-");
    size_t i = 0;

    if (field_has(offer, "rollout")) {
        text_line(stdout, LABEL "nothing: %s is kept by rollout %s", "offered", next,
            field_text(offer, "rollout", "-"));
        return;
    }
    while (i < sizeof reasons / sizeof reasons[0] && strcmp(reasons[i].reason, reason) != 0)
        i++;
    if (i == sizeof reasons / sizeof reasons[0])
        text_line(stdout, LABEL "%s", "offered", field_text(offer, "image", "-"));
    else if (reasons[i].behind == NULL)
        text_line(stdout, LABEL "%s", "offered", reasons[i].before);
    else
        text_line(stdout, LABEL "%s%s%s", "offered", reasons[i].before, next, reasons[i].behind);
}
