// What comes of requests for certificates, counted and told.
#include "server/enrol/enrol_note.h"

#include <stdbool.h>

#include "server/base/log.h"

#define OFTEN_MS 60000 // what anybody can bring about
#define ALWAYS_MS 0

static const struct {
    const char *counter, *event, *advice;
    bool is_trouble;
    int64_t interval_ms;
} words[ENROL_NOTE_KINDS] = {
    [ENROL_NOTE_ISSUED] = {"enrol_issued", "device enrolled", "", false, ALWAYS_MS},
    [ENROL_NOTE_RENEWED] = {"enrol_renewed", "certificate renewed", "", false, ALWAYS_MS},
    [ENROL_NOTE_REPEATED] = {"enrol_repeated", "same certificate again",
        ": the device had lost the answer", false, ALWAYS_MS},
    [ENROL_NOTE_WAITING] = {"enrol_waiting", "device waits",
        ": 'secureesp enrolments approve' or 'reject' answers it", false, OFTEN_MS},
    [ENROL_NOTE_REFUSED] = {"enrol_refused", "refused", "", true, OFTEN_MS},
    [ENROL_NOTE_ALARM] = {"enrol_alarms", "ALARM",
        ": if it is the board itself, 'secureesp enrolments approve MAC --key KEY' lets it; else "
        "find out who has the claim certificate, and revoke it",
        true, OFTEN_MS},
    [ENROL_NOTE_STRANGER] = {"enrol_strangers", "refused", "", true, OFTEN_MS},
    [ENROL_NOTE_CLAIM_REVOKED] = {"enrol_revoked_claims", "refused a revoked claim certificate",
        ": an image that still carries it is in use, or somebody has taken it from one", true,
        OFTEN_MS},
    [ENROL_NOTE_BAD] = {"enrol_bad_requests", "bad request", "", true, OFTEN_MS},
    [ENROL_NOTE_LIMITED] = {"enrol_limited", "too many requests",
        ": if they are honest, raise claim_per_minute and address_per_minute", true, OFTEN_MS},
    [ENROL_NOTE_NOT_SIGNED] = {"enrol_not_signed", "the signer refuses it",
        ": change [policy] of the signer, or 'secureesp enrolments reject MAC'", true, OFTEN_MS},
    [ENROL_NOTE_FAILED] = {"enrol_failed", "no certificate could be made",
        ": see the log of secureesp-signer", true, OFTEN_MS},
};

static const char *shown(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

void enrol_note_add(struct enrol_notes *notes, enum enrol_note_kind kind,
    const struct enrol_note_who *who, const char *reason)
{
    struct tally *item = &notes->items[kind];

    if (!tally_add(item, 1, words[kind].interval_ms))
        return;
    (words[kind].is_trouble ? log_warning : log_info)("enrolment",
        "%s mac=%s address=%s claim=%s key=%s reason=\"%s\" total=%llu%s", words[kind].event,
        shown(who->mac), shown(who->address), shown(who->claim), shown(who->key_sha256), reason,
        (unsigned long long)item->total, words[kind].advice);
}

enum enrol_note_kind enrol_note_kind_of(enum enrol_verdict verdict)
{
    switch (verdict) {
    case ENROL_SIGN: return ENROL_NOTE_ISSUED;
    case ENROL_REPEAT: return ENROL_NOTE_REPEATED;
    case ENROL_WAIT: return ENROL_NOTE_WAITING;
    case ENROL_ALARM:
    case ENROL_OTHER_KEY: return ENROL_NOTE_ALARM;
    default: return ENROL_NOTE_REFUSED;
    }
}

void enrol_note_each_counter(const struct enrol_notes *notes,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    for (int kind = 0; kind < ENROL_NOTE_KINDS; kind++)
        add(words[kind].counter, notes->items[kind].total, add_ctx);
}
