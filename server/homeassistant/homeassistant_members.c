// The members that an app adds to its device's status.
#include "server/homeassistant/homeassistant_members.h"

#include <stdio.h>
#include <string.h>

#include "server/base/utf8.h"
#include "server/ingest/payload_scan.h"
#include "server/ingest/status_member.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool is_named_well(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n < HOMEASSISTANT_MEMBERS_NAME_SIZE && status_member_find(name, n) == NULL;
}

static bool is_literal(const struct payload_scan_member *sent, const char *text)
{
    return sent->raw_length == strlen(text) && memcmp(sent->raw, text, sent->raw_length) == 0;
}

// False: it is nothing that can be shown.
static bool take_value(const struct payload_scan_member *sent, struct homeassistant_member *out)
{
    bool is_true = sent->type == PAYLOAD_SCAN_LITERAL && is_literal(sent, "true");

    switch (sent->type) {
    case PAYLOAD_SCAN_NUMBER:
        out->type = HOMEASSISTANT_MEMBERS_NUMBER;
        out->number = sent->number;
        return true;
    case PAYLOAD_SCAN_LITERAL:
        out->type = HOMEASSISTANT_MEMBERS_FLAG;
        out->number = is_true;
        return is_true || is_literal(sent, "false");
    case PAYLOAD_SCAN_TEXT:
        out->type = HOMEASSISTANT_MEMBERS_TEXT;
        snprintf(out->text, sizeof out->text, "%.*s",
            (int)utf8_fit(sent->text, sizeof out->text - 1), sent->text);
        return true;
    case PAYLOAD_SCAN_NESTED: break;
    }
    return false;
}

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    struct homeassistant_members *members = ctx;
    struct homeassistant_member member = {.type = HOMEASSISTANT_MEMBERS_NUMBER};

    if (members->count == HOMEASSISTANT_MEMBERS_MAX || !is_named_well(sent->name) ||
        !take_value(sent, &member))
        return;
    memcpy(member.name, sent->name, strlen(sent->name) + 1);
    members->items[members->count++] = member;
}

void homeassistant_members_read(const uint8_t *p, size_t n, struct homeassistant_members *out)
{
    struct payload_faults faults = {0};

    out->count = 0;
    payload_scan(p, n, take_member, out, &faults);
}

void homeassistant_members_key(const char *name, char out[HOMEASSISTANT_MEMBERS_KEY_SIZE])
{
    size_t n = 0;

    for (const char *s = name; *s != '\0' && n + 4 <= HOMEASSISTANT_MEMBERS_KEY_SIZE; s++) {
        if (strchr(PLAIN, *s) != NULL)
            out[n++] = *s;
        else
            n += (size_t)snprintf(
                out + n, HOMEASSISTANT_MEMBERS_KEY_SIZE - n, "-%02x", (unsigned char)*s);
    }
    out[n] = '\0';
}

const struct homeassistant_member *homeassistant_members_find(
    const struct homeassistant_members *members, const struct homeassistant_member *member)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct homeassistant_member *other = &members->items[i];

        if (strcmp(other->name, member->name) == 0 &&
            (other->type == HOMEASSISTANT_MEMBERS_FLAG) ==
                (member->type == HOMEASSISTANT_MEMBERS_FLAG))
            return other;
    }
    return NULL;
}
