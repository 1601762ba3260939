// A device's next step: every combination of what is known of it, and what must never come out.
#include "server/rotation/rotation_decide.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#define NOW 10000000

static const enum command_state states[] = {
    COMMAND_QUEUED, COMMAND_SENT, COMMAND_DONE, COMMAND_FAILED, COMMAND_EXPIRED, COMMAND_CANCELLED};

struct row {
    const char *name;
    enum rotation_phase phase;
    enum rotation_holds holds;
    enum rotation_step step;
    enum rotation_action action;
    enum rotation_holds reached;
    void (*change)(struct rotation_facts *facts, struct rotation_device *device);
};

static void as_it_is(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)facts;
    (void)device;
}

static void offline(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->is_online = false;
}

static void busy(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->is_busy = true;
}

static void revoked(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->is_revoked = true;
}

static void not_ready(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->is_ready = false;
}

static void no_room(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->may_begin = false;
}

static void later(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)facts;
    device->next_at_ms = NOW + 1;
}

static void without_certificate(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)facts;
    device->has_certificate = false;
}

static void shows_new(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)facts;
    device->shows_new = true;
}

static void done(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->has_command = true;
    facts->command = COMMAND_DONE;
}

static void failed(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->has_command = true;
    facts->command = COMMAND_FAILED;
}

static void sent(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->has_command = true;
    facts->command = COMMAND_SENT;
}

static void restarted(struct rotation_facts *facts, struct rotation_device *device)
{
    (void)device;
    facts->has_restarted = true;
}

static void restarted_with_new(struct rotation_facts *facts, struct rotation_device *device)
{
    facts->has_restarted = true;
    device->shows_new = true;
}

static void long_ago(struct rotation_facts *facts, struct rotation_device *device)
{
    done(facts, device);
    device->step_at_ms = NOW - ROTATION_DECIDE_PATIENCE_MS;
}

static void just_not_long_ago(struct rotation_facts *facts, struct rotation_device *device)
{
    done(facts, device);
    device->step_at_ms = NOW - ROTATION_DECIDE_PATIENCE_MS + 1;
}

static void long_ago_and_offline(struct rotation_facts *facts, struct rotation_device *device)
{
    long_ago(facts, device);
    facts->is_online = false;
}

static void settling(struct rotation_facts *facts, struct rotation_device *device)
{
    long_ago(facts, device);
    facts->is_settling = true;
}

static void gone_back(struct rotation_facts *facts, struct rotation_device *device)
{
    restarted_with_new(facts, device);
    facts->has_gone_back = true;
}

#define OLD ROTATION_HOLDS_OLD
#define BOTH ROTATION_HOLDS_BOTH
#define NEW ROTATION_HOLDS_NEW
#define ALONE ROTATION_HOLDS_ALONE

