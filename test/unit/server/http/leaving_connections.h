#ifndef TEST_SERVER_HTTP_LEAVING_CONNECTIONS_H
#define TEST_SERVER_HTTP_LEAVING_CONNECTIONS_H

// Connections at times that the test sets, and who of them has been ended. In a header, since each
// test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/http/http_crowd.h"
#include "server/http/http_deadline.h"

#define MAX 9
#define MANY 100
#define LONG_MS 600000
#define STEP_MS 10 // between one connection and the next
#define HALF_MS 2500

static _Atomic int64_t now_ms = 1000000; // also for the thread of the deadlines

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __wrap_clock_monotonic_ms(void);

int64_t __wrap_clock_monotonic_ms(void)
{
    return now_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// Connections, from the one that came first to the newest: u, it has said nothing; r, the server
// has not read yet what it said; h, it has begun its handshake; i, it is idle; b, at work.
struct connections {
    size_t n;
    struct http_deadlines *deadlines;
    struct http_deadline *all[MANY]; // NULL: it was dropped
    int ours[MANY], theirs[MANY];
};

static inline void come_to(struct connections *c, size_t i, char phase)
{
    struct http_deadline *deadline = c->all[i];

    if (phase == 'r')
        assert_int_equal(write(c->theirs[i], "\x16", 1), 1);
    if (phase == 'h')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_HEARD, LONG_MS);
    if (phase == 'b' || phase == 'i')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_BUSY, LONG_MS);
    if (phase == 'i')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_IDLE, LONG_MS);
}

static inline void come(struct connections *c, const char *phases, struct http_crowd *crowd)
{
    for (size_t i = 0; i < strlen(phases); i++) {
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        c->ours[c->n] = pair[0];
        c->theirs[c->n] = pair[1];
        c->all[c->n] = http_deadline_add(c->deadlines, pair[0], LONG_MS, 0, crowd);
        assert_non_null(c->all[c->n]);
        come_to(c, c->n, phases[i]);
        c->n++;
        now_ms += STEP_MS;
    }
}

static inline void start(struct connections *c)
{
    *c = (struct connections){0};
    assert_int_equal(http_deadline_start(0, 0, &c->deadlines), 0);
}

static inline void drop(struct connections *c, size_t i)
{
    http_deadline_drop(c->deadlines, c->all[i]);
    c->all[i] = NULL;
    close(c->ours[i]);
    close(c->theirs[i]);
}

static inline void stop(struct connections *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->all[i] != NULL)
            drop(c, i);
    }
    http_deadline_stop(c->deadlines);
}

static inline bool has_ended(const struct connections *c, size_t i)
{
    char byte;

    return recv(c->theirs[i], &byte, 1, MSG_DONTWAIT) == 0;
}

// Appends who has ended since this was asked last, and drops them if that is wanted.
static inline void note_ended(struct connections *c, char ended[MAX + 1], bool drops)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strchr(ended, (int)('0' + i)) != NULL || !has_ended(c, i))
            continue;
        ended[strlen(ended)] = (char)('0' + i);
        if (drops)
            drop(c, i);
    }
}

static inline uint64_t count_left(struct connections *c)
{
    struct http_deadline_counters counters;

    http_deadline_count(c->deadlines, &counters);
    return counters.left;
}

// When the newest of those connections has been there for so long, these are ended.
struct row {
    const char *phases;
    int64_t later_ms;
    const char *ended;
};

static inline void expect(
    const char *phases, int64_t later_ms, const char *ended, const char *expected)
{
    if (strcmp(ended, expected) != 0)
        fail_msg("%s, %d ms later: ended %s instead of %s", phases, (int)later_ms, ended, expected);
}

#endif
