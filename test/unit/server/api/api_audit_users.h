#ifndef TEST_SERVER_API_API_AUDIT_USERS_H
#define TEST_SERVER_API_API_AUDIT_USERS_H

// Steps of api_audit_test.c: users, and a token. No password is in what is said of them.

#define USER_PASSWORD "sesame, open twice"
#define USER_STEPS                                                                                 \
    {API "/users", API "/users", TEXT,                                                             \
        "{\"name\": \"anna\", \"role\": \"administrator\", \"password\": \"" USER_PASSWORD "\"}",  \
        "add", "user", "anna", "{\"role\":\"administrator\",\"password_at_ms\":1"},                \
        {API "/users", API "/users", TEXT, "{\"name\": \"otto\", \"role\": \"viewer\"}", "add",    \
            "user", "otto", "{\"role\":\"viewer\",\"password_at_ms\":0}"},                         \
        {API "/users/:/role", API "/users/otto/role?role=operator", TEXT, "", "role", "user",      \
            "otto", "\"role\":\"operator\""},                                                      \
        {API "/users/:/password", API "/users/otto/password", TEXT,                                \
            "{\"password\": \"" USER_PASSWORD "\"}", "password", "user", "otto",                   \
            "\"password_at_ms\":1"},                                                               \
        {API "/tokens", API "/tokens", TEXT, "{\"name\": \"robot\", \"role\": \"viewer\"}", "add", \
            "token", "robot", "{\"user\":null,\"role\":\"viewer\",\"ends_at_ms\":"},               \
        {API "/tokens/:/remove", API "/tokens/robot/remove", TEXT, "", "remove", "token", "robot", \
            ""},                                                                                   \
        {API "/users/:/remove", API "/users/otto/remove", TEXT, "", "remove", "user", "otto", ""},

#endif