static const struct row rows[] = {
    {"nothing under way", ROTATION_NONE, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"trust", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_TELL_CA, 0, as_it_is},
    {"asleep", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, offline},
    {"busy", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, busy},
    {"revoked", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, revoked},
    {"not ready", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, not_ready},
    {"no room", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, no_room},
    {"later", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, later},
    {"done with it", ROTATION_TRUST, BOTH, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"new too early", ROTATION_TRUST, OLD, ROTATION_IDLE, ROTATION_TELL_CA, 0, shows_new},
    {"told", ROTATION_TRUST, OLD, ROTATION_FILE, ROTATION_WAIT, 0, sent},
    {"has the file", ROTATION_TRUST, OLD, ROTATION_FILE, ROTATION_TELL_REBOOT, 0, done},
    {"failed", ROTATION_TRUST, OLD, ROTATION_FILE, ROTATION_AGAIN, 0, failed},
    {"command forgotten", ROTATION_TRUST, OLD, ROTATION_FILE, ROTATION_AGAIN, 0, as_it_is},
    {"not yet", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_WAIT, 0, just_not_long_ago},
    {"never", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_AGAIN, 0, long_ago},
    {"away", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_WAIT, 0, long_ago_and_offline},
    {"restarted", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_PROVEN, BOTH, restarted},
    {"not for long", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_WAIT, 0, settling},
    {"gone back", ROTATION_TRUST, OLD, ROTATION_REBOOT, ROTATION_AGAIN, 0, gone_back},
    {"gone back", ROTATION_CERTIFICATES, BOTH, ROTATION_REBOOT, ROTATION_AGAIN, 0, gone_back},
    {"late comer", ROTATION_CERTIFICATES, OLD, ROTATION_IDLE, ROTATION_TELL_CA, 0, as_it_is},
    {"enrolled", ROTATION_CERTIFICATES, OLD, ROTATION_IDLE, ROTATION_PROVEN, NEW, shows_new},
    {"certificate", ROTATION_CERTIFICATES, BOTH, ROTATION_IDLE, ROTATION_TELL_CERT, 0, as_it_is},
    {"none", ROTATION_CERTIFICATES, BOTH, ROTATION_IDLE, ROTATION_WAIT, 0, without_certificate},
    {"servers", ROTATION_CERTIFICATES, BOTH, ROTATION_IDLE, ROTATION_WAIT, 0, not_ready},
    {"fetched", ROTATION_CERTIFICATES, BOTH, ROTATION_FILE, ROTATION_TELL_REBOOT, 0, done},
    {"no proof", ROTATION_CERTIFICATES, BOTH, ROTATION_REBOOT, ROTATION_WAIT, 0, restarted},
    {"proof", ROTATION_CERTIFICATES, BOTH, ROTATION_REBOOT, ROTATION_PROVEN, NEW, shows_new},
    {"shown", ROTATION_CERTIFICATES, NEW, ROTATION_IDLE, ROTATION_WAIT, 0, shows_new},
    {"last", ROTATION_LAST, NEW, ROTATION_IDLE, ROTATION_TELL_CA, 0, as_it_is},
    {"left", ROTATION_LAST, OLD, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"left", ROTATION_LAST, BOTH, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"alone", ROTATION_LAST, NEW, ROTATION_REBOOT, ROTATION_PROVEN, ALONE, restarted},
    {"all done", ROTATION_LAST, ALONE, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"back", ROTATION_ABORTING, NEW, ROTATION_IDLE, ROTATION_TELL_CERT, 0, without_certificate},
    {"not back", ROTATION_ABORTING, NEW, ROTATION_REBOOT, ROTATION_WAIT, 0, restarted_with_new},
    {"is back", ROTATION_ABORTING, NEW, ROTATION_REBOOT, ROTATION_PROVEN, BOTH, restarted},
    {"stayed", ROTATION_ABORTING, BOTH, ROTATION_IDLE, ROTATION_WAIT, 0, as_it_is},
    {"took it after all", ROTATION_ABORTING, BOTH, ROTATION_IDLE, ROTATION_PROVEN, NEW, shows_new},
    {"of a phase before", ROTATION_ABORTING, OLD, ROTATION_FILE, ROTATION_AGAIN, 0, done},
};

static struct rotation_device device_of(enum rotation_holds holds, enum rotation_step step)
{
    return (struct rotation_device){
        .holds = holds, .step = step, .step_at_ms = NOW - 1, .has_certificate = true};
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct rotation_device device = device_of(row->holds, row->step);
        struct rotation_facts facts = {.phase = row->phase,
            .device = &device,
            .now_ms = NOW,
            .is_ready = true,
            .may_begin = true,
            .is_online = true};

        row->change(&facts, &device);

        struct rotation_decision decision = rotation_decide(&facts);

        if (decision.action != row->action)
            fail_msg("%s: %d", row->name, decision.action);
        if (decision.action == ROTATION_PROVEN && decision.holds != row->reached)
            fail_msg("%s: reached %d", row->name, decision.holds);
    }
}

