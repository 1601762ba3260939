// JSON on standard output.
#include "server/ctl/output.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/escape.h"

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
