// The device's reader of HTTP answers: however the answer is cut into pieces, it is read alike.
#include <string.h>

#include "common/crc32.h"
#include "firmware/core/http_reason.h"
#include "firmware/core/https.h"
#include "test/fuzz/fake_tls.h"
#include "test/fuzz/fuzz.h"

struct outcome {
    int rc;
    struct http_response_head head;
    uint32_t body_crc;
    size_t body_size;
    char detail[FAILURE_DETAIL_SIZE];
};

static int read_body(
    struct https *https, size_t room, struct outcome *outcome, struct failure *failure)
{
    uint8_t bytes[100];
    int n;

    while ((n = https_read(https, bytes, room, failure)) >= 0) {
        FUZZ_CHECK((size_t)n <= room);
        outcome->body_crc = crc32_update(outcome->body_crc, bytes, (size_t)n);
        outcome->body_size += (size_t)n;
    }
    return n;
}

static int read_answer(
    struct https *https, size_t room, struct outcome *outcome, struct failure *failure)
{
    int rc;

    while ((rc = https_step(https, failure)) == STEP_AGAIN)
        continue;
    outcome->head = https->head;
    if (rc < 0)
        return rc;
    if (https->head.status == 200)
        return read_body(https, room, outcome, failure);
    http_reason_start(failure, https->head.status);
    while ((rc = http_reason_step(https, failure)) == STEP_AGAIN)
        continue;
    return rc;
}

static void run(const uint8_t *p, size_t n, size_t most, uint32_t seed, struct outcome *outcome)
{
    static struct settings settings = {.download.hosts[0] = "host", .download.ports[0] = 1};
    struct tls tls;
    struct https https;
    struct failure failure = {0};

    memset(outcome, 0, sizeof *outcome);
    fake_tls_start(&tls, p, n, most, seed);
    FUZZ_CHECK(https_start(&https, &tls, &settings, "name", NULL, &failure) == 0);
    outcome->rc = read_answer(&https, seed == 0 ? 7 : 100 - seed % 100, outcome, &failure);
    https_stop(&https);
    if (outcome->rc != TLS_END)
        memcpy(outcome->detail, failure.detail, sizeof failure.detail);
}

static void check(const struct outcome *outcome, size_t n)
{
    const struct http_response_head *head = &outcome->head;

    FUZZ_CHECK(outcome->rc < 0);
    FUZZ_CHECK(head->total <= HTTP_RESPONSE_HEAD_MAX + 1);
    if (head->done) {
        FUZZ_CHECK(head->status >= 200 && head->status <= 999);
        FUZZ_CHECK(head->total <= HTTP_RESPONSE_HEAD_MAX && head->total <= n);
    }
    if (outcome->body_size > 0)
        FUZZ_CHECK(head->has_length && outcome->body_size <= head->content_length);
    if (outcome->rc == TLS_END) // complete
        FUZZ_CHECK(head->status == 200 && outcome->body_size == head->content_length);
    for (const char *s = outcome->detail; *s != '\0'; s++)
        FUZZ_CHECK(*s >= ' ' && *s <= '~');
}

// What is done with a head alone: bytes behind its end are not its own.
static void check_head(const uint8_t *p, size_t n, const struct http_response_head *expected)
{
    struct http_response_head head;
    struct failure failure;

    http_response_head_init(&head);

    int used = http_response_head_feed(&head, p, n, &failure);

    FUZZ_CHECK(used <= (int)n && head.done == expected->done);
    if (used >= 0 && head.done) {
        FUZZ_CHECK(p[used - 1] == '\n' && (size_t)used == head.total);
        FUZZ_CHECK(head.status == expected->status);
        FUZZ_CHECK(head.has_length == expected->has_length);
        FUZZ_CHECK(head.content_length == expected->content_length);
        FUZZ_CHECK(head.retry_after_s == expected->retry_after_s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    uint32_t seed = crc32_update(0, p, n) | 1;
    struct outcome whole;
    struct outcome pieces;

    run(bytes, n, 0, 0, &whole);
    check(&whole, n);
    check_head(bytes, n, &whole.head);
    for (int i = 0; i < 2; i++) {
        run(bytes, n, i == 0 ? 1 : 1 + seed % 200, seed, &pieces);
        FUZZ_CHECK(pieces.rc == whole.rc);
        FUZZ_CHECK(pieces.head.done == whole.head.done && pieces.head.status == whole.head.status);
        FUZZ_CHECK(pieces.head.content_length == whole.head.content_length);
        FUZZ_CHECK(pieces.head.retry_after_s == whole.head.retry_after_s);
        FUZZ_CHECK(pieces.body_size == whole.body_size && pieces.body_crc == whole.body_crc);
        FUZZ_CHECK(strcmp(pieces.detail, whole.detail) == 0);
    }
    return 0;
}