// What strands nobody, whatever is known.
static void judge(const struct rotation_facts *facts)
{
    const struct rotation_device *device = facts->device;
    struct rotation_decision decision = rotation_decide(facts);
    bool begins = device->step == ROTATION_IDLE &&
                  (decision.action == ROTATION_TELL_CA || decision.action == ROTATION_TELL_CERT);

    if (begins)
        assert_true(facts->is_ready && facts->is_online && !facts->is_busy && facts->may_begin &&
                    !facts->is_revoked);
    if (decision.action == ROTATION_TELL_CERT)
        assert_true(facts->phase == ROTATION_ABORTING ||
                    (facts->phase == ROTATION_CERTIFICATES && device->holds >= BOTH));
    // The new CA alone only for who shows a certificate of it.
    if (decision.action == ROTATION_TELL_CA && facts->phase == ROTATION_LAST)
        assert_int_equal(device->holds, NEW);
    if (decision.action == ROTATION_TELL_REBOOT)
        assert_true(
            device->step == ROTATION_FILE && facts->has_command && facts->command == COMMAND_DONE);
    if (decision.action == ROTATION_PROVEN && device->step != ROTATION_IDLE)
        assert_true(device->step == ROTATION_REBOOT && !facts->has_gone_back);
    if (decision.action == ROTATION_PROVEN && decision.holds == NEW)
        assert_true(device->shows_new);
    if (decision.action == ROTATION_PROVEN && decision.holds == BOTH &&
        facts->phase != ROTATION_ABORTING)
        assert_true(facts->has_restarted && device->holds == OLD);
}

static void test_all(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1u << 13; bits++) {
        for (unsigned phase = 0; phase < ROTATION_PHASE_COUNT; phase++) {
            for (unsigned at = 0; at < ROTATION_HOLDS_COUNT * ROTATION_STEP_COUNT; at++) {
                struct rotation_device device =
                    device_of(at / ROTATION_STEP_COUNT, at % ROTATION_STEP_COUNT);
                struct rotation_facts facts = {.phase = phase,
                    .device = &device,
                    .now_ms = NOW,
                    .is_ready = bits & 1,
                    .may_begin = bits & 2,
                    .is_online = bits & 4,
                    .is_revoked = bits & 8,
                    .is_busy = bits & 16,
                    .has_restarted = bits & 32,
                    .has_command = bits & 64,
                    .is_settling = bits & 2048,
                    .has_gone_back = bits & 4096};

                device.shows_new = bits & 128;
                device.has_certificate = bits & 256;
                device.next_at_ms = bits & 512 ? NOW + 1 : 0;
                device.step_at_ms = bits & 1024 ? 0 : NOW;
                for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
                    facts.command = states[i];
                    judge(&facts);
                }
            }
        }
    }
}

static void test_range(void **state)
{
    (void)state;
    assert_true(rotation_decide_range(ROTATION_NONE).is_empty);
    assert_int_equal(rotation_decide_range(ROTATION_TRUST).last, OLD);
    assert_int_equal(rotation_decide_range(ROTATION_CERTIFICATES).first, OLD);
    assert_int_equal(rotation_decide_range(ROTATION_CERTIFICATES).last, BOTH);
    assert_int_equal(rotation_decide_range(ROTATION_LAST).first, NEW);
    assert_int_equal(rotation_decide_range(ROTATION_LAST).last, NEW);
    assert_int_equal(rotation_decide_range(ROTATION_ABORTING).first, NEW);
    assert_int_equal(rotation_decide_range(ROTATION_ABORTING).last, ALONE);
}

static void test_pause(void **state)
{
    (void)state;
    assert_int_equal(rotation_decide_pause_ms(0), 0);
    assert_int_equal(rotation_decide_pause_ms(1), 30000);
    assert_int_equal(rotation_decide_pause_ms(20), 600000);
    assert_int_equal(rotation_decide_pause_ms(1000000), 600000);
}

static void test_done(void **state)
{
    static const bool expected[ROTATION_PHASE_COUNT][ROTATION_HOLDS_COUNT] = {
        {true, true, true, true},
        {false, true, true, true},
        {false, false, true, true},
        {true, true, false, true},
        {true, true, false, false},
    };

    (void)state;
    for (unsigned phase = 0; phase < ROTATION_PHASE_COUNT; phase++) {
        for (unsigned holds = 0; holds < ROTATION_HOLDS_COUNT; holds++) {
            struct rotation_device device = device_of(holds, ROTATION_IDLE);

            assert_int_equal(
                rotation_decide_is_done(phase, &device, false), expected[phase][holds]);
            assert_true(rotation_decide_is_done(phase, &device, true));
            device.is_left = true;
            assert_true(rotation_decide_is_done(phase, &device, false));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
