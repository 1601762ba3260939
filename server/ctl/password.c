// Passwords from a terminal or a file.
#include "server/ctl/password.h"

#include <string.h>

#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

#define PASSWORD_SIZE 256

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
    int rc = path != NULL ? secret_file_take(path, "new password", secret, sizeof secret, err)
                          : secret_prompt_read_new("new password", secret, sizeof secret, err);

    return rc < 0 ? rc : set(body, "password", secret, err);
}

int password_read(const char *question, const char *member, json_t *body, struct err *err)
{
    char secret[PASSWORD_SIZE] = "";
    int rc = secret_prompt_read(question, secret, sizeof secret, err);

    return rc < 0 ? rc : set(body, member, secret, err);
}
