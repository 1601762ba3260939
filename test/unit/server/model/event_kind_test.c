// The daemon's own kinds of event are all told from devices'.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/model/event_kind.h"

// As the header has them, so that none is forgotten.
static void test_each_is_own(void **state)
{
    FILE *file = fopen("server/model/event_kind.h", "re");
    char line[200];
    char kind[64];
    int count = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "#define EVENT_KIND_%*s \"%63[^\"]\"", kind) != 1)
            continue;
        count++;
        if (!event_kind_is_own(kind))
            fail_msg("a device can send '%s'", kind);
    }
    fclose(file);
    assert_in_range(count, 8, 100);
}

static void test_others_are_not(void **state)
{
    static const char *const kinds[] = {"", "boot", "command", "Revoked", "revoked ", "limit"};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_false(event_kind_is_own(kinds[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_own),
        cmocka_unit_test(test_others_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
