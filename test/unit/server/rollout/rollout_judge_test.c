// What becomes of a device, and of a rollout: one row for each branch.
#include "server/rollout/rollout_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define OLD "BOARD-1"
#define MIDDLE "BOARD-2"
#define NEW "BOARD-3"
#define NOW 10000000
#define TIMEOUT 600000
#define OFF_CHANNEL "follows stable, and the image is published to beta alone"

static const struct rollout_device waiting = {.stage = ROLLOUT_WAITING};
static const struct rollout_device loading = {
    .stage = ROLLOUT_DOWNLOADING, .tries = 1, .before = OLD};
static const struct rollout_device tried = {
    .stage = ROLLOUT_DOWNLOADING, .tries = ROLLOUT_JUDGE_TRIES, .before = OLD};
static const struct rollout_device installing = {
    .stage = ROLLOUT_INSTALLING, .tries = 1, .before = OLD};
static const struct rollout_device updated = {.stage = ROLLOUT_UPDATED, .before = OLD};
static const struct rollout_device failed = {.stage = ROLLOUT_FAILED};
static const struct rollout_device left_out = {.stage = ROLLOUT_LEFT_OUT};

static const struct command queued = {
    .name = "firmware", .state = COMMAND_QUEUED, .created_at_ms = NOW - 1000};
static const struct command unsent = {
    .name = "firmware", .state = COMMAND_QUEUED, .created_at_ms = NOW - 60001};
static const struct command sent = {
    .name = "firmware", .state = COMMAND_SENT, .sent_at_ms = NOW - TIMEOUT};
static const struct command overdue = {
    .name = "flash", .state = COMMAND_SENT, .sent_at_ms = NOW - TIMEOUT - 1};
static const struct command done = {
    .name = "firmware", .state = COMMAND_DONE, .result = "ok", .ended_at_ms = NOW - TIMEOUT};
static const struct command seen_to_end = {.name = "firmware",
    .state = COMMAND_DONE,
    .result = "ok",
    .ended_at_ms = NOW - 1000,
    .inferred = true};
static const struct command done_long = {
    .name = "flash", .state = COMMAND_DONE, .result = "ok", .ended_at_ms = NOW - TIMEOUT - 1};
static const struct command current = {
    .name = "firmware", .state = COMMAND_DONE, .result = "current"};
static const struct command broken = {
    .name = "flash", .state = COMMAND_FAILED, .result = "trial-failed", .detail = "no report"};
static const struct command bare = {.name = "firmware", .state = COMMAND_FAILED};
static const struct command held = {
    .name = "flash", .state = COMMAND_FAILED, .result = "held", .detail = "not sent"};
static const struct command shut = {.name = "flash", .state = COMMAND_FAILED, .result = "revoked"};
static const struct command busy = {
    .name = "firmware", .state = COMMAND_FAILED, .result = "busy", .sent_at_ms = NOW};
static const struct command no_server = {.name = "firmware",
    .state = COMMAND_FAILED,
    .result = "tls-failed",
    .detail = "closed",
    .sent_at_ms = NOW - TIMEOUT};
static const struct command no_server_long = {.name = "firmware",
    .state = COMMAND_FAILED,
    .result = "tls-failed",
    .detail = "closed",
    .sent_at_ms = NOW - TIMEOUT - 1};
static const struct command cancelled = {.name = "flash",
    .state = COMMAND_CANCELLED,
    .result = "cancelled",
    .detail = "before it was sent"};
static const struct command expired = {.name = "firmware",
    .state = COMMAND_EXPIRED,
    .sent_at_ms = NOW - TIMEOUT,
    .ended_at_ms = NOW - 1000};
static const struct command expired_long = {
    .name = "firmware", .state = COMMAND_EXPIRED, .sent_at_ms = NOW - TIMEOUT - 1};

