// What becomes of devices in a rollout.
#include "server/rollout/rollout_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/result.h"
#include "server/rollout/rollout_plan.h"

static void settle(struct rollout_decision *out, enum rollout_stage stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void settle(struct rollout_decision *out, enum rollout_stage stage, const char *format, ...)
{
    va_list args;

    out->action = ROLLOUT_SETTLE;
    out->stage = stage;
    va_start(args, format);
    vsnprintf(out->reason, sizeof out->reason, format, args);
    va_end(args);
}

static void act(struct rollout_decision *out, enum rollout_action action)
{
    out->action = action;
}

// What is so whatever it was at. True if that ends it.
static bool judge_being(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (facts->replaced_by != NULL)
        settle(out, ROLLOUT_LEFT_OUT, "was replaced by %s", facts->replaced_by);
    else if (facts->is_revoked)
        settle(out, ROLLOUT_LEFT_OUT, "was revoked");
    else if (!facts->is_known)
        settle(out, ROLLOUT_LEFT_OUT, "was forgotten");
    else
        return false;
    return true;
}

// What keeps it from its next step. True if it does.
static bool judge_bars(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (facts->running[0] == '\0' && !facts->is_config)
        return true; // until it says what it runs
    if (facts->place == ROLLOUT_PLACE_FOREIGN)
        settle(out, ROLLOUT_LEFT_OUT, "runs %s, an image of another board", facts->running);
    else if (facts->is_held)
        settle(out, ROLLOUT_LEFT_OUT, "is held");
    else if (facts->pin != NULL)
        settle(out, ROLLOUT_LEFT_OUT, "is pinned to %s", facts->pin);
    else if (facts->is_off_channel)
        settle(out, ROLLOUT_LEFT_OUT, "follows stable, and the image is published to beta alone");
    else if (facts->place == ROLLOUT_PLACE_NO_WAY)
        settle(out, ROLLOUT_LEFT_OUT, "%s",
            facts->why_no_way != NULL ? facts->why_no_way : "no way leads to the image");
    else
        return false;
    return true;
}

static void judge_waiting(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (facts->place == ROLLOUT_PLACE_THERE)
        settle(out, ROLLOUT_UPDATED, "ran it already");
    else if (!judge_bars(facts, out) && !facts->is_paused && facts->is_online && !facts->is_busy)
        act(out, ROLLOUT_ORDER_FIRMWARE);
}

// The next command of a step.
static void go_on(
    const struct rollout_facts *facts, enum rollout_action action, struct rollout_decision *out)
{
    if (!judge_bars(facts, out) && !facts->is_paused)
        act(out, action);
}

// Whether a command that came to nothing may be given once more.
static bool may_retry(const struct rollout_facts *facts)
{
    return facts->device->tries < ROLLOUT_JUDGE_TRIES &&
           facts->now_ms - facts->command->sent_at_ms <= facts->timeout_ms;
}

static void retry(
    const struct rollout_facts *facts, enum rollout_action action, struct rollout_decision *out)
{
    if (facts->is_online && !facts->is_busy)
        go_on(facts, action, out);
}

static bool was_heard_since(const struct rollout_facts *facts)
{
    return facts->heard_at_ms > facts->command->ended_at_ms;
}

// One that had no outcome. A device that took leave of the broker, to download, and died meanwhile
// counts as online for a while: it is waited for, not tried.
static void try_again(
    const struct rollout_facts *facts, enum rollout_action action, struct rollout_decision *out)
{
    if (!may_retry(facts))
        settle(out, ROLLOUT_FAILED, "%s: did not return in time", facts->command->name);
    else if (was_heard_since(facts))
        retry(facts, action, out);
}

// Whether it failed for what says nothing of the image: another command, or a server that was away.
static bool is_passing(const char *result)
{
    static const enum result results[] = {
        RESULT_BUSY, RESULT_CONNECT_FAILED, RESULT_TIMEOUT, RESULT_TLS_FAILED, RESULT_TRUNCATED};

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (strcmp(result, result_name(results[i])) == 0)
            return true;
    }
    return false;
}

