// What is said beside the answer to any command: a certificate ends, and nobody has renewed it.
#include "server/ctl/notice.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/text.h"

#define DAY_MS INT64_C(86400000)

static const struct {
    const char *member;
    const char *name;
    const char *todo;
} certificates[] = {
    {"ca_not_after_ms", "the CA", "secureesp pki rotate"},
    {"server_not_after_ms", "the daemon", "secureesp pki renew"},
    {"broker_not_after_ms", "the broker", "secureesp pki renew"},
};

void notice_word(const json_t *status, int64_t now_ms, char out[NOTICE_SIZE])
{
    const json_t *ends = json_object_get(status, "certificates");
    int64_t soonest_ms = now_ms + NOTICE_DAYS * DAY_MS;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++) {
        int64_t end_ms = field_integer(ends, certificates[i].member, 0);

        if (end_ms == 0 || end_ms > soonest_ms)
            continue;
        soonest_ms = end_ms;
        if (end_ms <= now_ms)
            snprintf(out, NOTICE_SIZE, "the certificate of %s HAS ENDED: see '%s'",
                certificates[i].name, certificates[i].todo);
        else
            snprintf(out, NOTICE_SIZE, "the certificate of %s ends in %lld days: see '%s'",
                certificates[i].name, (long long)((end_ms - now_ms) / DAY_MS),
                certificates[i].todo);
    }
}

// These say it themselves, or ask no daemon.
static bool is_silent(const struct subcommand *command)
{
    static const char *const groups[] = {"status", "pki", "help"};

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (strcmp(command->group, groups[i]) == 0)
            return true;
    }
    return false;
}

void notice_show(const struct subcommand_call *call, const struct subcommand *command)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/status", .is_look = true};
    struct client *client;
    json_t *status;
    char word[NOTICE_SIZE];

    if (call->json || call->target == NULL || isatty(STDERR_FILENO) != 1 || is_silent(command) ||
        client_open(call->target, &client, NULL) < 0)
        return;
    if (client_call(client, &request, &status, NULL) == 0) {
        notice_word(status, clock_system_ms(), word);
        if (word[0] != '\0')
            text_line(stderr, "secureesp: %s", word);
        json_decref(status);
    }
    client_close(client);
}
