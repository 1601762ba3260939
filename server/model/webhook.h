#ifndef MODEL_WEBHOOK_H
#define MODEL_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

// Where events are sent to.

#define WEBHOOK_MAX 64         // of them
#define WEBHOOK_NAME_SIZE 64   // with the terminating NUL, as the others
#define WEBHOOK_URL_SIZE 1024  // secret: many receivers have a password in it
#define WEBHOOK_KINDS_SIZE 512 // webhook_kinds.h
#define WEBHOOK_FILTER_SIZE 2049
#define WEBHOOK_BY_SIZE 46 // as "uid 1000", or an address
#define WEBHOOK_ERROR_SIZE 160
#define WEBHOOK_ID_SIZE 37 // "msg_" and 32 hex digits: the webhook-id
#define WEBHOOK_KEY_MIN 24 // bytes of the secret, by Standard Webhooks
#define WEBHOOK_KEY_MAX 64
#define WEBHOOK_SEALED_MAX 128 // bytes of it, sealed

enum webhook_state {
    WEBHOOK_ON,
    WEBHOOK_GONE, // its receiver said so: nothing is sent any more
};

// What it has come to.
struct webhook_last {
    char message[WEBHOOK_ID_SIZE]; // that was tried last, or ""
    int64_t at_ms;
    int64_t status;                 // of HTTP; 0: there was none
    char error[WEBHOOK_ERROR_SIZE]; // why it did not arrive, or ""
};

struct webhook {
    int64_t id;
    char name[WEBHOOK_NAME_SIZE];
    char url[WEBHOOK_URL_SIZE];
    char kinds[WEBHOOK_KINDS_SIZE];     // "": all
    char filter[WEBHOOK_FILTER_SIZE];   // of devices, or ""
    uint8_t sealed[WEBHOOK_SEALED_MAX]; // the secret, by key_vault
    size_t sealed_size;
    char set_by[WEBHOOK_BY_SIZE];
    int64_t created_at_ms;
    enum webhook_state state;
    int64_t event_cursor; // all events up to that id are in its queue, or were not asked for
    int64_t audit_cursor; // the same of rows of the audit log: what happens to rollouts
    int64_t alert_cursor; // and of alerts' notes
    int64_t sent, failed, given_up, dropped;
    struct webhook_last last;
};

// What waits to be sent.
struct webhook_message {
    int64_t number; // of its place in the queue
    int64_t webhook;
    char id[WEBHOOK_ID_SIZE];
    int64_t queued_at_ms, next_at_ms;
    int64_t tries;
};

#endif
