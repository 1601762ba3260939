// Writes statuses and events as JSON.
#include "firmware/core/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/decimal.h"

#define TEXT_MAX 120
#define DECIMALS_MAX 9

// Bytes of an event's detail, so that there is room for a step and a code.
#define STEP_MAX (sizeof ",\"" CONTRACT_EVENT_STEP "\":\"\"" + ERROR_STEP_SIZE - 2)
#define CODE_MAX (sizeof ",\"" CONTRACT_EVENT_CODE "\":-2147483648" - 1)
#define DETAIL_MAX (ERROR_STEP_EVENT_MAX - STEP_MAX - CODE_MAX)

__attribute__((format(printf, 2, 3))) static void put(
    struct report_members *members, const char *format, ...)
{
    va_list arguments;
    size_t room = members->size - members->used;

    if (members->failed)
        return;
    va_start(arguments, format);

    int n = vsnprintf(members->out + members->used, room, format, arguments);

    va_end(arguments);
    if (n < 0 || (size_t)n >= room)
        members->failed = true;
    else
        members->used += (size_t)n;
}

static void put_name(struct report_members *members, const char *name)
{
    put(members, "%s\"%s\":", members->used == 0 ? "{" : ",", name);
}

static void put_number(struct report_members *members, const char *name, int64_t value)
{
    char digits[DECIMAL_SIZE];

    put_name(members, name);
    (void)decimal_format(digits, sizeof digits, value);
    put(members, "%s", digits);
}

// end: where it must have ended, with its quote.
static void put_text_until(
    struct report_members *members, const char *name, const char *text, size_t end)
{
    put_name(members, name);
    put(members, "\"");
    for (size_t i = 0; i < TEXT_MAX && text[i] != '\0' && members->used + 3 <= end; i++) {
        if (text[i] == '"' || text[i] == '\\')
            put(members, "\\%c", text[i]);
        else
            put(members, "%c", text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
    }
    put(members, "\"");
}

static void put_text(struct report_members *members, const char *name, const char *text)
{
    put_text_until(members, name, text, SIZE_MAX);
}

// It is not the first member.
static void put_hash(struct report_members *members, const uint8_t *hash)
{
    put(members, ",\"" CONTRACT_STATUS_CONFIG_HASH "\":\"");
    for (size_t i = 0; i < 8; i++)
        put(members, "%02x", hash[i]);
    put(members, "\"");
}

static bool is_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

    return n < REPORT_MEMBER_SIZE && name[n] == '\0' && name[0] >= 'a' && name[0] <= 'z';
}

// Quotes within texts are escaped, so what is found is a name.
static bool has_member(const struct report_members *members, const char *name)
{
    char quoted[REPORT_MEMBER_SIZE + 3];

    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    return strcmp(name, CONTRACT_STATUS_ERROR) == 0 || strstr(members->out, quoted) != NULL;
}

static void leave_out(struct report_members *members, const char *name)
{
    if (members->left_out[0] == '\0')
        snprintf(members->left_out, sizeof members->left_out, "%s", name[0] == '\0' ? "?" : name);
}

// Whether it may be added.
static bool begin_member(struct report_members *members, const char *name)
{
    if (members->failed)
        return false;
    members->begin = members->used;
    if (is_name(name) && !has_member(members, name))
        return true;
    leave_out(members, name);
    return false;
}

// There must be room for what ends the status, too.
static void end_member(struct report_members *members, const char *name)
{
    if (!members->failed && members->size - members->used >= sizeof "}")
        return;
    members->failed = false;
    members->used = members->begin;
    members->out[members->used] = '\0';
    leave_out(members, name);
}

void report_add_number(struct report_members *members, const char *name, int64_t value)
{
    if (!begin_member(members, name))
        return;
    put_number(members, name, value);
    end_member(members, name);
}

void report_add_text(struct report_members *members, const char *name, const char *text)
{
    if (!begin_member(members, name))
        return;
    put_text(members, name, text);
    end_member(members, name);
}

