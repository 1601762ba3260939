#ifndef CTL_LOGIN_SESSION_H
#define CTL_LOGIN_SESSION_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/ctl/server_record.h"

// What logging in and out asks of a server. All: as client_call(), or ERR_IO if an answer lacks
// what it should have.

// Logs in by name and password, and writes the role. The session's cookie stays with the client.
ERR_CHECKED int login_session_begin(
    struct client *client, const char *password, struct server_record *record, struct err *err);
ERR_CHECKED int login_session_end(struct client *client, struct err *err);

// Makes a token of that name and of the record's role, good for so many days, and writes it and its
// end into the record.
ERR_CHECKED int login_session_make_token(
    struct client *client, const char *name, struct server_record *record, struct err *err);

// Asks whose the client's token is: writes user, role, and until when it is good.
ERR_CHECKED int login_session_ask(
    struct client *client, struct server_record *record, struct err *err);

// Ends a token.
ERR_CHECKED int login_session_remove_token(
    struct client *client, const char *name, struct err *err);

#endif
