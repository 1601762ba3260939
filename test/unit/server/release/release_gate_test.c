// What is said of an image that is under a rollout.
#include "server/release/release_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define KEPT "keeps it from devices that it has not reached"
#define AGAIN                                                                                      \
    "rollout r, which was aborted, " KEPT                                                          \
    "; to offer it to all, withdraw it and publish it again: 'secureesp images withdraw B-2', "    \
    "'secureesp images publish B-2"

static const struct {
    const char *gate, *under;
    enum rollout_state under_state;
    enum image_state state;
    enum channel channel;
    const char *text;
} rows[] = {
    {"", "", ROLLOUT_RUNNING, IMAGE_PUBLISHED, CHANNEL_STABLE, ""},
    {"r", "r", ROLLOUT_RUNNING, IMAGE_PUBLISHED, CHANNEL_STABLE,
        "rollout r " KEPT ", until it is done"},
    {"r", "r", ROLLOUT_SOAKING, IMAGE_PUBLISHED, CHANNEL_STABLE,
        "rollout r " KEPT ", until it is done"},
    {"r", "r", ROLLOUT_PAUSED, IMAGE_PUBLISHED, CHANNEL_STABLE,
        "rollout r, which is paused, " KEPT "; 'secureesp rollouts resume r' goes on"},
    {"r", "r", ROLLOUT_ABORTED, IMAGE_PUBLISHED, CHANNEL_NONE, AGAIN "'"},
    {"r", "r", ROLLOUT_ABORTED, IMAGE_PUBLISHED, CHANNEL_BETA, AGAIN " --channel beta'"},
    {"", "r", ROLLOUT_RUNNING, IMAGE_PUBLISHED, CHANNEL_STABLE, "rollout r brings it to devices"},
    {"q", "r", ROLLOUT_RUNNING, IMAGE_PUBLISHED, CHANNEL_STABLE, "rollout q " KEPT},
    {"r", "r", ROLLOUT_RUNNING, IMAGE_WITHDRAWN, CHANNEL_STABLE, "rollout r of it pauses"},
    {"r", "r", ROLLOUT_PAUSED, IMAGE_WITHDRAWN, CHANNEL_STABLE, "rollout r of it stays paused"},
};

static void test_what_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct release_member member = {.under_state = rows[i].under_state};
        char text[RELEASE_GATE_TEXT_SIZE];

        assert_true(image_name_parse("B-2", 3, &member.image.name));
        member.image.state = rows[i].state;
        member.image.channel = rows[i].channel;
        snprintf(member.rollout, sizeof member.rollout, "%s", rows[i].gate);
        snprintf(member.under, sizeof member.under, "%s", rows[i].under);
        release_gate_tell(&member, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

// The longest names, whole.
static void test_it_has_room(void **state)
{
    struct release_member member = {.under_state = ROLLOUT_ABORTED};
    char text[RELEASE_GATE_TEXT_SIZE];

    (void)state;
    member.image.state = IMAGE_PUBLISHED;
    member.image.channel = CHANNEL_BETA;
    memset(member.rollout, 'r', sizeof member.rollout - 1);
    memset(member.under, 'r', sizeof member.under - 1);
    memset(member.image.name.text, 'B', sizeof member.image.name.text - 1);
    release_gate_tell(&member, text, sizeof text);
    assert_non_null(strstr(text, " --channel beta'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_it_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
