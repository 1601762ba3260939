// When a change of who is shut out takes effect.
#include "server/ctl/revocation_show.h"

#include <stdint.h>
#include <stdio.h>

#include "server/ctl/field.h"
#include "server/ctl/output.h"

#define AT_ONCE_MS 10 // less needs no figure

static void print_count(int64_t count, const char *one, const char *many)
{
    printf("%lld %s", (long long)count, count == 1 ? one : many);
}

static void print_after(int64_t after_ms)
{
    if (after_ms < AT_ONCE_MS)
        fputs("at once", stdout);
    else
        printf(
            "after %lld.%02lld s", (long long)(after_ms / 1000), (long long)(after_ms % 1000 / 10));
}

static void print_plane(const json_t *plane)
{
    print_after(field_integer(plane, "after_ms", 0));
    fputs(" (", stdout);
    print_count(field_integer(plane, "ended", 0), "connection", "connections");
    fputs(" ended)", stdout);
}

// What ended with it, if anything.
static void print_ended(const json_t *answer)
{
    int64_t certificates = field_integer(answer, "certificates", 0);
    int64_t commands = field_integer(answer, "commands", 0);

    if (certificates > 0) {
        fputs("; known certificates: ", stdout);
        printf("%lld", (long long)certificates);
    }
    if (commands > 0) {
        fputs("; ", stdout);
        print_count(commands, "command", "commands");
        fputs(" ended", stdout);
    }
}

static void print_effect(const json_t *answer)
{
    const json_t *broker = json_object_get(answer, "broker");

    fputs("download server: ", stdout);
    print_plane(json_object_get(answer, "download_server"));
    fputs("; broker: ", stdout);
    if (field_is_true(broker, "applied")) {
        print_plane(broker);
    } else {
        fputs("NOT YET: ", stdout);
        text_print(stdout, field_text(broker, "reason", "it has not said so"));
    }
    putchar('\n');
}

static int show(const struct subcommand_call *call, json_t *answer, revocation_show_change *change,
    struct err *err)
{
    const json_t *broker = json_object_get(answer, "broker");

    if (!call->json) {
        change(answer);
        print_ended(answer);
        putchar('\n');
        print_effect(answer);
    } else if (output_json(json_incref(answer), err) < 0) {
        return SUBCOMMAND_FAILED;
    }
    if (field_is_true(broker, "applied"))
        return SUBCOMMAND_OK;
    return err_set(err, ERR_UNAVAILABLE,
        "the broker does not use it yet; it is recorded, and takes effect there when the broker "
        "gets to it: 'secureesp status' shows which list the broker uses, this one is %lld",
        (long long)field_integer(answer, "number", 0));
}

// Not by present_request(): the exit code depends on the answer with --json, too.
int revocation_show_request(const struct subcommand_call *call,
    const struct client_request *request, revocation_show_change *change, struct err *err)
{
    struct client *client;
    json_t *answer;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, request, &answer, err);
    client_close(client);
    if (rc < 0)
        return rc;
    rc = show(call, answer, change, err);
    json_decref(answer);
    return rc;
}
