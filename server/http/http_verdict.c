// What TCP tells of one answer.
#include "server/http/http_verdict.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "server/base/clock.h"

#define LINGER_MS 200 // for a client that has acknowledged all to close first
#define QUIET_MS 5000 // of a client that has acknowledged all, and neither asks nor ends
#define DUE_MS 30000  // to acknowledge what the kernel still has
#define BYTES_PER_MS_MIN 1

// States of a connection (Linux's tcp_states.h).
enum { STATE_CLOSE = 7, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9, STATE_CLOSING = 11 };

static bool read_info(int fd, struct tcp_info *out)
{
    socklen_t n = sizeof *out;

    *out = (struct tcp_info){0};
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, out, &n) == 0 &&
           n >= offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof out->tcpi_bytes_acked;
}

bool http_verdict_is_told(int fd)
{
    struct tcp_info info;

    return read_info(fd, &info);
}

uint64_t http_verdict_mark(int fd)
{
    struct tcp_info info;
    int waiting = 0;

    if (!read_info(fd, &info) || ioctl(fd, SIOCOUTQ, &waiting) < 0)
        return 0;
    return (uint64_t)info.tcpi_bytes_acked + (unsigned)waiting;
}

uint64_t http_verdict_acknowledged(int fd, uint64_t mark)
{
    struct tcp_info info;

    return read_info(fd, &info) && info.tcpi_bytes_acked > mark ? info.tcpi_bytes_acked - mark : 0;
}

void http_verdict_begin(
    struct http_verdict_expected *out, const struct http_receipt_answer *answer, int fd)
{
    *out = (struct http_verdict_expected){
        .answer = *answer,
        .target = http_verdict_mark(fd),
        .due_at_ms = clock_monotonic_ms() + DUE_MS + (int64_t)(answer->length / BYTES_PER_MS_MIN),
    };
    out->answer.fd = fd;
}

static bool client_has_ended(unsigned state)
{
    return state == STATE_CLOSE || state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK ||
           state == STATE_CLOSING;
}

static bool has_failed(int fd)
{
    int failure = 0;
    socklen_t n = sizeof failure;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &n) < 0 || failure != 0;
}

// When the client has acknowledged all, and has not asked anew.
static enum http_verdict judge_end(
    struct http_verdict_expected *expected, unsigned state, int64_t now_ms)
{
    if (expected->all_at_ms == 0)
        expected->all_at_ms = now_ms;
    if (now_ms >= expected->all_at_ms + QUIET_MS)
        return HTTP_VERDICT_RECEIVED;
    // While libmicrohttpd has the connection it alone sees a reset: it says so when it closes.
    if (expected->since != HTTP_VERDICT_CLOSED)
        return HTTP_VERDICT_PENDING;
    // The client may wait for us to end the connection, which follows a verdict.
    return client_has_ended(state) || now_ms >= expected->all_at_ms + LINGER_MS
               ? HTTP_VERDICT_RECEIVED
               : HTTP_VERDICT_PENDING;
}

enum http_verdict http_verdict_judge(struct http_verdict_expected *expected)
{
    int64_t now_ms = clock_monotonic_ms();
    struct tcp_info info;

    if (!read_info(expected->answer.fd, &info))
        return HTTP_VERDICT_LOST;

    // A connection that was cut counts from 0 again, and had none to reach if that was first.
    bool was_cut = expected->target == 0 && info.tcpi_state == STATE_CLOSE;
    bool has_all = !was_cut && info.tcpi_bytes_acked >= expected->target;

    if (has_all && expected->since == HTTP_VERDICT_ASKED)
        return HTTP_VERDICT_RECEIVED;
    if (expected->since == HTTP_VERDICT_RESET || has_failed(expected->answer.fd))
        return HTTP_VERDICT_LOST;
    if (has_all)
        return judge_end(expected, info.tcpi_state, now_ms);
    return info.tcpi_state == STATE_CLOSE || now_ms >= expected->due_at_ms ? HTTP_VERDICT_LOST
                                                                           : HTTP_VERDICT_PENDING;
}
