#ifndef BENCH_ENROL_DEVICE_H
#define BENCH_ENROL_DEVICE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENROL_DEVICE_ANSWER_MAX 4096

enum enrol_device_state {
    ENROL_DEVICE_PAUSE,   // until due_ms
    ENROL_DEVICE_CONNECT, // with TCP, then TLS
    ENROL_DEVICE_SEND,
    ENROL_DEVICE_RECEIVE,
    ENROL_DEVICE_DONE,
};

// A device fresh from the factory, which wants its certificate (RFC 7030, 4.2).
struct enrol_device {
    char mac[13];
    EVP_PKEY *key;
    char *request; // HTTP, with the certification request
    size_t request_n;
    enum enrol_device_state state;
    int fd;
    SSL *ssl;
    size_t sent, used;
    char answer[ENROL_DEVICE_ANSWER_MAX + 1];
    int64_t began_ms;  // with its first attempt
    int64_t due_ms;    // of its pause, or until when this attempt may take
    unsigned failures; // attempts that were not answered, one after the other
    char serial[64];   // of the certificate that it got, hex
};

// What all of them share.
struct enrol_device_place {
    SSL_CTX *ctx;     // with the claim certificate
    unsigned port;    // on 127.0.0.1
    uint32_t address; // of the first device, each has the next one; network order
    size_t answers, told_to_wait, failures;
};

// Makes its key and its request. Ends the program with a message if that is not possible.
void enrol_device_init(struct enrol_device *device, const char *mac);
void enrol_device_clear(struct enrol_device *device);

// Begins an attempt from that address.
void enrol_device_start(
    struct enrol_device *device, struct enrol_device_place *place, size_t number, int64_t now_ms);

// Goes on as far as it can; the events to wait for then (EPOLLIN, EPOLLOUT), 0 if its connection
// has ended. Then it has its certificate (DONE), or pauses: as long as the server said, or longer
// with each attempt that was not answered. A wrong answer ends the program.
uint32_t enrol_device_step(
    struct enrol_device *device, struct enrol_device_place *place, int64_t now_ms);

// The attempt takes too long.
void enrol_device_give_up(
    struct enrol_device *device, struct enrol_device_place *place, int64_t now_ms);

#endif
