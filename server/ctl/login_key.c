// Whether a server's key is the one that its operator means.
#include "server/ctl/login_key.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/ctl/client_explain.h"
#include "server/ctl/client_tls.h"
#include "server/ctl/confirm.h"
#include "server/ctl/secret_prompt.h"
#include "server/ctl/text.h"

enum login_key login_key_judge(const char *key, const char *said, const char *pinned)
{
    if (said[0] != '\0')
        return strcmp(key, said) == 0 ? LOGIN_KEY_GOOD : LOGIN_KEY_WRONG;
    if (pinned[0] != '\0')
        return strcmp(key, pinned) == 0 ? LOGIN_KEY_GOOD : LOGIN_KEY_CHANGED;
    return LOGIN_KEY_ASK;
}

static int ask(const char *url, const char *key, struct err *err)
{
    char answer[80];
    int rc;

    if (!isatty(STDIN_FILENO))
        return subcommand_misuse(err,
            "the server at %s is not known here, and there is no terminal to ask at: give the "
            "fingerprint of its key with --fingerprint",
            url);
    text_line(stderr, "the server at %s is not known here; the fingerprint of its key is", url);
    text_line(stderr, "%s", key);
    rc = secret_prompt_read_shown(
        "is it what `secureesp status` on that machine prints? [y/N]", answer, sizeof answer, err);
    if (rc == 0 && !confirm_is_yes(answer))
        rc = err_set(err, ERR_CONFLICT, "nothing was sent to it");
    return rc < 0 ? rc : SUBCOMMAND_OK;
}

int login_key_find(const struct subcommand_call *call, const struct client_target *target,
    char out[KEY_PIN_SIZE], struct err *err)
{
    const struct server_record *server = &target->server;
    const char *given = options_value(call->options, "fingerprint");
    char said[KEY_PIN_SIZE] = "";
    int rc = given != NULL ? key_pin_parse(given, said, err) : 0;

    if (rc < 0)
        return SUBCOMMAND_USAGE;
    rc = client_tls_probe(server->url, out, err);
    if (rc < 0)
        return rc;
    switch (login_key_judge(out, said, server->pin)) {
    case LOGIN_KEY_GOOD: return SUBCOMMAND_OK;
    case LOGIN_KEY_ASK: return ask(server->url, out, err);
    case LOGIN_KEY_WRONG:
        return err_set(err, ERR_UNTRUSTED,
            "the key of the server at %s has the fingerprint %s, not %s; nothing was sent to it",
            server->url, out, said);
    default: return client_explain_key(server, target->name, out, err);
    }
}
