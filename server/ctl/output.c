// JSON on standard output.
#include "server/ctl/output.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/base/escape.h"
#include "server/base/utf8.h"

int output_json(json_t *value, struct err *err)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    size_t size;
    char *escaped = text != NULL ? escape_json(text, &size) : NULL;

    json_decref(value);
    free(text);
    if (escaped == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the answer");

    int rc = puts(escaped);

    free(escaped);
    return rc == EOF ? err_set(err, ERR_IO, "cannot write to standard output") : 0;
}

void output_end_unheard(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0)
        (void)raise(SIGPIPE);
}

json_t *output_text(const char *text)
{
    size_t size;

    if (utf8_is_valid(text))
        return json_string(text);

    char *escaped = escape_text(text, &size);
    json_t *value = escaped != NULL ? json_string(escaped) : NULL;

    free(escaped);
    return value;
}
