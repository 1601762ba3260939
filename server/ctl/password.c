// Passwords from a terminal or a file.
#include "server/ctl/password.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/ctl/present.h"
#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

#define PASSWORD_SIZE 256

// What is typed blindly is typed twice.
static int ask_twice(char out[PASSWORD_SIZE], struct err *err)
{
    char again[PASSWORD_SIZE] = "";
    int rc = secret_prompt_read("new password", out, PASSWORD_SIZE, err);

    if (rc == 0 && isatty(STDIN_FILENO))
        rc = secret_prompt_read("once more", again, sizeof again, err);
    if (rc == 0 && isatty(STDIN_FILENO) && strcmp(out, again) != 0)
        rc = err_set(err, ERR_INVALID, "these are two passwords");
    explicit_bzero(again, sizeof again);
    return rc;
}

static int set(json_t *body, const char *member, char secret[PASSWORD_SIZE], struct err *err)
{
    int rc = json_object_set_new(body, member, json_string(secret)) < 0
                 ? err_set(err, ERR_INVALID, "the password has bytes that are no UTF-8")
                 : 0;

    explicit_bzero(secret, PASSWORD_SIZE);
    return rc;
}

int password_read_new(const struct subcommand_call *call, json_t *body, struct err *err)
{
    const char *path = options_value(call->options, "password-file");
    char secret[PASSWORD_SIZE] = "";
    int rc =
        path != NULL ? secret_file_read(path, secret, sizeof secret, err) : ask_twice(secret, err);

    return rc < 0 ? rc : set(body, "password", secret, err);
}

int password_read(const char *question, const char *member, json_t *body, struct err *err)
{
    char secret[PASSWORD_SIZE] = "";
    int rc = secret_prompt_read(question, secret, sizeof secret, err);

    return rc < 0 ? rc : set(body, member, secret, err);
}

int password_post(const struct subcommand_call *call, const char *path, json_t *body,
    present_show *show, struct err *err)
{
    struct client_request request = {.method = "POST", .path = path, .type = "application/json"};
    char *text = json_dumps(body, JSON_COMPACT);
    int rc;

    json_decref(body);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the request");
    request.body = (const uint8_t *)text;
    request.size_bytes = strlen(text);
    rc = present_request(call, &request, show, err);
    explicit_bzero(text, request.size_bytes);
    free(text);
    return rc;
}
