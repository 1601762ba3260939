#ifndef CTL_CLIENT_TARGET_H
#define CTL_CLIENT_TARGET_H

#include "server/base/err.h"
#include "server/ctl/server_record.h"
#include "server/ctl/server_store.h"

struct client_pool;

#define CLIENT_TARGET_SOCKET "/run/secureesp/api.sock"

// Where requests go: the socket of the daemon of this machine, or a server. Wipe it.
struct client_target {
    const char *socket;          // borrowed; NULL: the server
    char name[SERVER_NAME_SIZE]; // how the server is called here
    struct server_record server; // without a token: a session's cookie is kept instead
    struct client_pool *pool;    // of its connections, borrowed; NULL: each client makes its own
};

// What is said of it: options first, then the environment. NULL or "": nothing.
struct client_target_words {
    const char *server_option;
    const char *socket_option;
    const char *server_environment;
    const char *socket_environment;
};

// The place that they name: *server and *socket are the word for it, of which one at most is not
// NULL; neither: the usual server, or the usual socket. ERR_INVALID for both options at once.
ERR_CHECKED int client_target_choose(const struct client_target_words *words, const char **server,
    const char **socket, struct err *err);

// Resolves such words, of which both may be NULL, by the log-ins of the store. ERR_NOT_FOUND if
// there is no log-in at the server, with the command that makes one; as server_store_load() and
// server_url_normalize(). Without a word and without a usual server it is CLIENT_TARGET_SOCKET.
ERR_CHECKED int client_target_resolve(const struct server_store *store, const char *server,
    const char *socket, struct client_target *out, struct err *err);

// What somebody who logs in means: a log-in that there is, by its address or name, or with an empty
// token the place for a new one, with the pin of another that there is at that address. name: what
// he wants to call it, or NULL. ERR_CONFLICT if another server is called so; else as
// client_target_resolve().
ERR_CHECKED int client_target_for_login(const struct server_store *store, const char *server,
    const char *name, struct client_target *out, struct err *err);

// How messages call it: the socket's path or the server's address.
const char *client_target_place(const struct client_target *target);

#endif
