// Asks the signer for certificates.
#include "server/signer/signer_client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/unix_socket.h"
#include "server/signer/signer_message.h"

// A connection on which one request is made.
struct exchange {
    const char *path; // for messages
    int fd;
    int64_t until_ms; // monotonic
};

static int fail(const struct exchange *exchange, const char *what, struct err *err)
{
    return err_set(err, ERR_UNAVAILABLE, "the signer on %s %s", exchange->path, what);
}

// ERR_UNAVAILABLE when the time is over.
static int wait_for(const struct exchange *exchange, short events, struct err *err)
{
    for (;;) {
        struct pollfd ready = {.fd = exchange->fd, .events = events};
        int64_t left_ms = exchange->until_ms - clock_monotonic_ms();

        if (left_ms <= 0)
            return fail(exchange, "does not answer in time", err);

        int n = poll(&ready, 1, left_ms < INT32_MAX ? (int)left_ms : INT32_MAX);

        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_IO, "cannot wait for the signer: %m");
    }
}

static int connect_to(struct exchange *exchange, struct err *err)
{
    struct sockaddr_un address;
    int rc = unix_socket_address(exchange->path, &address, err);

    if (rc < 0) // it is no answer of the signer's
        return err_set(
            err, ERR_UNAVAILABLE, "[enrolment] signer: %s is no path of a socket", exchange->path);
    exchange->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (exchange->fd < 0)
        return err_set(err, ERR_IO, "no socket for the signer: %m");
    // It connects at once, or as many wait as may (unix(7)).
    if (connect(exchange->fd, (struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return err_set(err, ERR_UNAVAILABLE,
            "cannot reach the signer on %s: %m: the daemon's user must be of the socket's group",
            exchange->path);
    return err_set(err, ERR_UNAVAILABLE,
        "cannot reach the signer on %s: %m: 'systemctl status secureesp-signer' says whether it "
        "runs",
        exchange->path);
}

// A signer that refuses who asks does not wait for what is asked: its answer says why.
static int send_all(const struct exchange *exchange, const uint8_t *p, size_t n, struct err *err)
{
    while (n > 0) {
        ssize_t sent = send(exchange->fd, p, n, MSG_NOSIGNAL);

        if (sent > 0) {
            p += sent;
            n -= (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return 0;
        } else {
            int rc = wait_for(exchange, POLLOUT, err);

            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int receive_all(const struct exchange *exchange, uint8_t *p, size_t n, struct err *err)
{
    while (n > 0) {
        ssize_t got = recv(exchange->fd, p, n, 0);

        if (got > 0) {
            p += got;
            n -= (size_t)got;
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return fail(exchange, "ended the connection without an answer", err);
        } else {
            int rc = wait_for(exchange, POLLIN, err);

            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int receive_answer(const struct exchange *exchange, uint8_t out[SIGNER_MESSAGE_ANSWER_MAX],
    struct signer_message_answer *answer, struct err *err)
{
    size_t size;
    int rc = receive_all(exchange, out, SIGNER_MESSAGE_HEAD, err);

    if (rc < 0)
        return rc;
    if (signer_message_size(out, SIGNER_MESSAGE_ANSWER, &size) < 0)
        return err_set(err, ERR_IO, "what answers on %s is no signer", exchange->path);
    rc = receive_all(exchange, out + SIGNER_MESSAGE_HEAD, size - SIGNER_MESSAGE_HEAD, err);
    if (rc < 0)
        return rc;
    if (signer_message_read_answer(out, size, answer) < 0)
        return err_set(err, ERR_IO, "what answers on %s is no signer", exchange->path);
    return 0;
}

static int take_answer(
    const struct signer_message_answer *answer, struct certificate **out, struct err *err)
{
    if (answer->code < 0)
        return err_set(err, answer->code, "signer: %s", answer->text);
    if (certificate_from_der(answer->certificate, answer->n, out, err) < 0)
        return err_set(err, ERR_IO, "the signer's answer is no certificate");
    return 0;
}

static int write_order(
    const struct signer_client_order *order, struct signer_message_written *out, struct err *err)
{
    struct signer_message_request request = {
        .anew = order->anew, .days = order->days, .csr = order->csr, .n = order->n};
    const char *note = order->note != NULL ? order->note : "";

    if ((size_t)snprintf(request.note, sizeof request.note, "%s", note) >= sizeof request.note ||
        signer_message_write_request(&request, out) < 0)
        return err_set(err, ERR_INVALID, "such a request cannot be made to the signer");
    return 0;
}

int signer_client_sign(const char *socket_path, const struct signer_client_order *order,
    struct certificate **out, struct err *err)
{
    struct exchange exchange = {
        .path = socket_path, .fd = -1, .until_ms = clock_monotonic_ms() + order->timeout_ms};
    struct signer_message_answer answer;
    struct signer_message_written request = {0};
    uint8_t bytes[SIGNER_MESSAGE_ANSWER_MAX];
    int rc = write_order(order, &request, err);

    if (rc == 0)
        rc = connect_to(&exchange, err);
    if (rc == 0)
        rc = send_all(&exchange, request.bytes, request.n, err);
    if (rc == 0)
        rc = receive_answer(&exchange, bytes, &answer, err);
    if (exchange.fd >= 0)
        close(exchange.fd);
    return rc == 0 ? take_answer(&answer, out, err) : rc;
}
