#ifndef TEST_SERVER_INGEST_INGEST_FIXTURE_H
#define TEST_SERVER_INGEST_INGEST_FIXTURE_H

// What the tests of ingest do over and over. In a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "server/ingest/ingest.h"
#include "test/unit/server/store/store_fixture.h"

static inline struct ingest *ingest_fixture_start(struct fixture *f)
{
    struct ingest *ingest = NULL;
    struct err err = {0};

    if (ingest_new(f->store, &ingest, &err) < 0)
        fail_msg("%s", err.message);
    return ingest;
}

static inline void ingest_fixture_say(
    struct ingest *ingest, const char *topic, const char *text, bool retained)
{
    ingest_message(ingest, topic, (const uint8_t *)text, strlen(text), retained);
}

static inline bool ingest_fixture_is_online(struct fixture *f, const char *mac)
{
    struct store_connection *connection;
    struct device_record device;

    fixture_flush(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device.online;
}

// How many lines of the log came of it.
static inline int ingest_fixture_count_lines(
    struct ingest *ingest, const char *topic, const char *text, int times)
{
    FILE *log = tmpfile();
    int saved = dup(STDERR_FILENO);
    int lines = 0;

    assert_non_null(log);
    assert_true(dup2(fileno(log), STDERR_FILENO) >= 0);
    for (int i = 0; i < times; i++)
        ingest_fixture_say(ingest, topic, text, false);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(log);
    for (int c; (c = getc(log)) != EOF;)
        lines += c == '\n';
    fclose(log);
    return lines;
}

#endif