// Where a row says nothing, the device is there, online, free and runs OLD.
static const struct row {
    const char *what;
    const struct rollout_device *device;
    const struct command *command;
    enum rollout_place place;
    const char *running, *replaced_by, *pin, *unwell;
    int64_t heard_at_ms;
    bool unknown, revoked, is_held, is_off_channel, offline, is_busy, paused, over;
    enum rollout_action action;
    enum rollout_stage stage;
    const char *reason;
} rows[] = {
    {"begins", &waiting, .action = ROLLOUT_ORDER_FIRMWARE},
    {"is away", &waiting, .offline = true, .action = ROLLOUT_STAY},
    {"is busy", &waiting, .is_busy = true, .action = ROLLOUT_STAY},
    {"paused", &waiting, .paused = true, .action = ROLLOUT_STAY},
    {"is there", &waiting, .place = ROLLOUT_PLACE_THERE, .running = NEW, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_UPDATED, .reason = "ran it already"},
    {"replaced", &waiting, .replaced_by = "84f3eb000009", .revoked = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "was replaced by 84f3eb000009"},
    {"revoked", &waiting, .revoked = true, .unknown = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "was revoked"},
    {"forgotten", &loading, &queued, .unknown = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "was forgotten"},
    {"held", &waiting, .is_held = true, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "is held"},
    {"pinned", &waiting, .pin = MIDDLE, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "is pinned to " MIDDLE},
    {"of stable", &waiting, .place = ROLLOUT_PLACE_NO_WAY, .is_off_channel = true,
        .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT, .reason = OFF_CHANNEL},
    {"of stable, there", &waiting, .place = ROLLOUT_PLACE_THERE, .is_off_channel = true,
        .running = NEW, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_UPDATED,
        .reason = "ran it already"},
    {"foreign", &waiting, .place = ROLLOUT_PLACE_FOREIGN, .running = "OTHER-1",
        .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "runs OTHER-1, an image of another board"},
    {"says nothing", &waiting, .place = ROLLOUT_PLACE_FOREIGN, .running = "",
        .action = ROLLOUT_STAY},
    {"no way", &waiting, .place = ROLLOUT_PLACE_NO_WAY, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "no way leads to the image"},

    {"is sent soon", &loading, &queued, .action = ROLLOUT_STAY},
    {"is away for a moment", &loading, &queued, .offline = true, .action = ROLLOUT_STAY},
    {"is away", &loading, &unsent, .offline = true, .action = ROLLOUT_TAKE_BACK},
    {"is sent late", &loading, &unsent, .action = ROLLOUT_STAY},
    {"paused before", &loading, &queued, .paused = true, .action = ROLLOUT_TAKE_BACK},
    {"held before", &loading, &queued, .is_held = true, .action = ROLLOUT_TAKE_BACK},
    {"pinned before", &loading, &queued, .pin = OLD, .action = ROLLOUT_TAKE_BACK},
    {"to stable before", &loading, &queued, .is_off_channel = true, .action = ROLLOUT_TAKE_BACK},
    {"downloads", &loading, &sent, .action = ROLLOUT_STAY},
    {"downloads while paused", &loading, &sent, .paused = true, .action = ROLLOUT_STAY},
    {"is overdue", &loading, &overdue, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "flash: did not return in time"},
    {"has it", &loading, &done, .action = ROLLOUT_ORDER_FLASH},
    {"has it, busy", &loading, &done, .is_busy = true, .action = ROLLOUT_STAY},
    {"has it, not back", &loading, &seen_to_end, .heard_at_ms = NOW - 1000, .action = ROLLOUT_STAY},
    {"has it, is back", &loading, &seen_to_end, .heard_at_ms = NOW - 999,
        .action = ROLLOUT_ORDER_FLASH},
    {"has it, paused", &loading, &done, .paused = true, .action = ROLLOUT_STAY},
    {"has it, held", &loading, &done, .is_held = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "is held"},
    {"got nothing", &loading, &current, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "was offered nothing newer than " OLD},
    {"got nothing, of stable", &loading, &current, .is_off_channel = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = OFF_CHANNEL},
    {"has it, of stable", &loading, &done, .is_off_channel = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = OFF_CHANNEL},
    {"no outcome", &loading, &expired, .heard_at_ms = NOW - 999, .action = ROLLOUT_ORDER_FIRMWARE},
    {"no outcome, not heard since", &loading, &expired, .heard_at_ms = NOW - 1000,
        .action = ROLLOUT_STAY},
    {"no outcome, away", &loading, &expired, .offline = true, .action = ROLLOUT_STAY},
    {"no outcome, busy", &loading, &expired, .is_busy = true, .action = ROLLOUT_STAY},
    {"no outcome, paused", &loading, &expired, .paused = true, .action = ROLLOUT_STAY},
    {"no outcome too often", &tried, &expired, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "firmware: did not return in time"},
    {"no outcome for long", &loading, &expired_long, .offline = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_FAILED, .reason = "firmware: did not return in time"},
    {"at something else", &loading, &busy, .action = ROLLOUT_ORDER_FIRMWARE},
    {"at something else too often", &tried, &busy, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_FAILED, .reason = "firmware: busy"},
    {"met no server", &loading, &no_server, .action = ROLLOUT_ORDER_FIRMWARE},
    {"met no server, away", &loading, &no_server, .offline = true, .action = ROLLOUT_STAY},
    {"met no server, paused", &loading, &no_server, .paused = true, .action = ROLLOUT_STAY},
    {"never met one", &tried, &no_server, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "firmware: tls-failed, closed"},
    {"met none for long", &loading, &no_server_long, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_FAILED, .reason = "firmware: tls-failed, closed"},
    {"fails without a word", &loading, &bare, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "firmware: failed"},
    {"cancelled", &loading, &cancelled, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "its command flash was cancelled"},
    {"aborted before", &loading, &queued, .over = true, .action = ROLLOUT_TAKE_BACK},
    {"aborted", &loading, &sent, .over = true, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "the rollout was aborted meanwhile"},
    {"aborted, has it", &loading, &done, .over = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_LEFT_OUT, .reason = "the rollout was aborted meanwhile"},
    {"there again", &loading, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "was forgotten and is there again"},

    {"reports it", &installing, &sent, .place = ROLLOUT_PLACE_THERE, .running = NEW,
        .action = ROLLOUT_SETTLE, .stage = ROLLOUT_UPDATED, .reason = ""},
    {"reports it, paused", &installing, &sent, .place = ROLLOUT_PLACE_THERE, .running = NEW,
        .paused = true, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_UPDATED, .reason = ""},
    {"is on its way", &installing, &done, .running = MIDDLE, .action = ROLLOUT_ORDER_FIRMWARE},
    {"is on its way, unended", &installing, &sent, .running = MIDDLE, .action = ROLLOUT_STAY},
    {"is on its way, busy", &installing, &done, .running = MIDDLE, .is_busy = true,
        .action = ROLLOUT_STAY},
    {"is on its way, paused", &installing, &done, .running = MIDDLE, .paused = true,
        .action = ROLLOUT_STAY},
    {"installs", &installing, &sent, .offline = true, .action = ROLLOUT_STAY},
    {"never returns", &installing, &overdue, .offline = true, .action = ROLLOUT_SETTLE,
        .stage = ROLLOUT_FAILED, .reason = "flash: did not return in time"},
    {"has installed", &installing, &done, .action = ROLLOUT_STAY},
    {"does not report", &installing, &done_long, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "installed the image, and did not report it in time"},
    {"no outcome of flash", &installing, &expired, .heard_at_ms = NOW - 999,
        .action = ROLLOUT_ORDER_FLASH},
    {"no outcome of flash, not heard since", &installing, &expired, .heard_at_ms = NOW - 1000,
        .action = ROLLOUT_STAY},
    {"says so", &installing, &broken, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "flash: trial-failed, no report"},
    {"kept back", &installing, &held, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "flash: held, not sent"},
    {"shut out", &installing, &shut, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_LEFT_OUT,
        .reason = "flash: revoked"},
    {"paused before flash", &installing, &queued, .paused = true, .action = ROLLOUT_TAKE_BACK},

    {"stays", &updated, &done, .place = ROLLOUT_PLACE_THERE, .running = NEW,
        .action = ROLLOUT_STAY},
    {"went back", &updated, &done, .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "went back to " OLD},
    {"says nothing any more", &updated, &done, .place = ROLLOUT_PLACE_FOREIGN, .running = "",
        .action = ROLLOUT_STAY},
    {"is forgotten then", &updated, &done, .unknown = true, .action = ROLLOUT_STAY},
    {"is ill", &updated, &done, .place = ROLLOUT_PLACE_THERE, .running = NEW,
        .unwell = "12 restarts in an hour", .action = ROLLOUT_SETTLE, .stage = ROLLOUT_FAILED,
        .reason = "is not well since: 12 restarts in an hour"},
    {"has failed", &failed, .action = ROLLOUT_STAY},
    {"is left out", &left_out, .action = ROLLOUT_STAY},
};

