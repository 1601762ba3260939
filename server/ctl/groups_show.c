// `secureesp groups show`: one group, and what asks for it.
#include "server/ctl/groups_show.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define LABEL_WIDTH 12

static void print_text(const char *label, const json_t *group, const char *member)
{
    printf("%-*s", LABEL_WIDTH, label);
    text_line(stdout, "%s", field_text(group, member, "-"));
}

static void print_names(const char *label, const json_t *names)
{
    if (json_array_size(names) == 0)
        return;
    printf("%-*s", LABEL_WIDTH, label);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        fputs(i > 0 ? ", " : "", stdout);
        text_print(stdout, name != NULL ? name : "-");
    }
    putchar('\n');
}

static int show(const struct subcommand_call *call, const json_t *group, struct err *err)
{
    const json_t *used_by = json_object_get(group, "used_by");
    char age[TEXT_SHORT_SIZE];

    (void)call;
    (void)err;
    field_age(group, "set_at_ms", clock_system_ms(), age);
    print_text("group", group, "name");
    print_text("filter", group, "filter");
    printf("%-*s%s ago by ", LABEL_WIDTH, "set", age);
    text_line(stdout, "%s", field_text(group, "set_by", "-"));
    print_text("channel", group, "channel");
    print_names("in groups", json_object_get(used_by, "groups"));
    print_names("webhooks", json_object_get(used_by, "webhooks"));
    print_names("rollouts", json_object_get(used_by, "rollouts"));
    if (field_is_true(used_by, "settings"))
        printf("%-*sit has some; `secureesp settings show --group` shows them\n", LABEL_WIDTH,
            "settings");
    return SUBCOMMAND_OK;
}

int groups_show_run(const struct subcommand_call *call, struct err *err)
{
    struct url url;

    url_init(&url, "/api/v1/groups");
    url_segment(&url, call->options->arguments[0]);

    struct client_request request = {.method = "GET", .path = url_text(&url)};
    int rc = present_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}
