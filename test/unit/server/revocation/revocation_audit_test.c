// What the log says of changes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/revocation/revocation_replace.h"
#include "test/unit/server/revocation/revocation_fixture.h"

// Runs a change that is recorded and not in force all over; out is what was logged meanwhile.
static void log_of(
    struct world *w, int (*run)(struct world *w, struct err *err), char *out, size_t size)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    struct err err = {0};

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);

    int rc = run(w, &err);

    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_int_equal(rc, ERR_UNAVAILABLE);
    rewind(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static int run_revoke(struct world *w, struct err *err)
{
    struct revocation_outcome out;

    return shut_out(w, MAC_1, &out, err);
}

static int run_readmit(struct world *w, struct err *err)
{
    struct revocation_outcome out;

    return revocation_readmit_device(w->revocation, NULL, MAC_1, &out, err);
}

static int run_certificate(struct world *w, struct err *err)
{
    struct revocation_wish wish = {.subject = "0a", .reason = "superseded"};
    struct revocation_outcome out;

    return revocation_revoke_certificate(w->revocation, &wish, &out, err);
}

static int run_replace(struct world *w, struct err *err)
{
    struct revocation_replace_wish wish = {
        w->f->store, {.subject = MAC_1, .reason = REVOCATION_REASON_USUAL}, MAC_2, true};
    struct revocation_outcome out;
    struct replacement now;

    return revocation_replace_device(w->revocation, &wish, &out, &now, err);
}

// What is recorded is logged, also if the list cannot be written.
static void test_what_is_recorded_is_logged(void **state)
{
    static const struct {
        int (*run)(struct world *w, struct err *err);
        const char *line;
    } rows[] = {
        {run_revoke, "device revoked mac=" MAC_1 " reason=keyCompromise changed=1"},
        {run_readmit, "device readmitted mac=" MAC_1 " changed=1"},
        {run_certificate, "certificate revoked serial=0a reason=superseded changed=1"},
        {run_replace, "device replaced mac=" MAC_1 " by=" MAC_2 " reason=keyCompromise"},
    };
    struct world *w = *state;
    char text[4096];

    fixture_add_device(w->f, MAC_1);
    fixture_add_device(w->f, MAC_2);
    assert_int_equal(unlink(w->list), 0);
    assert_int_equal(mkdir(w->list, 0700), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        log_of(w, rows[i].run, text, sizeof text);
        if (strstr(text, rows[i].line) == NULL)
            fail_msg("row %zu: %s", i, text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_recorded_is_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
