// What daemon and signer say to each other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/signer/signer_message.h"

static const uint8_t bytes[SIGNER_MESSAGE_CERTIFICATE_MAX + 1] = {0x30, 0x01};

static void fill(char *out, char c, size_t n)
{
    memset(out, c, n);
    out[n] = '\0';
}

static void a_request_comes_back(void **state)
{
    struct signer_message_request request = {.days = 825, .note = "approved by \xc3\xa4", .n = 300};
    struct signer_message_request read;
    struct signer_message_written written;

    (void)state;
    request.csr = bytes;
    assert_int_equal(signer_message_write_request(&request, &written), 0);
    assert_int_equal(written.n, SIGNER_MESSAGE_HEAD + 4 + strlen(request.note) + 300);
    assert_int_equal(signer_message_read_request(written.bytes, written.n, &read), 0);
    assert_int_equal(read.days, 825);
    assert_false(read.anew);
    assert_string_equal(read.note, request.note);
    assert_int_equal(read.n, 300);
    assert_memory_equal(read.csr, bytes, 300);
    request.anew = true;
    assert_int_equal(signer_message_write_request(&request, &written), 0);
    assert_int_equal(signer_message_read_request(written.bytes, written.n, &read), 0);
    assert_true(read.anew);
}

// What anew is of a request, an answer has not.
static void an_answer_is_never_anew(void **state)
{
    struct signer_message_answer answer = {.certificate = bytes, .n = 2};
    struct signer_message_written written;
    size_t n;

    (void)state;
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_size(written.bytes, SIGNER_MESSAGE_ANSWER, &n), 0);
    written.bytes[5] = 1;
    assert_int_equal(signer_message_size(written.bytes, SIGNER_MESSAGE_ANSWER, &n), ERR_INVALID);
}

static void a_request_has_bounds(void **state)
{
    struct signer_message_request request = {.csr = bytes, .n = SIGNER_MESSAGE_CSR_MAX};
    struct signer_message_written written;

    (void)state;
    fill(request.note, 'x', SIGNER_MESSAGE_NOTE_MAX);
    request.days = SIGNER_MESSAGE_DAYS_MAX;
    assert_int_equal(signer_message_write_request(&request, &written), 0);
    assert_int_equal(written.n, SIGNER_MESSAGE_REQUEST_MAX);
    request.days++;
    assert_int_equal(signer_message_write_request(&request, &written), ERR_INVALID);
    request.days = -1;
    assert_int_equal(signer_message_write_request(&request, &written), ERR_INVALID);
    request.days = 0;
    request.n++;
    assert_int_equal(signer_message_write_request(&request, &written), ERR_TOO_LARGE);
    request.n = 0;
    assert_int_equal(signer_message_write_request(&request, &written), ERR_INVALID);
    request.n = 1;
    memset(request.note, 'x', sizeof request.note);
    assert_int_equal(signer_message_write_request(&request, &written), ERR_TOO_LARGE);
}

static void a_note_is_one_line_of_text(void **state)
{
    static const char *const bad[] = {"a\nb", "\x7f", "\x1b[2J", "\xff", "\xc3", "\xed\xa0\x80"};
    struct signer_message_request request = {.csr = bytes, .n = 1};
    struct signer_message_written written;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(request.note, bad[i], strlen(bad[i]) + 1);
        if (signer_message_write_request(&request, &written) != ERR_INVALID)
            fail_msg("note %zu", i);
    }
}

// Copies, so that each byte behind the end is somebody else's.
static int read_request(const uint8_t *p, size_t n)
{
    struct signer_message_request request;
    uint8_t *copy = malloc(n > 0 ? n : 1);

    memcpy(copy, p, n);

    int rc = signer_message_read_request(copy, n, &request);

    free(copy);
    return rc;
}

static void a_request_is_read_whole_or_not(void **state)
{
    struct signer_message_request request = {.days = 1, .note = "n", .csr = bytes, .n = 2};
    struct signer_message_written written;

    (void)state;
    assert_int_equal(signer_message_write_request(&request, &written), 0);
    for (size_t i = 0; i < written.n; i++) {
        if (read_request(written.bytes, i) != ERR_INVALID)
            fail_msg("cut at %zu", i);
    }
    assert_int_equal(read_request(written.bytes, written.n + 1), ERR_INVALID);
    assert_int_equal(read_request(written.bytes, written.n), 0);
    for (size_t i = 0; i < SIGNER_MESSAGE_HEAD; i++) {
        written.bytes[i] ^= i == 5 ? 0x02 : 0x01;
        if (read_request(written.bytes, written.n) != ERR_INVALID)
            fail_msg("byte %zu of the head", i);
        written.bytes[i] ^= i == 5 ? 0x02 : 0x01;
    }
    written.bytes[SIGNER_MESSAGE_HEAD + 3] = 3; // a note that leaves nothing for the request
    assert_int_equal(read_request(written.bytes, written.n), ERR_INVALID);
    written.bytes[SIGNER_MESSAGE_HEAD + 3] = 4;
    assert_int_equal(read_request(written.bytes, written.n), ERR_INVALID);
    written.bytes[SIGNER_MESSAGE_HEAD + 2] = 2; // one that is too long
    assert_int_equal(read_request(written.bytes, written.n), ERR_TOO_LARGE);
}

