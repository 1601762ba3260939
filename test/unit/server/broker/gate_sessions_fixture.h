#ifndef TEST_SERVER_BROKER_GATE_SESSIONS_FIXTURE_H
#define TEST_SERVER_BROKER_GATE_SESSIONS_FIXTURE_H

// The gate with a file of whose client identifiers are, a broker that is stopped or killed, and a
// disk that fails. In a header, since each test program is one file.

#include <errno.h>

#include "test/unit/server/broker/gate_fixture.h"

#define FIRST "secureesp-sessions 1\n"

static bool writing_fails;
static int syncs; // fdatasync() calls

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

// Not in earnest, as the tests would take long: session_file_test looks at that.
int __wrap_fdatasync(int fd)
{
    (void)fd;
    syncs++;
    errno = EIO;
    return writing_fails ? -1 : 0;
}

int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}

int __wrap_rename(const char *from, const char *to)
{
    errno = ENOSPC;
    return writing_fails ? -1 : __real_rename(from, to);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static struct limits limits;

static inline int sessions_set_up(void **state)
{
    writing_fails = false;

    int rc = fixture_set_up(state);

    limits_init(&limits);
    fixture.has_sessions = true;
    fixture_open(&limits);
    return rc;
}

// Connects and leaves again. is_kept: the session is, over the broker's restart too.
static inline int visit_as(
    const struct fixture_certificate *certificate, const char *client_id, bool is_kept)
{
    struct gate_connect connect = {certificate->der, certificate->n, client_id, is_kept, is_kept};
    const char *name;
    int rc = gate_connect(fixture.gate, &connect, &name, NULL);

    if (rc == 0)
        gate_disconnect(fixture.gate, name);
    return rc;
}

static inline char *file_text(void)
{
    uint8_t *text;
    size_t n;

    assert_int_equal(file_read(fixture.sessions, 1048576, &text, &n, NULL), 0);
    return (char *)text;
}

static inline int count_lines(void)
{
    char *text = file_text();
    int count = 0;

    for (const char *s = text; *s != '\0'; s++)
        count += *s == '\n';
    free(text);
    return count;
}

// The broker is stopped and started.
static inline void restart(void)
{
    fixture_open(&limits);
}

// It is killed: what is in the file is as it is now.
static inline void crash(void)
{
    char *text = file_text();
    FILE *file;

    gate_free(fixture.gate);
    fixture.gate = NULL;
    file = fopen(fixture.sessions, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    free(text);
    fixture_open(&limits);
}

#endif
