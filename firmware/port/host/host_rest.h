#ifndef FIRMWARE_PORT_HOST_HOST_REST_H
#define FIRMWARE_PORT_HOST_HOST_REST_H

#include <stdatomic.h>
#include <stdint.h>

// What a file says of a process's devices to whoever drives their clock: when the next of them is
// due (ms of the monotonic clock), and how many are at work: neither at rest at the broker, nor
// asleep, nor without a link. In this order, in the machine's byte order.
struct host_rest {
    _Atomic uint64_t due_ms;
    _Atomic uint64_t busy;
};

// Maps the file, which is made anew. NULL on failure, with errno.
struct host_rest *host_rest_open(const char *path);

// NULL is allowed.
void host_rest_close(struct host_rest *rest);

#endif