// One that failed, or was cancelled.
static void judge_ended(
    const struct rollout_facts *facts, enum rollout_action action, struct rollout_decision *out)
{
    const struct command *command = facts->command;
    bool kept_back = strcmp(command->result, COMMAND_RESULT_HELD) == 0 ||
                     strcmp(command->result, COMMAND_RESULT_REVOKED) == 0;

    if (is_passing(command->result) && may_retry(facts))
        retry(facts, action, out);
    else if (command->state == COMMAND_CANCELLED)
        settle(out, ROLLOUT_LEFT_OUT, "its command %s was cancelled", command->name);
    else
        settle(out, kept_back ? ROLLOUT_LEFT_OUT : ROLLOUT_FAILED, "%s: %s%s%s", command->name,
            command->result[0] != '\0' ? command->result : "failed",
            command->detail[0] != '\0' ? ", " : "", command->detail);
}

// A command that is queued or sent.
static void judge_open(const struct rollout_facts *facts, struct rollout_decision *out)
{
    const struct command *command = facts->command;

    if (command->state == COMMAND_SENT) {
        if (facts->now_ms - command->sent_at_ms > facts->timeout_ms)
            settle(out, ROLLOUT_FAILED, "%s: did not return in time", command->name);
        return;
    }
    if (facts->is_paused || facts->is_held || facts->pin != NULL || facts->is_off_channel ||
        (!facts->is_online && facts->now_ms - command->created_at_ms > ROLLOUT_JUDGE_UNSENT_MS))
        act(out, ROLLOUT_TAKE_BACK);
}

// Whether it can be told something since its command has ended. A sketch, whose end was seen at the
// download server, is not at the broker meanwhile, and the broker keeps nothing for it.
static bool is_back(const struct rollout_facts *facts)
{
    return !facts->command->inferred || was_heard_since(facts);
}

// What it has downloaded.
static void install(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (!facts->is_busy && is_back(facts))
        go_on(facts, ROLLOUT_ORDER_FLASH, out);
}

static void judge_downloading(const struct rollout_facts *facts, struct rollout_decision *out)
{
    const struct command *command = facts->command;

    switch (command->state) {
    case COMMAND_QUEUED:
    case COMMAND_WAITING:
    case COMMAND_SENT: judge_open(facts, out); break;
    case COMMAND_EXPIRED: try_again(facts, ROLLOUT_ORDER_FIRMWARE, out); break;
    case COMMAND_DONE:
        if (facts->is_config || strcmp(command->result, result_name(RESULT_CURRENT)) != 0)
            install(facts, out);
        else if (!judge_bars(facts, out))
            settle(out, ROLLOUT_FAILED, "was offered nothing newer than %s", facts->running);
        break;
    default: judge_ended(facts, ROLLOUT_ORDER_FIRMWARE, out);
    }
}

static void judge_installing(const struct rollout_facts *facts, struct rollout_decision *out)
{
    const struct command *command = facts->command;

    if (strcmp(facts->running, facts->device->before) != 0) { // a step on its way
        if (command_state_is_end(command->state) && facts->is_online && !facts->is_busy)
            go_on(facts, ROLLOUT_ORDER_FIRMWARE, out);
        else if (!command_state_is_end(command->state))
            judge_open(facts, out);
        return;
    }
    switch (command->state) {
    case COMMAND_QUEUED:
    case COMMAND_WAITING:
    case COMMAND_SENT: judge_open(facts, out); break;
    case COMMAND_EXPIRED: try_again(facts, ROLLOUT_ORDER_FLASH, out); break;
    case COMMAND_DONE:
        if (facts->now_ms - command->ended_at_ms > facts->timeout_ms)
            settle(out, ROLLOUT_FAILED, "%s, and did not report it in time",
                facts->is_config ? "restarted with the new config.json" : "installed the image");
        break;
    default: judge_ended(facts, ROLLOUT_ORDER_FLASH, out);
    }
}