void report_add_decimal(
    struct report_members *members, const char *name, int32_t value, unsigned decimals)
{
    uint32_t magnitude = value < 0 ? 0 - (uint32_t)value : (uint32_t)value;
    uint32_t unit = 1;

    if (decimals == 0) {
        report_add_number(members, name, value);
        return;
    }
    if (decimals > DECIMALS_MAX) {
        leave_out(members, name);
        return;
    }
    if (!begin_member(members, name))
        return;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    put_name(members, name);
    put(members, "%s%lu.%0*lu", value < 0 ? "-" : "", (unsigned long)(magnitude / unit),
        (int)decimals, (unsigned long)(magnitude % unit));
    end_member(members, name);
}

size_t report_end(struct report_members *members)
{
    put(members, "}");
    return members->failed ? 0 : members->used;
}

enum { COUNTER, SIGNED, TEXT };

// What every status has, in this order.
static const struct {
    const char *name;
    uint16_t offset; // in struct report_status
    uint16_t kind;
} status_members[] = {
    {CONTRACT_STATUS_UPTIME, offsetof(struct report_status, uptime_ms), COUNTER},
    {CONTRACT_STATUS_MAX_LOOP, offsetof(struct report_status, max_loop_ms), COUNTER},
    {CONTRACT_STATUS_MQTT, offsetof(struct report_status, mqtt_ms), COUNTER},
    {CONTRACT_STATUS_NAME, offsetof(struct report_status, name), TEXT},
    {CONTRACT_STATUS_IMAGE, offsetof(struct report_status, image), TEXT},
    {CONTRACT_STATUS_BUILD, offsetof(struct report_status, build), TEXT},
    {CONTRACT_STATUS_IP, offsetof(struct report_status, ip), TEXT},
    {CONTRACT_STATUS_RSSI, offsetof(struct report_status, rssi_dbm), SIGNED},
    {CONTRACT_STATUS_FREE_HEAP, offsetof(struct report_status, free_heap_bytes), COUNTER},
};

void report_begin_status(
    struct report_members *members, const struct report_status *status, char *out, size_t size)
{
    *members = (struct report_members){.out = out, .size = size};

    for (size_t i = 0; i < sizeof status_members / sizeof status_members[0]; i++) {
        const void *value = (const char *)status + status_members[i].offset;

        if (status_members[i].kind == TEXT)
            put_text(members, status_members[i].name, *(const char *const *)value);
        else if (status_members[i].kind == SIGNED)
            put_number(members, status_members[i].name, *(const int32_t *)value);
        else
            put_number(members, status_members[i].name, *(const uint32_t *)value);
    }
    put_hash(members, status->config_hash);
    if (status->error[0] != '\0')
        put_text(members, CONTRACT_STATUS_ERROR, status->error);
}

size_t report_write_event(const struct report_event *event, char *out, size_t size)
{
    struct report_members members = {.out = out, .size = size};

    put_text(&members, CONTRACT_EVENT_KIND, event->kind);
    if (event->command != NULL)
        put_text(&members, CONTRACT_EVENT_COMMAND, event->command);
    if (event->has_id)
        put_number(&members, CONTRACT_EVENT_ID, event->id);
    if (strcmp(event->kind, CONTRACT_EVENT_KIND_ACCEPTED) != 0) // that is no end
        put_text(&members, CONTRACT_EVENT_RESULT, result_name(event->result));
    if (event->image != NULL && event->image[0] != '\0')
        put_text(&members, CONTRACT_EVENT_IMAGE, event->image);
    if (event->detail != NULL && event->detail[0] != '\0')
        put_text_until(&members, CONTRACT_EVENT_DETAIL, event->detail, members.used + DETAIL_MAX);
    if (event->step != ERROR_STEP_NONE)
        put_text(&members, CONTRACT_EVENT_STEP, error_step_name(event->step));
    if (event->code != 0)
        put_number(&members, CONTRACT_EVENT_CODE, event->code);
    return report_end(&members);
}
