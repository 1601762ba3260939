// The first administrator's password.
#include "server/ctl/setup_password.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

#define LETTERS 24

int setup_password_make(struct setup_password *out, struct err *err)
{
    // 32 of them, so that each byte tells one without a bias
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t bytes[LETTERS];

    _Static_assert(sizeof alphabet - 1 == 32, "each of 32 as often as the others");
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, ERR_IO, "no random bytes: %m");
    for (size_t i = 0; i < LETTERS; i++)
        out->text[i] = alphabet[bytes[i] & 31];
    out->text[LETTERS] = '\0';
    out->is_made = true;
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

static int ask(const char *name, struct setup_password *out, struct err *err)
{
    char question[128];

    snprintf(question, sizeof question, "password for the administrator %s", name);
    return secret_prompt_read_new(question, out->text, sizeof out->text, err);
}

int setup_password_take(
    const char *file, const char *name, struct setup_password *out, struct err *err)
{
    int rc;

    memset(out, 0, sizeof *out);
    if (file != NULL)
        rc = secret_file_take(file, "password", out->text, sizeof out->text, err);
    else
        rc = isatty(STDIN_FILENO) ? ask(name, out, err) : setup_password_make(out, err);
    if (rc == 0 && out->text[0] == '\0')
        rc = err_set(err, ERR_INVALID, "an empty password is none");
    return rc;
}