// What is wanted of its config.json may be another by now, so that only what it ran before counts.
static bool has_gone_back(const struct rollout_facts *facts)
{
    if (facts->place == ROLLOUT_PLACE_THERE || facts->running[0] == '\0')
        return false;
    return !facts->is_config || strcmp(facts->running, facts->device->before) == 0;
}

static void judge_updated(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (has_gone_back(facts))
        settle(out, ROLLOUT_FAILED, "went back to %s%s", facts->is_config ? "config.json " : "",
            facts->running);
    else if (facts->unwell != NULL)
        settle(out, ROLLOUT_FAILED, "is not well since: %s", facts->unwell);
}

static void judge_at_work(const struct rollout_facts *facts, struct rollout_decision *out)
{
    if (facts->place == ROLLOUT_PLACE_THERE)
        settle(out, ROLLOUT_UPDATED, "%s",
            facts->is_inferred ? "inferred from what it has downloaded" : "");
    else if (facts->command == NULL)
        settle(out, ROLLOUT_LEFT_OUT, "was forgotten and is there again");
    else if (facts->device->stage == ROLLOUT_DOWNLOADING)
        judge_downloading(facts, out);
    else
        judge_installing(facts, out);
    if (facts->is_over && out->action == ROLLOUT_STAY)
        settle(out, ROLLOUT_LEFT_OUT, "the rollout was aborted meanwhile");
}

void rollout_judge_device(const struct rollout_facts *facts, struct rollout_decision *out)
{
    enum rollout_stage stage = facts->device->stage;

    *out = (struct rollout_decision){.action = ROLLOUT_STAY, .stage = stage};
    if (stage == ROLLOUT_FAILED || stage == ROLLOUT_LEFT_OUT)
        return;
    if (stage == ROLLOUT_UPDATED) {
        if (facts->is_known)
            judge_updated(facts, out);
        return;
    }
    if (judge_being(facts, out))
        return;
    if (stage == ROLLOUT_WAITING)
        judge_waiting(facts, out);
    else
        judge_at_work(facts, out);
}

// How many of the present phase say whether it succeeds: not those whose failure was there when it
// was resumed, which those of earlier phases were first.
static int64_t count_judged(const struct rollout *rollout, const struct rollout_tally *tally)
{
    int64_t forgiven = rollout->forgiven - (tally->failed - tally->failed_here);

    if (forgiven > tally->failed_here)
        forgiven = tally->failed_here;
    return tally->counted - (forgiven > 0 ? forgiven : 0);
}

// A phase without devices, as those of a small fleet have, or with all of them left out, or failed
// before it was resumed.
static bool is_empty(const struct rollout *rollout, const struct rollout_tally *tally)
{
    return count_judged(rollout, tally) == 0 && tally->away == 0;
}

// Of one whose devices are all away, nothing is known.
static bool has_succeeded(const struct rollout *rollout, const struct rollout_tally *tally)
{
    int64_t judged = count_judged(rollout, tally);

    return judged > 0 && tally->updated * 100 >= rollout->terms.success * judged;
}

enum rollout_turn rollout_judge_turn(
    const struct rollout *rollout, const struct rollout_tally *tally, int64_t now_ms)
{
    bool is_last = rollout->phase + 1 >= rollout->terms.phase_count;

    if (tally->failed - rollout->forgiven >= rollout_plan_failures(&rollout->terms, tally->reached))
        return ROLLOUT_TURN_PAUSE;
    if (!is_last && is_empty(rollout, tally))
        return ROLLOUT_TURN_PHASE; // there is nothing to look at
    if (is_last ? tally->unsettled > 0 : !has_succeeded(rollout, tally))
        return ROLLOUT_TURN_NONE;
    if (is_last && tally->arrived == 0)
        return ROLLOUT_TURN_EMPTY;
    if (rollout->state != ROLLOUT_SOAKING && rollout->terms.soak_ms > 0)
        return ROLLOUT_TURN_SOAK;
    if (rollout->state == ROLLOUT_SOAKING && now_ms - rollout->soak_at_ms < rollout->terms.soak_ms)
        return ROLLOUT_TURN_NONE;
    return is_last ? ROLLOUT_TURN_DONE : ROLLOUT_TURN_PHASE;
}
