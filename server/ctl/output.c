// JSON on standard output.
#include "server/ctl/output.h"

#include <stdio.h>

int output_json(json_t *value, struct err *err)
{
    if (value == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the answer");

    int rc = json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);

    json_decref(value);
    if (rc < 0 || putchar('\n') == EOF)
        return err_set(err, ERR_IO, "cannot write to standard output");
    return 0;
}
