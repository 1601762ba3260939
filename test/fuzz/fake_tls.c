// A TLS session whose peer is the input of a fuzz target.
#include "test/fuzz/fake_tls.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

static struct {
    const uint8_t *p;
    size_t n;
    size_t most;
    uint32_t seed;
    uint8_t sent[FAKE_TLS_SENT_MAX];
    size_t sent_size;
    bool was_written; // since the last read
} input;

static uint32_t now_ms(struct port *port)
{
    (void)port;
    return 0;
}

void fake_tls_start(struct tls *tls, const uint8_t *p, size_t n, size_t most, uint32_t seed)
{
    static const struct port_ops ops = {.now_ms = now_ms};
    static struct port port = {.ops = &ops};

    memset(tls, 0, sizeof *tls);
    tls->port = &port;
    input.p = p;
    input.n = n;
    input.most = most;
    input.seed = seed;
    input.sent_size = 0;
    input.was_written = false;
}

const uint8_t *fake_tls_sent(size_t *n)
{
    *n = input.sent_size;
    return input.sent;
}

int tls_open(struct tls *tls, enum tls_peer peer, const char *host, uint16_t tcp_port,
    struct failure *failure)
{
    (void)host;
    (void)tcp_port;
    (void)failure;
    tls->phase = TLS_OPEN;
    tls->peer = peer;
    return 0;
}

int tls_step(struct tls *tls, struct failure *failure)
{
    (void)tls;
    (void)failure;
    return STEP_DONE;
}

bool tls_is_busy(const struct tls *tls)
{
    (void)tls;
    return false;
}

// How many of n bytes go now: 1 in 4 times none.
static size_t piece(size_t n)
{
    uint32_t random;

    if (input.seed == 0 || n == 0)
        return n;
    random = fuzz_random(&input.seed);
    return random % 4 == 0 ? 0 : 1 + (random >> 8) % (n < input.most ? n : input.most);
}

int tls_read(struct tls *tls, uint8_t *p, size_t n, struct failure *failure)
{
    (void)tls;
    (void)failure;
    if (n > input.n)
        n = input.n;
    if (n == 0 && !input.was_written)
        return TLS_END;
    input.was_written = false;
    n = piece(n);
    memcpy(p, input.p, n);
    input.p += n;
    input.n -= n;
    return (int)n;
}

int tls_write(struct tls *tls, const uint8_t *p, size_t n, struct failure *failure)
{
    (void)failure;
    input.was_written = true;
    if (tls->unsent == 0) {
        size_t now = piece(n);

        tls->unsent = now == 0 ? n : 0;
        n = now;
    } else { // as Mbed TLS: the same bytes again
        FUZZ_CHECK(n >= tls->unsent);
        n = tls->unsent;
        tls->unsent = 0;
    }
    for (size_t i = 0; i < n && input.sent_size < FAKE_TLS_SENT_MAX; i++)
        input.sent[input.sent_size++] = p[i];
    return (int)n;
}

void tls_close(struct tls *tls)
{
    tls->phase = TLS_CLOSED;
    tls->unsent = 0;
}