static void each_device_by_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct rollout_facts facts = {.device = row->device,
            .timeout_ms = TIMEOUT,
            .now_ms = NOW,
            .is_paused = row->paused || row->over,
            .is_over = row->over,
            .is_known = !row->unknown,
            .is_revoked = row->revoked,
            .replaced_by = row->replaced_by,
            .is_held = row->is_held,
            .pin = row->pin,
            .is_off_channel = row->is_off_channel,
            .is_online = !row->offline,
            .heard_at_ms = row->heard_at_ms,
            .is_busy = row->is_busy,
            .running = row->running != NULL ? row->running : OLD,
            .place = row->place,
            .command = row->command,
            .unwell = row->unwell};
        struct rollout_decision decision;

        rollout_judge_device(&facts, &decision);
        if (decision.action != row->action ||
            (row->action == ROLLOUT_SETTLE &&
                (decision.stage != row->stage || strcmp(decision.reason, row->reason) != 0)))
            fail_msg("%s: action %d, stage %d, \"%s\"", row->what, (int)decision.action,
                (int)decision.stage, decision.reason);
    }
}

static const struct rollout_terms two_phases = {.phase_count = 2,
    .phases = {{5, false}, {100, true}},
    .success = 90,
    .soak_ms = 1000,
    .failures = {2, false}};
