// What is said of a broker that refuses us.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>

#include "server/mqtt/mqtt_tls_note.h"

// By the numbers of RFC 8446, B.2.
static void test_each_alert_says_what_to_do(void **state)
{
    static const struct {
        int alert;
        const char *part;
    } rows[] = {
        {40, "ciphers in the broker's configuration"},
        {41, "issue it again"},
        {42, "issue it again"},
        {43, "not for clients"},
        {44, "crlfile"},
        {45, "set that clock"},
        {46, "issue it again"},
        {48, "give the broker our ca.crt"},
        {49, "the broker's log"},
        {51, "key is not its certificate's"},
        {70, "tls_version"},
        {71, "stronger"},
        {80, "the broker's log"},
        {112, "host in [mqtt]"},
        {116, "no certificate of this daemon's"},
        {255, "the broker's log"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *advice = mqtt_tls_note_advice(rows[i].alert);

        if (strstr(advice, rows[i].part) == NULL)
            fail_msg("alert %d: %s", rows[i].alert, advice);
    }
}

static void test_what_is_appended(void **state)
{
    const char *lost = mosquitto_strerror(MOSQ_ERR_CONN_LOST);
    struct {
        struct mqtt_tls_note note;
        const char *reason, *part; // NULL: nothing
    } rows[] = {
        {{.text = "why"}, "A TLS error", "A TLS error: why"}, {{.text = "why"}, "", "why"},
        {{.text = ""}, "A TLS error", NULL},
        {{.text = "", .has_hello = true}, lost, "the broker's log"},
        {{.text = "", .has_hello = true}, "OpenSSL Error: unexpected eof", "the broker's log"},
        {{.text = ""}, "OpenSSL Error: unexpected eof", NULL},
        {{.text = "", .has_hello = true}, mosquitto_strerror(MOSQ_ERR_TLS), "the broker's log"},
        {{.text = "why", .has_hello = true}, lost, ": why"},
        {{.text = ""}, "Connection Refused: not authorised.", NULL},
        {{.text = ""}, strerror(EPROTO), "the broker's log"},
        {{.text = "why"}, strerror(EPROTO), ": why"},
        {{.text = "", .has_hello = true}, strerror(EPROTO), "the broker's log"},
        {{.text = ""}, lost, NULL}, // no TLS there: that is no refusal
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reason[512];
        size_t n = strlen(rows[i].reason);

        snprintf(reason, sizeof reason, "%s", rows[i].reason);
        mqtt_tls_note_append(&rows[i].note, reason, sizeof reason);
        if (rows[i].part == NULL ? strcmp(reason, rows[i].reason) != 0
                                 : strstr(reason, rows[i].part) == NULL)
            fail_msg("%zu: %s", i, reason);
        mqtt_tls_note_append(&rows[i].note, reason, n + 1); // no room
        assert_true(strlen(reason) < sizeof reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_alert_says_what_to_do),
        cmocka_unit_test(test_what_is_appended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
