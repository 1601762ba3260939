// Says which commands come to nothing, and why.
#include "server/command/command_tally.h"

#include "server/base/log.h"

#define LOG_INTERVAL_MS 60000

static const struct {
    const char *counter, *event, *advice;
} words[COMMAND_TALLY_KINDS] = {
    [COMMAND_TALLY_HELD] = {"commands_held", "held back",
        "'secureesp command list' says why for each, and what to do instead"},
    [COMMAND_TALLY_EXPIRED] = {"commands_expired", "expired",
        "check with 'secureesp devices show' whether the device is online, then give the command "
        "again; sent_timeout_s and queued_timeout_s say how long the daemon waits"},
    [COMMAND_TALLY_UNPUBLISHED] = {"commands_not_published", "not published",
        "they stay queued and are tried again each second; 'secureesp status' says more about the "
        "broker"},
    [COMMAND_TALLY_BROKEN] = {"commands_broken", "cannot be published",
        "they have failed; issue the device a certificate with its plain MAC"},
    [COMMAND_TALLY_FAILED] = {"commands_rounds_failed", "dispatch failed",
        "it is tried again each second; 'secureesp status' says more about the database"},
};

void command_tally_note(
    struct command_tally *tally, enum command_tally_kind kind, uint64_t count, const char *detail)
{
    struct tally *item = &tally->items[kind];

    if (tally_add(item, count, LOG_INTERVAL_MS))
        log_warning("command", "%s count=%llu total=%llu %s: %s", words[kind].event,
            (unsigned long long)count, (unsigned long long)item->total, detail, words[kind].advice);
}

void command_tally_each_counter(const struct command_tally *tally,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    for (int kind = 0; kind < COMMAND_TALLY_KINDS; kind++)
        add(words[kind].counter, tally->items[kind].total, add_ctx);
}