static const struct rollout_terms no_soak = {
    .phase_count = 2, .phases = {{5, false}, {100, true}}, .success = 90, .failures = {2, false}};

static const struct {
    const char *what;
    const struct rollout_terms *terms;
    enum rollout_state state;
    int64_t phase, soaks_for, forgiven;
    // reached, failed, counted, updated, away, unsettled, arrived, failed here
    struct rollout_tally tally;
    enum rollout_turn turn;
} turns[] = {
    {"begins", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {5, 0, 5, 0, 0, 20, 0, 0}, ROLLOUT_TURN_NONE},
    {"one failure", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {5, 1, 5, 0, 0, 20, 0, 0},
        ROLLOUT_TURN_NONE},
    {"two", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {5, 2, 5, 0, 0, 20, 0, 0}, ROLLOUT_TURN_PAUSE},
    {"two, of which one was there", &two_phases, ROLLOUT_RUNNING, 0, 0, 1,
        {5, 2, 5, 0, 0, 20, 0, 0}, ROLLOUT_TURN_NONE},
    {"two in the soak", &two_phases, ROLLOUT_SOAKING, 0, 5000, 0, {5, 2, 20, 20, 0, 20, 20, 0},
        ROLLOUT_TURN_PAUSE},
    {"not quite", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {20, 0, 20, 17, 0, 20, 17, 0},
        ROLLOUT_TURN_NONE},
    {"enough", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {20, 0, 20, 18, 0, 20, 18, 0},
        ROLLOUT_TURN_SOAK},
    {"soaks", &two_phases, ROLLOUT_SOAKING, 0, 999, 0, {20, 0, 20, 18, 0, 20, 18, 0},
        ROLLOUT_TURN_NONE},
    {"has soaked", &two_phases, ROLLOUT_SOAKING, 0, 1000, 0, {20, 0, 20, 18, 0, 20, 18, 0},
        ROLLOUT_TURN_PHASE},
    {"no soak", &no_soak, ROLLOUT_RUNNING, 0, 0, 0, {20, 0, 20, 18, 0, 20, 18, 0},
        ROLLOUT_TURN_PHASE},
    {"soaked, and one went back", &two_phases, ROLLOUT_SOAKING, 0, 1000, 0,
        {5, 1, 5, 4, 0, 20, 4, 0}, ROLLOUT_TURN_NONE},
    {"one failed, which was there", &no_soak, ROLLOUT_RUNNING, 0, 0, 1, {5, 1, 5, 4, 0, 20, 4, 1},
        ROLLOUT_TURN_PHASE},
    {"of two, one was there", &no_soak, ROLLOUT_RUNNING, 0, 0, 1, {6, 2, 6, 4, 0, 20, 4, 2},
        ROLLOUT_TURN_NONE},
    {"the one that was there is of an earlier phase", &no_soak, ROLLOUT_RUNNING, 0, 0, 1,
        {9, 2, 5, 4, 0, 20, 4, 1}, ROLLOUT_TURN_NONE},
    {"more were there before than have failed", &no_soak, ROLLOUT_RUNNING, 0, 0, 5,
        {6, 1, 6, 4, 0, 20, 4, 1}, ROLLOUT_TURN_NONE},
    {"all failed, and were there", &two_phases, ROLLOUT_RUNNING, 0, 0, 1, {1, 1, 1, 0, 0, 20, 0, 1},
        ROLLOUT_TURN_PHASE},
    {"all but those that are away", &two_phases, ROLLOUT_RUNNING, 0, 0, 1,
        {2, 1, 1, 0, 1, 20, 0, 1}, ROLLOUT_TURN_NONE},
    {"all of the phase are away", &no_soak, ROLLOUT_RUNNING, 0, 0, 0, {5, 0, 0, 0, 5, 20, 0, 0},
        ROLLOUT_TURN_NONE},
    {"nobody is in the phase", &two_phases, ROLLOUT_RUNNING, 0, 0, 0, {5, 0, 0, 0, 0, 20, 0, 0},
        ROLLOUT_TURN_PHASE},
    {"nobody, and too many failed before", &two_phases, ROLLOUT_RUNNING, 0, 0, 0,
        {5, 2, 0, 0, 0, 20, 0, 0}, ROLLOUT_TURN_PAUSE},
    {"nobody is in the last", &two_phases, ROLLOUT_RUNNING, 1, 0, 0, {25, 0, 0, 0, 0, 1, 0, 0},
        ROLLOUT_TURN_NONE},
    {"all are left out", &no_soak, ROLLOUT_RUNNING, 0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0},
        ROLLOUT_TURN_PHASE},
    {"the last", &no_soak, ROLLOUT_RUNNING, 1, 0, 0, {25, 0, 20, 20, 0, 1, 20, 0},
        ROLLOUT_TURN_NONE},
    {"the very last", &no_soak, ROLLOUT_RUNNING, 1, 0, 0, {25, 1, 20, 20, 0, 0, 20, 0},
        ROLLOUT_TURN_DONE},
    {"nobody has got it", &no_soak, ROLLOUT_RUNNING, 1, 0, 1, {20, 1, 20, 0, 0, 0, 0, 0},
        ROLLOUT_TURN_EMPTY},
    {"all were left out", &two_phases, ROLLOUT_RUNNING, 1, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0},
        ROLLOUT_TURN_EMPTY},
    {"one has, of another phase", &no_soak, ROLLOUT_RUNNING, 1, 0, 0, {1, 0, 0, 0, 0, 0, 1, 0},
        ROLLOUT_TURN_DONE},
    {"it soaks, too", &two_phases, ROLLOUT_RUNNING, 1, 0, 0, {25, 1, 20, 20, 0, 0, 20, 0},
        ROLLOUT_TURN_SOAK},
    {"to its end", &two_phases, ROLLOUT_SOAKING, 1, 1000, 0, {25, 1, 20, 20, 0, 0, 20, 0},
        ROLLOUT_TURN_DONE},
};

