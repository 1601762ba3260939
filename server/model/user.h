#ifndef MODEL_USER_H
#define MODEL_USER_H

#include <stdint.h>

#include "server/model/role.h"

// Who may use the API over HTTPS.

#define USER_NAME_SIZE 33      // with the terminating NUL, as the others
#define USER_PASSWORD_SIZE 128 // of its hash
#define USER_HASH_SIZE 65      // SHA-256 as hex
#define USER_ADDRESS_SIZE 46   // as HTTP_REQUEST_PEER_SIZE

#define USER_MAX 256              // of them
#define USER_SESSIONS_MAX 32      // of each; the oldest ends for one more
#define USER_TOKENS_MAX 256       // of all
#define USER_TOKENS_OF_ONE_MAX 32 // of one user

struct user {
    char name[USER_NAME_SIZE];
    enum role role;
    char password[USER_PASSWORD_SIZE]; // "": he has none, and shows a certificate
    int64_t created_at_ms;
    int64_t password_at_ms; // when it was set; 0: never
};

// Where one is logged in.
struct user_session {
    char hash[USER_HASH_SIZE]; // of what he shows
    char user[USER_NAME_SIZE];
    enum role role; // that he has now
    int64_t created_at_ms;
    int64_t used_at_ms;
    char address[USER_ADDRESS_SIZE]; // from which he logged in
};

// What a program shows.
struct user_token {
    char name[USER_NAME_SIZE];
    char hash[USER_HASH_SIZE];
    char user[USER_NAME_SIZE]; // "": it was made on the machine itself, and ends with nobody
    enum role role;
    enum role user_role; // that its user has now; without one ROLE_ADMINISTRATOR
    int64_t created_at_ms;
    int64_t ends_at_ms;
    int64_t used_at_ms; // 0: never
};

#endif
