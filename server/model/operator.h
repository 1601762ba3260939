#ifndef MODEL_OPERATOR_H
#define MODEL_OPERATOR_H

#include "server/model/user.h"

// How somebody says who he is.
enum operator_how {
    OPERATOR_NOBODY, // not at all
    OPERATOR_SOCKET, // he may open the Unix socket
    OPERATOR_SESSION,
    OPERATOR_TOKEN,
    OPERATOR_CERTIFICATE,
    OPERATOR_HOW_COUNT
};

// Who asks, and what he may.
struct operator
{
    enum operator_how how;
    enum role role;
    char user[USER_NAME_SIZE];  // "" of the socket, and of a token that is of no user
    char token[USER_NAME_SIZE]; // its name, or ""
    char hash[USER_HASH_SIZE];  // of the session's or token's secret, or ""
    int64_t ends_at_ms;         // of a token; else 0
};

// "nobody", "socket", "session", "token", "certificate".
const char *operator_how_name(enum operator_how how);

#endif