static void each_turn_by_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        struct rollout rollout = {.terms = *turns[i].terms,
            .state = turns[i].state,
            .phase = turns[i].phase,
            .soak_at_ms = NOW - turns[i].soaks_for,
            .forgiven = turns[i].forgiven};
        enum rollout_turn turn = rollout_judge_turn(&rollout, &turns[i].tally, NOW);

        if (turn != turns[i].turn)
            fail_msg("%s: %d", turns[i].what, (int)turn);
    }
}

static void a_configuration(void **state)
{
    const struct rollout_device config_loading = {.stage = ROLLOUT_DOWNLOADING, .before = "1"};
    const struct rollout_device config_installing = {.stage = ROLLOUT_INSTALLING, .before = "1"};
    const struct rollout_device config_updated = {.stage = ROLLOUT_UPDATED, .before = "1"};
    const struct command config_current = {
        .name = "config", .state = COMMAND_DONE, .result = "current", .ended_at_ms = 1};
    struct rollout_facts facts = {.is_config = true,
        .is_known = true,
        .is_online = true,
        .running = "1",
        .now_ms = 3,
        .timeout_ms = 1,
        .device = &config_loading,
        .command = &config_current};
    struct rollout_decision decision;

    (void)state;
    rollout_judge_device(&facts, &decision);
    assert_int_equal(decision.action, ROLLOUT_ORDER_FLASH); // whatever the server said
    facts.device = &config_installing;
    rollout_judge_device(&facts, &decision);
    assert_int_equal(decision.stage, ROLLOUT_FAILED);
    assert_string_equal(
        decision.reason, "restarted with the new config.json, and did not report it in time");
    facts.running = ""; // one that says nothing is told all the same
    facts.device = &config_loading;
    rollout_judge_device(&facts, &decision);
    assert_int_equal(decision.action, ROLLOUT_ORDER_FLASH);
    facts.device = &config_updated;
    facts.running = "2"; // another file is wanted by now
    rollout_judge_device(&facts, &decision);
    assert_int_equal(decision.action, ROLLOUT_STAY);
    facts.running = "1";
    rollout_judge_device(&facts, &decision);
    assert_int_equal(decision.stage, ROLLOUT_FAILED);
    assert_string_equal(decision.reason, "went back to config.json 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_device_by_table),
        cmocka_unit_test(each_turn_by_table),
        cmocka_unit_test(a_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
