// What downloads and what is said of them change in the store.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/download_write.h"
#include "server/store/command_store.h"
#include "server/store/download_store.h"
#include "test/unit/server/store/store_fixture.h"

#define SIZE 1000

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int64_t send_command(struct fixture *f, const char *mac, const char *name)
{
    struct command command = {.state = COMMAND_SENT, .sent_at_ms = 1};

    strcpy(command.mac, mac);
    strcpy(command.name, name);
    fixture_write(f, add_command, &command);
    return command.id;
}

static int finish_command(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command;
    int rc = command_store_get(connection, *(int64_t *)ctx, &command, err);

    command.state = COMMAND_DONE;
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

static enum command_state state_of(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command = {.state = COMMAND_STATE_COUNT};

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command.state;
}

// "" if nothing is known to be staged.
static void read_staged(struct fixture *f, const char *mac, struct download_store_staged *out)
{
    struct store_connection *connection = fixture_read(f);
    struct err err = {0};

    *out = (struct download_store_staged){.at_ms = 0};

    int rc = download_store_get_staged(connection, mac, out, &err);

    store_read_end(f->store, connection);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
}

static int64_t count_parts(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM downloads");
}

struct transfer {
    const char *file, *sha256;
    unsigned status;
    uint64_t size, offset, bytes;
    bool received;
    enum command_state after; // COMMAND_SENT: it stays so
    int64_t parts;            // remembered after it
};

// Each list is of one command to a sketch, whose answers come one after the other.
static const struct {
    const char *what, *command;
    struct transfer transfers[4];
} rows[] = {
    {"whole", "firmware", {{"firmware.bin", "aa", 200, SIZE, 0, SIZE, true, COMMAND_DONE, 0}}},
    {"all sent, none of it acknowledged", "firmware",
        {{"firmware.bin", "aa", 200, SIZE, 0, SIZE, false, COMMAND_SENT, 1}}},
    {"broken off", "firmware",
        {{"firmware.bin", "aa", 200, SIZE, 0, 40, false, COMMAND_SENT, 1},
            {"firmware.bin", "aa", 206, SIZE, 40, SIZE - 40, true, COMMAND_DONE, 0}}},
    {"in ranges", "config",
        {{"config.json", "aa", 206, SIZE, 500, 500, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE, 0, 499, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE, 499, 1, true, COMMAND_DONE, 0}}},
    {"other bytes start over", "config",
        {{"config.json", "aa", 206, SIZE, 0, 500, true, COMMAND_SENT, 1},
            {"config.json", "bb", 206, SIZE, 500, 500, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE, 500, 500, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE, 0, 500, true, COMMAND_DONE, 0}}},
    {"another size starts over", "config",
        {{"config.json", "aa", 206, SIZE, 0, 500, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE + 1, 500, 501, true, COMMAND_SENT, 1}}},
    {"two files each for itself", "ca",
        {{"ca.crt", "aa", 206, SIZE, 0, 500, true, COMMAND_SENT, 1},
            {"config.json", "aa", 206, SIZE, 500, 500, true, COMMAND_SENT, 2},
            {"ca.crt", "aa", 206, SIZE, 500, 500, true, COMMAND_DONE, 1}}},
    {"a file that is not meant", "config",
        {{"ca.crt", "aa", 200, SIZE, 0, SIZE, true, COMMAND_SENT, 0}}},
    {"refused", "config", {{"config.json", "", 404, 0, 0, 0, false, COMMAND_FAILED, 0}}},
    {"an empty file", "config", {{"config.json", "aa", 200, 0, 0, 0, true, COMMAND_DONE, 0}}},
    {"a lie about the size", "config",
        {{"config.json", "aa", 206, SIZE, 1, UINT64_MAX, true, COMMAND_SENT, 1}}},
};

static void take(struct fixture *f, const char *mac, const struct transfer *transfer, int64_t at_ms)
{
    struct download_write answer = {.at_ms = at_ms,
        .status = transfer->status,
        .size = transfer->size,
        .offset = transfer->offset,
        .bytes = transfer->bytes,
        .received = transfer->received,
        .began_at_ms = at_ms};

    strcpy(answer.mac, mac);
    strcpy(answer.file, transfer->file);
    strcpy(answer.sha256, transfer->sha256);
    strcpy(answer.image, strcmp(transfer->file, "firmware.bin") == 0 ? "B-2" : "");
    fixture_write(f, download_write_answer, &answer);
}

static void test_transfers(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char mac[] = "84f3eb000000";
        int64_t id, before = count_parts(f);

        snprintf(mac, sizeof mac, "84f3eb%06x", (unsigned)i);
        fixture_add_device(f, mac);
        id = send_command(f, mac, rows[i].command);
        for (size_t t = 0; t < 4 && rows[i].transfers[t].file != NULL; t++) {
            const struct transfer *transfer = &rows[i].transfers[t];

            take(f, mac, transfer, (int64_t)t + 1);
            if (state_of(f, id) != transfer->after || count_parts(f) - before != transfer->parts)
                fail_msg("%s: after the answer %d: state %d, parts %d", rows[i].what, (int)t,
                    (int)state_of(f, id), (int)(count_parts(f) - before));
        }
    }
}

