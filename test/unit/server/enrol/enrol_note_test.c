// Each kind is counted by a name of its own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/log.h"
#include "server/enrol/enrol_note.h"

struct seen {
    int count;
    uint64_t sum;
    const char *names[ENROL_NOTE_KINDS];
};

static void see(const char *name, uint64_t value, void *ctx)
{
    struct seen *seen = ctx;

    for (int i = 0; i < seen->count; i++)
        assert_string_not_equal(seen->names[i], name);
    assert_int_equal(strncmp(name, "enrol_", 6), 0);
    seen->names[seen->count++] = name;
    seen->sum += value;
}

static void test_counts(void **state)
{
    static const struct enrol_note_who who = {"84f3eb000001", "", "192.0.2.1", "aa"};
    struct enrol_notes notes = {0};
    struct seen seen = {0};

    (void)state;
    log_set_level(LOG_ERROR);
    for (int kind = 0; kind < ENROL_NOTE_KINDS; kind++) {
        enrol_note_add(&notes, (enum enrol_note_kind)kind, &who, "because");
        enrol_note_add(&notes, (enum enrol_note_kind)kind, &who, "because");
    }
    enrol_note_each_counter(&notes, see, &seen);
    assert_int_equal(seen.count, ENROL_NOTE_KINDS);
    assert_int_equal(seen.sum, 2 * ENROL_NOTE_KINDS);
}

static void test_kinds(void **state)
{
    static const enum enrol_note_kind kinds[ENROL_VERDICT_COUNT] = {
        [ENROL_SIGN] = ENROL_NOTE_ISSUED,
        [ENROL_REPEAT] = ENROL_NOTE_REPEATED,
        [ENROL_WAIT] = ENROL_NOTE_WAITING,
        [ENROL_REVOKED] = ENROL_NOTE_REFUSED,
        [ENROL_REJECTED] = ENROL_NOTE_REFUSED,
        [ENROL_ALARM] = ENROL_NOTE_ALARM,
        [ENROL_OTHER_KEY] = ENROL_NOTE_ALARM,
        [ENROL_CODE] = ENROL_NOTE_REFUSED,
        [ENROL_UNLISTED] = ENROL_NOTE_REFUSED,
    };

    (void)state;
    for (int i = 0; i < ENROL_VERDICT_COUNT; i++)
        assert_int_equal(enrol_note_kind_of((enum enrol_verdict)i), kinds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
