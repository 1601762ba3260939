// Which connection makes room.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_deadline.h"

#define MAX 8
#define SOON_MS 1000000

// Owners from the one that has been idle longest to the newest, and which of them are ended, one
// after the other.
static const struct {
    const char *owners, *ended;
} rows[] = {
    {"", ""},
    {"a", "0"},
    {"aaa", "012"},
    {"abb", "1"},         // not the oldest of all, but of who has most
    {"abbb", "120"},      // with as many as another, the oldest
    {"abab", "0123"},     // likewise
    {"abcbcb", "1"},      // of three
    {"abcabcc", "2"},     // who came last has most
    {"aaaabbbb", "0415"}, // which leaves b with most, and so on
    {"aaaabbb", "014"},
};

static void test_who_has_most_makes_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_deadlines *deadlines;
        struct http_deadline *connections[MAX];
        int ours[MAX], theirs[MAX];
        size_t n = strlen(rows[i].owners);
        char ended[MAX + 1] = "";

        assert_int_equal(http_deadline_start(&deadlines), 0);
        for (size_t k = 0; k < n; k++) {
            int pair[2];

            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
            ours[k] = pair[0];
            theirs[k] = pair[1];
            connections[k] = http_deadline_add(
                deadlines, ours[k], SOON_MS + (int64_t)k * 1000, (uint64_t)rows[i].owners[k]);
            assert_non_null(connections[k]);
        }
        for (size_t turn = 0; turn < strlen(rows[i].ended) || turn == 0; turn++) {
            http_deadline_end_first(deadlines);
            for (size_t k = 0; k < n; k++) {
                char byte;

                if (strchr(ended, (int)('0' + k)) == NULL && read(theirs[k], &byte, 1) == 0)
                    ended[strlen(ended)] = (char)('0' + k);
            }
        }
        if (strcmp(ended, rows[i].ended) != 0)
            fail_msg("%s: ended %s instead of %s", rows[i].owners, ended, rows[i].ended);
        for (size_t k = 0; k < n; k++) {
            http_deadline_drop(deadlines, connections[k]);
            close(ours[k]);
            close(theirs[k]);
        }
        http_deadline_stop(deadlines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_who_has_most_makes_room)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