// Only a whole image is staged; its device may send events.
static void test_what_stages(void **state)
{
    static const struct transfer part = {"firmware.bin", "aa", 206, SIZE, 0, 500, true, 0, 0};
    static const struct transfer rest = {"firmware.bin", "aa", 206, SIZE, 500, 500, true, 0, 0};
    static const struct transfer refused = {"firmware.bin", "", 404, 0, 0, 0, false, 0, 0};
    static const struct transfer other = {"config.json", "bb", 200, SIZE, 0, SIZE, true, 0, 0};
    struct fixture *f = *state;
    struct download_store_staged staged;
    struct device_record device = fixture_device(MAC_1);
    int64_t id;

    device.speaks_events = true;
    fixture_write(f, fixture_put, &device);
    id = send_command(f, MAC_1, "firmware");
    take(f, MAC_1, &part, 1);
    read_staged(f, MAC_1, &staged);
    assert_string_equal(staged.image, "");
    take(f, MAC_1, &rest, 2);
    read_staged(f, MAC_1, &staged);
    assert_string_equal(staged.image, "B-2");
    assert_string_equal(staged.sha256, "aa");
    assert_int_equal(state_of(f, id), COMMAND_SENT); // its event will tell
    take(f, MAC_1, &other, 3);
    take(f, MAC_1, &refused, 3);
    read_staged(f, MAC_1, &staged);
    assert_string_equal(staged.image, "B-2");
    assert_string_equal(staged.sha256, "aa");
    take(f, MAC_2, &rest, 4); // of nobody that is known
    assert_int_equal(count_parts(f), 0);
    fixture_write(f, finish_command, &id);
}

struct said {
    const char *mac, *kind, *command, *result, *image;
};

static int say_job(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct said *said = ctx;
    struct event event = {.at_ms = 5};

    strcpy(event.mac, said->mac);
    strcpy(event.kind, said->kind);
    strcpy(event.command, said->command);
    strcpy(event.result, said->result);
    strcpy(event.image, said->image);
    return download_write_event(connection, &event, err);
}

static int installed_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_write_installed(connection, ctx, err);
}

// What a device that has staged B-2 of digest "aa" says, and what is known to be staged after it.
static const struct {
    struct said said;
    const char *staged, *sha256;
} events[] = {
    {{MAC_1, "command", "firmware", "ok", "B-3"}, "B-3", ""},
    {{MAC_1, "command", "firmware", "ok", "B-2"}, "B-2", "aa"}, // its transfer told more
    {{MAC_1, "command", "firmware", "ok", ""}, "B-2", "aa"},
    {{MAC_1, "command", "firmware", "truncated", ""}, "", ""},
    {{MAC_1, "command", "firmware", "oversized", ""}, "", ""},
    {{MAC_1, "command", "firmware", "trailer-invalid", ""}, "", ""},
    {{MAC_1, "command", "firmware", "signature-invalid", ""}, "", ""},
    {{MAC_1, "command", "firmware", "descriptor-invalid", ""}, "", ""},
    {{MAC_1, "command", "firmware", "wrong-board", ""}, "", ""},
    {{MAC_1, "command", "firmware", "not-newer", ""}, "", ""},
    {{MAC_1, "command", "firmware", "flash-failed", ""}, "", ""},
    {{MAC_1, "command", "firmware", "current", ""}, "B-2", "aa"},
    {{MAC_1, "command", "firmware", "busy", ""}, "B-2", "aa"},
    {{MAC_1, "command", "firmware", "", "B-3"}, "B-2", "aa"},
    {{MAC_1, "command", "flash", "nothing-downloaded", ""}, "", ""},
    {{MAC_1, "command", "flash", "not-staged", "B-3"}, "B-3", ""},
    {{MAC_1, "command", "flash", "not-staged", "B-2"}, "B-2", "aa"},
    {{MAC_1, "command", "flash", "not-staged", ""}, "", ""},
    {{MAC_1, "command", "flash", "signature-invalid", ""}, "B-2", "aa"},
    {{MAC_1, "command", "reboot", "not-staged", "B-3"}, "B-2", "aa"},
    {{MAC_1, "command", "config", "truncated", ""}, "B-2", "aa"},
    {{MAC_1, "boot", "firmware", "truncated", ""}, "B-2", "aa"},
    {{MAC_2, "command", "flash", "nothing-downloaded", ""}, "B-2", "aa"},
};

static void test_events(void **state)
{
    static const struct transfer whole = {"firmware.bin", "aa", 200, SIZE, 0, SIZE, true, 0, 0};
    struct fixture *f = *state;
    struct download_store_staged staged;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct said said = events[i].said;

        take(f, MAC_1, &whole, 1);
        fixture_write(f, say_job, &said);
        read_staged(f, MAC_1, &staged);
        if (strcmp(staged.image, events[i].staged) != 0 ||
            strcmp(staged.sha256, events[i].sha256) != 0)
            fail_msg("%s %s %s: %s %s", said.command, said.result, said.image, staged.image,
                staged.sha256);
    }
    take(f, MAC_1, &whole, 1);
    fixture_write(f, installed_job, MAC_1);
    read_staged(f, MAC_1, &staged);
    assert_string_equal(staged.image, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_transfers),
        TEST(test_what_stages),
        TEST(test_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
