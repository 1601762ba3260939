// What the broker's configuration says to the plugin.
#include "server/broker/broker_options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/broker/identity.h"

#define DAEMON "secureespd"

// Those that are kept as they are.
static const struct {
    const char *key;
    size_t offset;
    const char *description; // of one that has to be there
} texts[] = {
    {"cafile", offsetof(struct broker_options, ca_file), "the CA's file"},
    {"revocations", offsetof(struct broker_options, revocations), "the list of revoked clients"},
    {"sessions", offsetof(struct broker_options, sessions), NULL},
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

// Takes note that an option is given. False if it was before.
static bool note_given(struct broker_options *options, const char *key)
{
    size_t n = strlen(key);
    size_t used = strlen(options->given);

    for (const char *s = options->given; *s != '\0'; s += strcspn(s, " ") + 1) {
        if (strcspn(s, " ") == n && memcmp(s, key, n) == 0)
            return false;
    }
    snprintf(options->given + used, sizeof options->given - used, "%s ", key);
    return true;
}

static int set(struct broker_options *options, const char *key, const char *value, struct err *err)
{
    int rc = ERR_NOT_FOUND;

    if (strcmp(key, "role") == 0)
        return access_table_add(options->table, value, err);
    for (size_t i = 0; i < TEXTS && rc == ERR_NOT_FOUND; i++) {
        if (strcmp(key, texts[i].key) == 0)
            rc = set_text(place(options, i), value, err);
    }
    if (rc == ERR_NOT_FOUND)
        rc = limits_set(&options->limits, key, value, err);
    if (rc == 0 && !note_given(options, key))
        return err_set(err, ERR_CONFLICT, "it is given twice");
    return rc;
}

int broker_options_set(
    struct broker_options *options, const char *key, const char *value, struct err *err)
{
    return set(options, key, value, err) < 0 ? err_context(err, "plugin_opt_%s", key) : 0;
}

// Whoever bears the daemon's name is it: so that is no device's, nor what else is a name here.
static int check_daemon(const struct broker_options *options, struct err *err)
{
    const char *name = options->daemon;
    char mac[MAC_SIZE];

    if (mac_parse(name, mac))
        return err_set(err, ERR_INVALID, "plugin_opt_daemon: '%s' is a device's name", name);
    if (!identity_is_name(name))
        return err_set(err, ERR_INVALID,
            "plugin_opt_daemon: '%s' cannot be a client's common name: up to %d characters, no "
            "space and none of + # / $ \" \\ %%",
            name, IDENTITY_NAME_SIZE - 1);
    if (access_table_find(options->table, name) != ACCESS_TABLE_NONE)
        return err_set(err, ERR_INVALID, "plugin_opt_daemon: '%s' is a role's name", name);
    return 0;
}

int broker_options_check(const struct broker_options *options, struct err *err)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const char *const *text = (const char *const *)((const char *)options + texts[i].offset);

        if (texts[i].description != NULL && (*text == NULL || **text == '\0'))
            return err_set(err, ERR_INVALID, "plugin_opt_%s is missing: %s", texts[i].key,
                texts[i].description);
    }
    if (options->limits.bytes_burst < options->limits.payload_bytes)
        return err_set(err, ERR_INVALID,
            "plugin_opt_bytes_burst is less than plugin_opt_payload_bytes: no message of that size "
            "would ever be accepted");
    return check_daemon(options, err);
}
