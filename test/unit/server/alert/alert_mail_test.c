// Mails about alerts: whatever is said in one, headers are ours alone.
#include "server/alert/alert_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct alert_mail_frame frame = {
    "secureesp@fleet.example", "a@example, b@example", "note-1@fleet.example", 1790000000123};

#define HEAD                                                                                       \
    "From: secureesp@fleet.example\nTo: a@example, b@example\nSubject: %s\n"                       \
    "Date: Mon, 21 Sep 2026 14:13:20 +0000\nMessage-ID: <note-1@fleet.example>\n"                  \
    "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n"                                          \
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s"

static void expect_bytes(const char *word, size_t n, const char *subject, const char *body)
{
    char *mail = alert_mail_compose(&frame, word, n);
    char expected[2048];

    assert_non_null(mail);
    snprintf(expected, sizeof expected, HEAD, subject, body);
    assert_string_equal(mail, expected);
    free(mail);
}

static void expect(const char *word, const char *subject, const char *body)
{
    expect_bytes(word, strlen(word), subject, body);
}

static void headers_are_ours(void **state)
{
    (void)state;
    expect("hello\nfirst\nsecond\n", "hello", "first\nsecond\n");
    expect("hello", "hello", "");
    expect("", "", "");
    // What would begin another header, or end them.
    expect("a\rBcc: evil@example\nb", "a?Bcc: evil@example", "b");
    expect("a\r\nBcc: evil@example\n", "a?", "Bcc: evil@example\n");
    expect("\n\nBcc: evil@example\n", "", "\nBcc: evil@example\n");
    expect_bytes("a\0b\nc\0d", 7, "a?b", "c\\x00d");
    expect("gr\xc3\xbc\xc3\x9f\x65 \x1b[2J\nx\x1b[2Jy\xff\r\n.\n", "gr????e ?[2J",
        "x\\x1b[2Jy\\xff\\x0d\n.\n");
    expect("\xe2\x80\xae"
           "a\nb\xe2\x80\xae",
        "???a", "b\\u202e");
}

static void long_subjects_are_cut(void **state)
{
    char word[1000];
    char subject[181];

    (void)state;
    memset(word, 'a', sizeof word);
    memset(subject, 'a', 180);
    subject[180] = '\0';
    expect_bytes(word, sizeof word, subject, "");
}

static void words_are_one_subject(void **state)
{
    struct alert_note note = {
        .at_ms = 1790000060000,
        .state = ALERT_RAISED,
        .alert = {.kind = "rollout-paused",
            .subject = "a\nBcc: evil@example",
            .detail = "b\r\n\r\nTo: evil@example",
            .since_ms = 1790000000000},
    };
    char *word = alert_mail_word(&note);

    (void)state;
    assert_string_equal(word,
        "secureesp: a rollout is paused: a\\x0aBcc: evil@example\n"
        "a rollout is paused: a\\x0aBcc: evil@example\n"
        "b\\x0d\\x0a\\x0d\\x0aTo: evil@example\n\nkind:  rollout-paused\n"
        "since: 2026-09-21T14:13:20Z\n\n'secureesp alerts list' shows what goes on.\n");
    free(word);
    note.state = ALERT_RESOLVED;
    note.alert.subject[0] = '\0';
    word = alert_mail_word(&note);
    assert_non_null(strstr(word, "secureesp: over: a rollout is paused\n"));
    assert_non_null(strstr(word, "until: 2026-09-21T14:14:20Z\n"));
    free(word);
    word = alert_mail_word_held(7, 20);
    assert_non_null(strstr(word, "secureesp: 7 more alerts were not sent\n"));
    free(word);
}

static void expect_addresses(const char *text, const char *out)
{
    char *read = NULL;
    int rc = alert_mail_read_addresses(text, &read, NULL);

    assert_int_equal(rc, out != NULL ? 0 : ERR_INVALID);
    if (out != NULL)
        assert_string_equal(read, out);
    free(read);
}

static void addresses_are_plain(void **state)
{
    (void)state;
    expect_addresses("", "");
    expect_addresses("a@example", "a@example");
    expect_addresses(" a@example,b.c+d@example  e@x , ", "a@example, b.c+d@example, e@x");
    expect_addresses("root", NULL);
    expect_addresses("@example", NULL);
    expect_addresses("a@", NULL);
    expect_addresses("a@b@c", NULL);
    expect_addresses("-oQ/tmp@example", NULL);
    expect_addresses("a@example\nBcc:b@example", NULL);
    expect_addresses("\"a\"@example", NULL);
    expect_addresses("A <a@example>", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_ours),
        cmocka_unit_test(long_subjects_are_cut),
        cmocka_unit_test(words_are_one_subject),
        cmocka_unit_test(addresses_are_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
