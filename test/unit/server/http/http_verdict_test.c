// How much of an answer is there, and how its connection ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/unit/server/http/receipt_pairs.h"

// The end of the connection, with its last words, waits until the answer is there.
static void test_last_words(void **state)
{
    struct http_receipts *receipts;
    struct pair pair = connect_pair();
    static struct told told;
    struct http_tls_link link = {.held = "bye", .held_n = 3};
    char words[4] = "";

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_true(answer_on(receipts, &pair, BIG, &told, 0));
    assert_true(http_receipt_note_close(receipts, &pair, &link));
    close(pair.server);
    pair.server = -1;
    read_all(&pair, BIG);
    assert_int_equal(recv(pair.client, words, 3, MSG_WAITALL), 3);
    assert_string_equal(words, "bye");
    assert_int_equal(recv(pair.client, words, 1, 0), 0);
    wait_for(&told);
    assert_true(told.received);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

// What a client has acknowledged behind an answer is none of it.
static void test_no_more_than_there_is(void **state)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    struct http_receipts *receipts;
    struct pair pair = connect_pair();
    static struct told told;
    struct http_receipt_answer answer = {
        .key = &pair, .fd = pair.server, .length = SMALL, .end = {tell, &told, 0}};
    char bytes[2 * SMALL] = "";

    (void)state;
    told = (struct told){.lock = PTHREAD_MUTEX_INITIALIZER};
    answer.mark = http_verdict_mark(pair.server);
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_int_equal(send(pair.server, bytes, sizeof bytes, 0), sizeof bytes);
    while (http_verdict_acknowledged(pair.server, answer.mark) < sizeof bytes)
        nanosleep(&moment, NULL);
    http_receipt_break_off(receipts, &answer);
    assert_int_equal(told.bytes, SMALL);
    assert_false(told.received);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_no_more_than_there_is),
    };

    RUN_ON_PAIRS(tests);
}
