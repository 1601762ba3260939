// Has a command ended, and how.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/utf8.h"
#include "server/ingest/command_outcome.h"

#define MAC "84f3eb000001"

static struct command make(const char *name, enum command_state state)
{
    struct command command = {.id = 7, .mac = MAC, .state = state, .sent_at_ms = 100000};

    snprintf(command.name, sizeof command.name, "%s", name);
    return command;
}

static void test_by_restart(void **state)
{
    static const struct {
        const char *name;
        enum command_state before;
        int64_t boot_ms;
        uint32_t uptime_ms;
        const char *image; // "A-1" before
        const char *error;
        enum command_state after;
        const char *detail;
    } rows[] = {
        {"reboot", COMMAND_SENT, 100000, 0, "A-1", "", COMMAND_DONE, "inferred: it restarted"},
        {"reboot", COMMAND_SENT, 99999, 0, "A-1", "", COMMAND_SENT, ""},
        {"reboot", COMMAND_SENT, 99000, 100000, "A-1", "", COMMAND_DONE, "inferred: it restarted"},
        {"reboot", COMMAND_SENT, 98999, 100000, "A-1", "", COMMAND_SENT, ""},
        {"reboot", COMMAND_SENT, 100000, 0, "", "bad", COMMAND_DONE, "inferred: it restarted"},
        {"reboot", COMMAND_EXPIRED, 100000, 0, "A-1", "", COMMAND_EXPIRED, ""},
        {"reboot", COMMAND_CANCELLED, 100000, 0, "A-1", "", COMMAND_DONE,
            "cancelled after it was sent, but too late; inferred: it restarted"},
        {"reboot", COMMAND_CANCELLED, 99999, 0, "A-1", "", COMMAND_CANCELLED, ""},
        {"firmware", COMMAND_SENT, 100000, 0, "A-1", "", COMMAND_SENT, ""},
        {"flash", COMMAND_SENT, 100000, 0, "A-2", "", COMMAND_DONE,
            "inferred: it restarted with another image"},
        {"flash", COMMAND_SENT, 100000, 0, "A-2", "old trouble", COMMAND_DONE,
            "inferred: it restarted with another image"},
        {"flash", COMMAND_SENT, 99999, 0, "A-2", "", COMMAND_SENT, ""},
        {"flash", COMMAND_SENT, 100000, 0, "A-1", "", COMMAND_FAILED,
            "runs the same image after the restart"},
        {"flash", COMMAND_SENT, 100000, 0, "A-1", "no signature", COMMAND_FAILED, "no signature"},
        {"flash", COMMAND_SENT, 100000, 0, "", "", COMMAND_FAILED,
            "does not say which image it runs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = make(rows[i].name, rows[i].before);
        struct device_status status = {.uptime_ms = rows[i].uptime_ms};
        struct command_outcome_restart restart = {rows[i].boot_ms, 5, "A-1", &status};

        snprintf(status.image, sizeof status.image, "%s", rows[i].image);
        snprintf(status.error, sizeof status.error, "%s", rows[i].error);

        bool settled = command_outcome_by_restart(&command, &restart);

        if (command.state != rows[i].after || settled != (rows[i].before != rows[i].after))
            fail_msg("row %zu: state %d", i, (int)command.state);
        assert_string_equal(command.detail, rows[i].detail);
        assert_int_equal(command.ended_at_ms, settled ? 5 : 0);
        assert_string_equal(command.image, settled ? rows[i].image : "");
        assert_string_equal(command.result, !settled                        ? ""
                                            : rows[i].after == COMMAND_DONE ? "ok"
                                                                            : "flash-failed");
    }
}

// What was taken back after it was sent still ends by what the device does, for an hour; what was
// never sent does not.
static void test_taken_back(void **state)
{
    static const struct {
        int64_t sent_at_ms, now_ms;
        bool ends;
    } rows[] = {
        {100000, 100000, true},
        {100000, 100000 + 3599999, true},
        {100000, 100000 + 3600000, false},
        {0, 5, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_status status = {.image = "A-1"};
        struct command_outcome_restart restart = {200000, rows[i].now_ms, "A-1", &status};
        struct command_outcome_download download = {
            "ca.crt", 200, "", rows[i].now_ms, rows[i].now_ms};
        struct command command = make("reboot", COMMAND_CANCELLED);

        command.sent_at_ms = rows[i].sent_at_ms;
        if (command_outcome_by_restart(&command, &restart) != rows[i].ends)
            fail_msg("row %zu: by a restart", i);
        command = make("ca", COMMAND_CANCELLED);
        command.sent_at_ms = rows[i].sent_at_ms;
        if (command_outcome_by_download(&command, &download) != rows[i].ends)
            fail_msg("row %zu: by a download", i);
    }
}

// A device's words that do not fit end with a whole character.
static void test_long_words(void **state)
{
    (void)state;
    for (int cancelled = 0; cancelled < 2; cancelled++) {
        for (size_t n = 180; n < DEVICE_ERROR_SIZE - 3; n++) {
            struct command command = make("flash", cancelled ? COMMAND_CANCELLED : COMMAND_SENT);
            struct device_status status = {.image = "A-1"};
            struct command_outcome_restart restart = {100000, 100005, "A-1", &status};

            memset(status.error, 'x', n);
            memcpy(status.error + n, "\xc3\xbc", 3);
            assert_true(command_outcome_by_restart(&command, &restart));
            assert_true(utf8_is_valid(command.detail));
            assert_true(cancelled || strcmp(command.detail, status.error) == 0);
        }
    }
}

static void test_by_event(void **state)
{
    static const struct {
        const char *name;
        enum command_state before;
        struct event event;
        enum command_state after;
    } rows[] = {
        {"flash", COMMAND_SENT, {MAC, 5, "command", "flash", 7, "ok", "A-2", "", 0, "x"},
            COMMAND_DONE},
        {"flash", COMMAND_SENT, {MAC, 5, "command", "", 7, "ok", "", "", 0, ""}, COMMAND_DONE},
        {"flash", COMMAND_QUEUED, {MAC, 5, "command", "flash", 7, "ok", "", "", 0, ""},
            COMMAND_DONE},
        {"flash", COMMAND_EXPIRED, {MAC, 5, "command", "flash", 7, "busy", "", "", 0, ""},
            COMMAND_FAILED},
        {"flash", COMMAND_CANCELLED, {MAC, 5, "command", "flash", 7, "ok", "", "", 0, "x"},
            COMMAND_DONE},
        {"flash", COMMAND_DONE, {MAC, 5, "command", "flash", 7, "busy", "", "", 0, ""},
            COMMAND_DONE},
        {"flash", COMMAND_FAILED, {MAC, 5, "command", "flash", 7, "ok", "", "", 0, ""},
            COMMAND_FAILED},
        {"flash", COMMAND_SENT, {MAC, 5, "command", "flash", 7, "current", "", "", 0, ""},
            COMMAND_FAILED},
        {"firmware", COMMAND_SENT, {MAC, 5, "command", "firmware", 7, "current", "", "", 0, ""},
            COMMAND_DONE},
        {"firmware", COMMAND_SENT,
            {MAC, 5, "command", "firmware", 7, "tls-failed", "", "", 0, "why"}, COMMAND_FAILED},
        {"firmware", COMMAND_SENT, {MAC, 5, "command", "firmware", 7, "of-later", "", "", 0, ""},
            COMMAND_FAILED},
        {"flash", COMMAND_SENT, {MAC, 5, "command", "flash", 7, "", "", "", 0, ""}, COMMAND_SENT},
        {"flash", COMMAND_SENT, {MAC, 5, "command", "reboot", 7, "ok", "", "", 0, ""},
            COMMAND_SENT},
        {"flash", COMMAND_SENT, {MAC, 5, "command", "flash", 8, "ok", "", "", 0, ""}, COMMAND_SENT},
        {"flash", COMMAND_SENT, {MAC, 5, "boot", "flash", 7, "ok", "", "", 0, ""}, COMMAND_SENT},
        {"flash", COMMAND_SENT, {"84f3eb000002", 5, "command", "flash", 7, "ok", "", "", 0, ""},
            COMMAND_SENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = make(rows[i].name, rows[i].before);
        bool settled = command_outcome_by_event(&command, &rows[i].event);

        if (command.state != rows[i].after || settled != (rows[i].before != rows[i].after))
            fail_msg("row %zu: state %d", i, (int)command.state);
        assert_string_equal(command.result, settled ? rows[i].event.result : "");
        assert_string_equal(command.image, settled ? rows[i].event.image : "");
        assert_string_equal(command.detail, settled ? rows[i].event.detail : "");
        assert_int_equal(command.ended_at_ms, settled ? 5 : 0);
    }
}

static void test_by_download(void **state)
{
    static const struct {
        const char *name;
        const char *file;
        unsigned status;
        enum command_state after;
        const char *result;
    } rows[] = {
        {"firmware", "firmware.bin", 200, COMMAND_DONE, "ok"},
        {"firmware", "firmware.bin", 304, COMMAND_DONE, "current"},
        {"firmware", "firmware.bin", 404, COMMAND_FAILED, "http-status"},
        {"firmware", "firmware.bin", 400, COMMAND_FAILED, "http-status"},
        {"firmware", "firmware.bin", 499, COMMAND_FAILED, "http-status"},
        {"firmware", "firmware.bin", 416, COMMAND_SENT, ""},
        {"firmware", "firmware.bin", 500, COMMAND_SENT, ""},
        {"firmware", "firmware.bin", 206, COMMAND_SENT, ""},
        {"firmware", "config.json", 200, COMMAND_SENT, ""},
        {"flash", "firmware.bin", 200, COMMAND_SENT, ""},
        {"config", "config.json", 200, COMMAND_DONE, "ok"},
        {"ca", "ca.crt", 200, COMMAND_DONE, "ok"},
        {"ca", "ca.crt.der", 200, COMMAND_DONE, "ok"},
        {"ca", "ca.der", 200, COMMAND_DONE, "ok"},
        {"ca", "ca", 200, COMMAND_SENT, ""},
        {"ca", MAC ".crt", 200, COMMAND_SENT, ""},
        {"cert", MAC ".crt", 200, COMMAND_DONE, "ok"},
        {"cert", MAC ".crt.der", 200, COMMAND_DONE, "ok"},
        {"cert", MAC ".der", 200, COMMAND_DONE, "ok"},
        {"cert", MAC ".key", 200, COMMAND_SENT, ""},
        {"cert", "84f3eb000002.crt", 403, COMMAND_SENT, ""},
        {"key", MAC ".key", 200, COMMAND_DONE, "ok"},
        {"key", MAC ".key.der", 403, COMMAND_FAILED, "http-status"},
        {"key", MAC ".crt", 200, COMMAND_SENT, ""},
        {"key", MAC ".der", 200, COMMAND_SENT, ""}, // that is its certificate
        {"key", "", 200, COMMAND_SENT, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = make(rows[i].name, COMMAND_SENT);
        struct command_outcome_download download = {
            rows[i].file, rows[i].status, "A-2", 100005, 100000};
        bool settled = command_outcome_by_download(&command, &download);

        if (command.state != rows[i].after || settled != (rows[i].after != COMMAND_SENT))
            fail_msg("row %zu: state %d", i, (int)command.state);
        assert_string_equal(command.result, rows[i].result);
        assert_string_equal(command.image, settled ? "A-2" : "");
        assert_int_equal(command.detail[0] != '\0', settled);
    }
}

// It was not asked to, or had asked before by itself.
static void test_by_a_download_of_its_own(void **state)
{
    (void)state;
    struct command queued = make("ca", COMMAND_QUEUED);
    struct command_outcome_download download = {"ca.crt", 200, "", 100005, 100000};

    assert_false(command_outcome_by_download(&queued, &download)); // it was not asked to

    struct command sent = make("ca", COMMAND_SENT);

    download.began_at_ms = 99999; // it asked by itself, before
    assert_false(command_outcome_by_download(&sent, &download));
    download.began_at_ms = 100000;
    assert_true(command_outcome_by_download(&sent, &download));
}

// What shows that it was taken, and what only repeats that or comes too late.
static void test_accepted(void **state)
{
    static const struct {
        const char *kind;
        int64_t id, accepted_at_ms;
        enum command_state before;
        bool inferred, takes;
        enum command_state after;
    } rows[] = {
        {"accepted", 7, 0, COMMAND_SENT, false, true, COMMAND_SENT},
        {"accepted", 7, 0, COMMAND_QUEUED, false, true, COMMAND_SENT}, // it was to be sent again
        {"accepted", 7, 4, COMMAND_SENT, true, true, COMMAND_SENT},
        {"accepted", 7, 4, COMMAND_SENT, false, false, COMMAND_SENT},
        {"accepted", 7, 0, COMMAND_DONE, false, false, COMMAND_DONE}, // overtaken
        {"accepted", 7, 0, COMMAND_CANCELLED, false, true, COMMAND_CANCELLED},
        {"accepted", 8, 0, COMMAND_SENT, false, false, COMMAND_SENT},
        {"boot", 7, 0, COMMAND_SENT, false, false, COMMAND_SENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = make("config", rows[i].before);
        struct event event = {.mac = MAC, .at_ms = 5, .command_id = rows[i].id, .result = "ok"};

        command.accepted_at_ms = rows[i].accepted_at_ms;
        command.inferred = rows[i].inferred;
        snprintf(event.kind, sizeof event.kind, "%s", rows[i].kind);
        if (command_outcome_accepted(&command, &event) != rows[i].takes)
            fail_msg("row %zu", i);
        assert_int_equal(command.state, rows[i].after);
        assert_int_equal(command.accepted_at_ms, rows[i].takes ? 5 : rows[i].accepted_at_ms);
        assert_int_equal(command.inferred, false);
        assert_int_equal(command.ended_at_ms, 0);
    }

    struct command unsent = make("config", COMMAND_QUEUED);
    struct event event = {.mac = MAC, .at_ms = 5, .command_id = 7, .kind = "accepted"};

    unsent.sent_at_ms = 0;
    assert_false(command_outcome_accepted(&unsent, &event));
}

static void test_begun(void **state)
{
    struct command command = make("firmware", COMMAND_SENT);
    struct command_outcome_download download = {
        .file = "firmware.bin", .image = "", .status = 200, .now_ms = 100005, .began_at_ms = 99999};

    (void)state;
    assert_false(command_outcome_begun(&command, &download)); // asked before it was sent
    download.began_at_ms++;
    download.file = "config.json";
    assert_false(command_outcome_begun(&command, &download));
    download.file = "firmware.bin";
    assert_true(command_outcome_begun(&command, &download));
    assert_string_equal(command_word(&command), "accepted");
    assert_true(command.inferred);
    assert_false(command_outcome_begun(&command, &download));
}

// What the device says itself is not inferred, and where it failed is kept.
static void test_who_says_so(void **state)
{
    struct command command = make("firmware", COMMAND_SENT);
    struct device_status status = {.image = "A-2"};
    struct command_outcome_restart restart = {100000, 5, "A-1", &status};
    struct command_outcome_download download = {.file = "firmware.bin",
        .image = "",
        .status = 404,
        .now_ms = 100005,
        .began_at_ms = 100000};
    struct event event = {.mac = MAC,
        .kind = "command",
        .command_id = 7,
        .result = "tls-failed",
        .step = "handshake",
        .code = -0x2700};

    (void)state;
    command.inferred = true; // that it was accepted
    assert_true(command_outcome_by_event(&command, &event));
    assert_false(command.inferred);
    assert_string_equal(command.step, "handshake");
    assert_int_equal(command.code, -0x2700);
    for (unsigned code = 200; code <= 408; code += 104) { // 200, 304, 408
        command = make("firmware", COMMAND_SENT);
        download.status = code;
        assert_true(command_outcome_by_download(&command, &download));
        assert_true(command.inferred);
    }
    command = make("reboot", COMMAND_SENT);
    assert_true(command_outcome_by_restart(&command, &restart));
    assert_true(command.inferred);
    command = make("flash", COMMAND_SENT);
    assert_true(command_outcome_by_restart(&command, &restart));
    assert_true(command.inferred);
    status.image[2] = '1';
    command = make("flash", COMMAND_SENT);
    assert_true(command_outcome_by_restart(&command, &restart));
    assert_true(command.inferred);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_restart),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_by_event),
        cmocka_unit_test(test_by_download),
        cmocka_unit_test(test_by_a_download_of_its_own),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_begun),
        cmocka_unit_test(test_who_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
