// Values of settings, read and judged.
#include "server/config/config_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int config_value_text(char **member, const char *value, struct err *err)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    free(*member);
    *member = copy;
    return 0;
}

int config_value_path(char **member, const char *value, struct err *err)
{
    size_t n = strlen(value);
    int rc;

    if (value[0] != '/')
        return err_set(err, ERR_INVALID, "'%s' is not an absolute path", value);
    rc = config_value_text(member, value, err);
    if (rc < 0)
        return rc;
    while (n > 1 && (*member)[n - 1] == '/')
        (*member)[--n] = '\0';
    return 0;
}

int config_value_number(
    const char *value, const struct config_value_range *range, int64_t *out, struct err *err)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(value, &end, range->base);
    if (errno != 0 || end == value || *end != '\0')
        return err_set(err, ERR_INVALID, "'%s' is not a number", value);
    if (number < range->min || number > range->max)
        return err_set(err, ERR_INVALID,
            range->base == 8 ? "%s is not between %llo and %llo, octal"
                             : "%s is not between %lld and %lld",
            value, (long long)range->min, (long long)range->max);
    *out = number;
    return 0;
}

int config_value_switch(const char *text, int64_t *out, struct err *err)
{
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return err_set(err, ERR_INVALID, "'%s' is not one of yes, no", text);
    *out = strcmp(text, "yes") == 0;
    return 0;
}
