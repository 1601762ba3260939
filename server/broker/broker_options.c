// What the broker's configuration says to the plugin.
#include "server/broker/broker_options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DAEMON "secureespd"

// Those that are kept as they are.
static const struct {
    const char *key;
    size_t offset;
    const char *description;
} texts[] = {
    {"cafile", offsetof(struct broker_options, ca_file), "the CA's file"},
    {"revocations", offsetof(struct broker_options, revocations), "the list of who is shut out"},
    {"daemon", offsetof(struct broker_options, daemon), "the daemon's name"},
};
#define TEXTS (sizeof texts / sizeof texts[0])

static char **place(struct broker_options *options, size_t i)
{
    return (char **)((char *)options + texts[i].offset);
}

int broker_options_init(struct broker_options *options)
{
    *options = (struct broker_options){0};
    limits_init(&options->limits);
    options->daemon = strdup(DAEMON);
    if (options->daemon == NULL || access_table_new(&options->table) < 0) {
        broker_options_clear(options);
        return ERR_NO_MEMORY;
    }
    return 0;
}

void broker_options_clear(struct broker_options *options)
{
    for (size_t i = 0; i < TEXTS; i++)
        free(*place(options, i));
    access_table_free(options->table);
    *options = (struct broker_options){0};
}

static int set_text(char **text, const char *value, struct err *err)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an option");
    free(*text);
    *text = copy;
    return 0;
}

int broker_options_set(
    struct broker_options *options, const char *key, const char *value, struct err *err)
{
    int rc;

    for (size_t i = 0; i < TEXTS; i++) {
        if (strcmp(key, texts[i].key) == 0)
            return set_text(place(options, i), value, err);
    }
    if (strcmp(key, "role") == 0)
        rc = access_table_add(options->table, value, err);
    else
        rc = limits_set(&options->limits, key, value, err);
    return rc < 0 ? err_context(err, "plugin_opt_%s", key) : 0;
}

int broker_options_check(const struct broker_options *options, struct err *err)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const char *const *text = (const char *const *)((const char *)options + texts[i].offset);

        if (*text == NULL || **text == '\0')
            return err_set(err, ERR_INVALID, "plugin_opt_%s is missing: %s", texts[i].key,
                texts[i].description);
    }
    return 0;
}
