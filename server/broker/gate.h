#ifndef GATE_H
#define GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/broker/access_table.h"
#include "server/broker/limits.h"

// Who is let in, what is taken from them and given to them: all that the plugin decides, without a
// type of the broker's. One thread, the broker's. What is allocated is bounded by how many clients
// have shown a good certificate.
struct gate;

// What it has the broker do, from gate_tick() alone; the last note may come from gate_free().
struct gate_effects {
    // Ends each connection with that user name; the will is sent or not.
    void (*end_connections)(const char *name, bool with_will, void *ctx);
    // Ends the connection with that client identifier, if there is one.
    void (*end_session)(const char *client_id, void *ctx);
    void (*publish)(const char *topic, const char *payload, void *ctx);
    void (*note)(const char *text, void *ctx); // for the log; one line
};

struct gate_config {
    const char *ca_file;     // borrowed, as the others
    const char *revocations; // the list of who is shut out
    const char *sessions;    // the file of whose client identifiers are, or NULL
    const char *daemon;      // its common name
    struct access_table *table;
    struct limits limits;
};

// ERR_* as trust_new(), or gate_sessions_open().
ERR_CHECKED int gate_new(const struct gate_config *config, const struct gate_effects *effects,
    void *ctx, struct gate **out, struct err *err);
void gate_free(struct gate *gate);

struct gate_connect {
    const uint8_t *der; // its certificate, n bytes; or NULL
    size_t n;
    const char *client_id;
    bool keeps_session; // the session may outlive the connection
    bool is_saved;      // the session outlives the broker's restart
};

// Judges who connects. *name: the user name that it gets, borrowed until gate_free(). Any error: it
// is refused, and the message says why.
ERR_CHECKED int gate_connect(
    struct gate *gate, const struct gate_connect *connect, const char **name, struct err *err);

// Whether who has just shown a certificate is not even heard: it would be refused, and has been
// several times lately. mosquitto 2.0.11 loses the memory of a will that it refuses.
bool gate_turns_away(struct gate *gate, const uint8_t *der, size_t n);

// Whether who is connected would still be let in (after the broker read its configuration again).
// name: the user name that it has, or NULL; only the one that gate_connect() gave stays.
ERR_CHECKED int gate_stay(
    struct gate *gate, const uint8_t *der, size_t n, const char *name, struct err *err);

// One of its connections has ended.
void gate_disconnect(struct gate *gate, const char *name);

// Looks for other files, at most ten times a second. All that judge somebody, and gate_tick(), do
// it, too. Returns the monotonic time in ms, for who would read the clock once more.
int64_t gate_refresh(struct gate *gate);

// Does what is due: ends connections, reports.
void gate_tick(struct gate *gate);

#endif
