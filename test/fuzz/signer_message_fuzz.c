// What daemon and signer say to each other: what is read is written the same.
#include "server/signer/signer_message.h"

#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

static void check_request(const uint8_t *p, size_t n)
{
    struct signer_message_request request;
    struct signer_message_written written = {0};

    fuzz_fill(&request, sizeof request);

    int rc = signer_message_read_request(p, n, &request);

    if (rc < 0) {
        FUZZ_CHECK(rc == ERR_INVALID || rc == ERR_TOO_LARGE);
        FUZZ_CHECK(fuzz_is_untouched(&request, sizeof request));
        return;
    }
    FUZZ_CHECK(request.csr >= p && request.csr + request.n == p + n);
    FUZZ_CHECK(request.n >= 1 && request.n <= SIGNER_MESSAGE_CSR_MAX);
    FUZZ_CHECK(request.days >= 0 && request.days <= SIGNER_MESSAGE_DAYS_MAX);
    FUZZ_CHECK(utf8_is_valid(request.note));
    // A note with a NUL is none.
    FUZZ_CHECK(signer_message_write_request(&request, &written) == 0);
    FUZZ_CHECK(written.n == n && memcmp(written.bytes, p, n) == 0);
}

static void check_answer(const uint8_t *p, size_t n)
{
    struct signer_message_answer answer;
    struct signer_message_written written = {0};

    fuzz_fill(&answer, sizeof answer);

    int rc = signer_message_read_answer(p, n, &answer);

    if (rc < 0) {
        FUZZ_CHECK(rc == ERR_INVALID || rc == ERR_TOO_LARGE);
        FUZZ_CHECK(fuzz_is_untouched(&answer, sizeof answer));
        return;
    }
    FUZZ_CHECK(answer.code <= 0 && answer.code >= ERR_REVOKED);
    FUZZ_CHECK(answer.code < 0 || (answer.n >= 1 && answer.certificate + answer.n == p + n));
    FUZZ_CHECK(utf8_is_valid(answer.text));
    FUZZ_CHECK(signer_message_write_answer(&answer, &written) == 0);
    FUZZ_CHECK(written.n == n && memcmp(written.bytes, p, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    size_t size = 0;

    if (n >= SIGNER_MESSAGE_HEAD) {
        FUZZ_CHECK(signer_message_size(bytes, SIGNER_MESSAGE_REQUEST, &size) < 0 ||
                   size <= SIGNER_MESSAGE_REQUEST_MAX);
        FUZZ_CHECK(signer_message_size(bytes, SIGNER_MESSAGE_ANSWER, &size) < 0 ||
                   size <= SIGNER_MESSAGE_ANSWER_MAX);
    }
    check_request(bytes, n);
    check_answer(bytes, n);
    return 0;
}
