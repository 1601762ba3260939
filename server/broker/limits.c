// Bounds of what one identity may cost the broker.
#include "server/broker/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LARGEST 100000000
#define DIGITS_MAX 9

static const struct {
    const char *name;
    size_t offset;
    uint32_t value;
    uint32_t least;
} options[] = {
#define OPTION(name, value, least)                                                                 \
    {                                                                                              \
#name, offsetof(struct limits, name), value, least                                         \
    }
    OPTION(messages_per_second, 5, 1),
    OPTION(messages_burst, 300, 1),
    OPTION(bytes_per_second, 8192, 1),
    OPTION(bytes_burst, 524288, 1),
    OPTION(control_bytes_per_second, 512, 1),
    OPTION(control_bytes_burst, 4096, 1),
    OPTION(payload_bytes, 8192, 1),
    // room for a device's own: /command/84:f3:eb:00:00:01/#
    OPTION(topic_bytes, 128, 32),
    OPTION(topic_levels, 8, 4),
    OPTION(subscriptions, 16, 1),
    OPTION(subscribes_per_minute, 30, 1),
    OPTION(subscribes_burst, 60, 1),
    OPTION(connections_per_minute, 30, 1),
    OPTION(connections_burst, 60, 1),
    OPTION(identifiers_per_day, 2, 1),
    OPTION(identifiers_burst, 10, 1),
    OPTION(client_id_bytes, 128, 12),
    OPTION(session_days, 8, 1),
    OPTION(waiting_messages, 500, 1),
    OPTION(waiting_bytes, 524288, 1),
    OPTION(waiting_commands, 200, 1),
    OPTION(dropped_per_minute, 60, 1),
    OPTION(dropped_burst, 200, 1),
    OPTION(shut_out_seconds, 60, 1),
#undef OPTION
};
#define OPTIONS (sizeof options / sizeof options[0])

static uint32_t *place(struct limits *limits, size_t i)
{
    return (uint32_t *)((char *)limits + options[i].offset);
}

void limits_init(struct limits *limits)
{
    for (size_t i = 0; i < OPTIONS; i++)
        *place(limits, i) = options[i].value;
}

// A decimal number, all of the text.
static bool read_number(const char *text, uint32_t least, uint32_t *out)
{
    size_t n = strlen(text);
    uint32_t value = 0;

    if (n == 0 || n > DIGITS_MAX || strspn(text, "0123456789") != n)
        return false;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (uint32_t)(text[i] - '0');
    if (value < least || value > LARGEST)
        return false;
    *out = value;
    return true;
}

// All names, for whoever mistook one.
static void list_names(char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < OPTIONS && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? " " : "", options[i].name);
}

int limits_set(struct limits *limits, const char *name, const char *text, struct err *err)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        if (!read_number(text, options[i].least, place(limits, i)))
            return err_set(err, ERR_INVALID, "%s must be a number from %u to %d, not '%s'", name,
                options[i].least, LARGEST, text);
        return 0;
    }

    char names[ERR_MESSAGE_SIZE];

    list_names(names, sizeof names);
    return err_set(err, ERR_NOT_FOUND,
        "there is no such option; there are cafile revocations sessions daemon role %s", names);
}