static void a_request_that_is_too_long_is_known_by_its_head(void **state)
{
    uint8_t head[SIGNER_MESSAGE_HEAD] = {'S', 'E', 'S', 1, SIGNER_MESSAGE_REQUEST, 0, 0xff, 0xff};
    size_t n = 0;

    (void)state;
    assert_int_equal(signer_message_size(head, SIGNER_MESSAGE_REQUEST, &n), ERR_TOO_LARGE);
    head[6] = 0;
    head[7] = 5;
    assert_int_equal(signer_message_size(head, SIGNER_MESSAGE_REQUEST, &n), 0);
    assert_int_equal(n, SIGNER_MESSAGE_HEAD + 5);
    assert_int_equal(signer_message_size(head, SIGNER_MESSAGE_ANSWER, &n), ERR_INVALID);
}

static void a_request_of_too_many_bytes_is_refused(void **state)
{
    static uint8_t message[SIGNER_MESSAGE_REQUEST_MAX] = {'S', 'E', 'S', 1, SIGNER_MESSAGE_REQUEST};
    size_t n = 4 + SIGNER_MESSAGE_CSR_MAX + 1; // without a note, there would be room in all

    (void)state;
    message[6] = (uint8_t)(n >> 8);
    message[7] = (uint8_t)n;
    assert_int_equal(read_request(message, SIGNER_MESSAGE_HEAD + n), ERR_TOO_LARGE);
}

static void a_certificate_comes_back(void **state)
{
    struct signer_message_answer answer = {.certificate = bytes};
    struct signer_message_answer read;
    struct signer_message_written written;

    (void)state;
    assert_int_equal(signer_message_write_answer(&answer, &written), ERR_INVALID);
    answer.n = SIGNER_MESSAGE_CERTIFICATE_MAX;
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
    assert_int_equal(read.code, 0);
    assert_int_equal(read.n, answer.n);
    assert_memory_equal(read.certificate, bytes, answer.n);
    answer.n++;
    assert_int_equal(signer_message_write_answer(&answer, &written), ERR_TOO_LARGE);
}

static void an_error_comes_back(void **state)
{
    struct signer_message_answer answer = {.code = ERR_DENIED};
    struct signer_message_answer read;
    struct signer_message_written written;

    (void)state;
    memcpy(answer.text, "one\ntwo \xff\xc3\xa4", 12);
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
    assert_int_equal(read.code, ERR_DENIED);
    assert_string_equal(read.text, "one?two ?\xc3\xa4");
    fill(answer.text, 'x', sizeof answer.text - 1);
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
    assert_string_equal(read.text, answer.text);
    answer.text[0] = '\0';
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
    assert_string_equal(read.text, "?");
}

static void an_answer_has_a_known_code(void **state)
{
    struct signer_message_answer answer = {.code = ERR_REVOKED, .text = "x"};
    struct signer_message_answer read;
    struct signer_message_written written;

    (void)state;
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), 0);
    written.bytes[SIGNER_MESSAGE_HEAD]++;
    assert_int_equal(signer_message_read_answer(written.bytes, written.n, &read), ERR_INVALID);
    answer.code = ERR_REVOKED - 1;
    assert_int_equal(signer_message_write_answer(&answer, &written), ERR_INVALID);
    answer.code = 1;
    assert_int_equal(signer_message_write_answer(&answer, &written), ERR_INVALID);
}

static void an_answer_is_read_whole_or_not(void **state)
{
    static uint8_t long_text[SIGNER_MESSAGE_HEAD + 1 + ERR_MESSAGE_SIZE] = {
        'S', 'E', 'S', 1, SIGNER_MESSAGE_ANSWER, 0, 2, 1, 4};
    struct signer_message_answer answer = {.code = ERR_IO, .text = "x"};
    struct signer_message_answer read;
    struct signer_message_written written;

    (void)state;
    assert_int_equal(signer_message_write_answer(&answer, &written), 0);
    for (size_t i = 0; i < written.n; i++) {
        if (signer_message_read_answer(written.bytes, i, &read) != ERR_INVALID)
            fail_msg("cut at %zu", i);
    }
    memset(long_text + SIGNER_MESSAGE_HEAD + 1, 'x', ERR_MESSAGE_SIZE);
    assert_int_equal(signer_message_read_answer(long_text, sizeof long_text, &read), ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back),
        cmocka_unit_test(an_answer_is_never_anew),
        cmocka_unit_test(a_request_has_bounds),
        cmocka_unit_test(a_note_is_one_line_of_text),
        cmocka_unit_test(a_request_is_read_whole_or_not),
        cmocka_unit_test(a_request_that_is_too_long_is_known_by_its_head),
        cmocka_unit_test(a_request_of_too_many_bytes_is_refused),
        cmocka_unit_test(a_certificate_comes_back),
        cmocka_unit_test(an_error_comes_back),
        cmocka_unit_test(an_answer_has_a_known_code),
        cmocka_unit_test(an_answer_is_read_whole_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
