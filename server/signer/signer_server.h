#ifndef SIGNER_SERVER_H
#define SIGNER_SERVER_H

#include <sys/types.h>

#include "server/base/err.h"
#include "server/signer/signer.h"

#define SIGNER_SERVER_PLACES 16       // connections at once
#define SIGNER_SERVER_TIMEOUT_MS 5000 // for a request to arrive

// The socket on which one user may ask.
struct signer_server;

// Listens at a path, for owner and group. client: whose processes are answered. As
// unix_socket_listen(); ERR_NO_MEMORY.
ERR_CHECKED int signer_server_open(
    const char *path, uid_t client, struct signer_server **out, struct err *err);
void signer_server_close(struct signer_server *server);

// Answers requests, one after the other, until something can be read from wake_fd. Who is slow
// keeps nobody waiting: of more connections than there are places the oldest is ended. ERR_IO.
ERR_CHECKED int signer_server_run(
    struct signer_server *server, struct signer *signer, int wake_fd, struct err *err);

#endif
