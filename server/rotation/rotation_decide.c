// One device's next step while the CA changes.
#include "server/rotation/rotation_decide.h"

#define PAUSE_MS 30000
#define PAUSES_MAX 20

// A file that a device is to have, and what it has then.
struct aim {
    enum rotation_action file; // ROTATION_WAIT: there is none
    enum rotation_holds holds;
    bool by_certificate; // the proof is the certificate that it shows
    bool shows_new;      // and that is then of the new CA
};

static struct aim aim_of(enum rotation_phase phase, enum rotation_holds holds)
{
    static const struct aim none = {.file = ROTATION_WAIT};
    static const struct aim trust = {ROTATION_TELL_CA, ROTATION_HOLDS_BOTH, false, false};
    static const struct aim show = {ROTATION_TELL_CERT, ROTATION_HOLDS_NEW, true, true};
    static const struct aim show_old = {ROTATION_TELL_CERT, ROTATION_HOLDS_BOTH, true, false};
    static const struct aim alone = {ROTATION_TELL_CA, ROTATION_HOLDS_ALONE, false, false};

    if ((phase == ROTATION_TRUST || phase == ROTATION_CERTIFICATES) && holds == ROTATION_HOLDS_OLD)
        return trust;
    if (phase == ROTATION_CERTIFICATES && holds == ROTATION_HOLDS_BOTH)
        return show;
    if (phase == ROTATION_LAST && holds == ROTATION_HOLDS_NEW)
        return alone;
    if (phase == ROTATION_ABORTING && holds >= ROTATION_HOLDS_NEW)
        return show_old;
    return none;
}

static struct rotation_decision only(enum rotation_action action)
{
    return (struct rotation_decision){.action = action};
}

static struct rotation_decision proven(enum rotation_holds holds)
{
    return (struct rotation_decision){ROTATION_PROVEN, holds};
}

static struct rotation_decision begin(const struct rotation_facts *facts, const struct aim *aim)
{
    const struct rotation_device *device = facts->device;

    if (aim->file == ROTATION_WAIT || !facts->is_ready || !facts->may_begin || !facts->is_online ||
        facts->is_busy || facts->now_ms < device->next_at_ms)
        return only(ROTATION_WAIT);
    if (aim->file == ROTATION_TELL_CERT && aim->shows_new && !device->has_certificate)
        return only(ROTATION_WAIT);
    return only(aim->file);
}

static bool is_open(const struct rotation_facts *facts)
{
    return facts->has_command &&
           (facts->command == COMMAND_QUEUED || facts->command == COMMAND_SENT);
}

static struct rotation_decision after_file(const struct rotation_facts *facts)
{
    if (is_open(facts))
        return only(ROTATION_WAIT);
    return only(facts->has_command && facts->command == COMMAND_DONE ? ROTATION_TELL_REBOOT
                                                                     : ROTATION_AGAIN);
}

static bool is_proven(const struct rotation_facts *facts, const struct aim *aim)
{
    if (aim->by_certificate && aim->shows_new)
        return facts->device->shows_new;
    return facts->has_restarted && !(aim->by_certificate && facts->device->shows_new);
}

static struct rotation_decision after_reboot(
    const struct rotation_facts *facts, const struct aim *aim)
{
    // Our firmware does so when it finds no way to the broker with the new ones in time.
    if (facts->has_gone_back)
        return only(ROTATION_AGAIN);
    if (is_proven(facts, aim))
        return proven(aim->holds);
    // Who is away may be on the way to its proof.
    if (is_open(facts) || facts->is_settling || !facts->is_online ||
        facts->now_ms - facts->device->step_at_ms < ROTATION_DECIDE_PATIENCE_MS)
        return only(ROTATION_WAIT);
    return only(ROTATION_AGAIN);
}

struct rotation_decision rotation_decide(const struct rotation_facts *facts)
{
    const struct rotation_device *device = facts->device;
    struct aim aim = aim_of(facts->phase, device->holds);

    if (facts->phase == ROTATION_NONE || facts->is_revoked)
        return only(ROTATION_WAIT);
    // A certificate of the new CA that it came to on another way, as by enrolment.
    if (device->step == ROTATION_IDLE && device->shows_new && device->holds < ROTATION_HOLDS_NEW &&
        facts->phase != ROTATION_TRUST)
        return proven(ROTATION_HOLDS_NEW);
    if (device->step == ROTATION_IDLE)
        return begin(facts, &aim);
    if (aim.file == ROTATION_WAIT) // of a phase that is over
        return only(ROTATION_AGAIN);
    return device->step == ROTATION_FILE ? after_file(facts) : after_reboot(facts, &aim);
}

struct rotation_range rotation_decide_range(enum rotation_phase phase)
{
    struct rotation_range range = {.is_empty = true};

    for (int holds = 0; holds < ROTATION_HOLDS_COUNT; holds++) {
        if (aim_of(phase, (enum rotation_holds)holds).file == ROTATION_WAIT)
            continue;
        if (range.is_empty)
            range.first = (enum rotation_holds)holds;
        range.last = (enum rotation_holds)holds;
        range.is_empty = false;
    }
    return range;
}

int64_t rotation_decide_pause_ms(int64_t tries)
{
    return PAUSE_MS * (tries < PAUSES_MAX ? tries : PAUSES_MAX);
}

bool rotation_decide_is_done(
    enum rotation_phase phase, const struct rotation_device *device, bool is_revoked)
{
    if (is_revoked || device->is_left)
        return true;
    switch (phase) {
    case ROTATION_TRUST: return device->holds >= ROTATION_HOLDS_BOTH;
    case ROTATION_CERTIFICATES: return device->holds >= ROTATION_HOLDS_NEW;
    case ROTATION_LAST: return device->holds != ROTATION_HOLDS_NEW;
    case ROTATION_ABORTING: return device->holds < ROTATION_HOLDS_NEW;
    default: return true;
    }
}
