// Writes statuses and events as JSON.
#include "firmware/core/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/contract.h"

#define TEXT_MAX 120

struct writer {
    char *out;
    size_t size;
    size_t used;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void put(
    struct writer *writer, const char *format, ...)
{
    va_list arguments;
    size_t room = writer->size - writer->used;

    if (writer->failed)
        return;
    va_start(arguments, format);

    int n = vsnprintf(writer->out + writer->used, room, format, arguments);

    va_end(arguments);
    if (n < 0 || (size_t)n >= room)
        writer->failed = true;
    else
        writer->used += (size_t)n;
}

static void put_name(struct writer *writer, const char *name)
{
    put(writer, "%s\"%s\":", writer->used == 0 ? "{" : ",", name);
}

static void put_number(struct writer *writer, const char *name, long long value)
{
    put_name(writer, name);
    put(writer, "%lld", value);
}

static void put_text(struct writer *writer, const char *name, const char *text)
{
    put_name(writer, name);
    put(writer, "\"");
    for (size_t i = 0; i < TEXT_MAX && text[i] != '\0'; i++) {
        if (text[i] == '"' || text[i] == '\\')
            put(writer, "\\%c", text[i]);
        else
            put(writer, "%c", text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
    }
    put(writer, "\"");
}

static size_t finish(struct writer *writer)
{
    put(writer, "}");
    return writer->failed ? 0 : writer->used;
}

size_t report_write_status(const struct report_status *status, char *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};

    put_number(&writer, CONTRACT_STATUS_UPTIME, status->uptime_ms);
    put_number(&writer, CONTRACT_STATUS_MAX_LOOP, status->max_loop_ms);
    put_number(&writer, CONTRACT_STATUS_MQTT, status->mqtt_ms);
    put_text(&writer, CONTRACT_STATUS_NAME, status->name);
    put_text(&writer, CONTRACT_STATUS_IMAGE, status->image);
    put_text(&writer, CONTRACT_STATUS_BUILD, status->build);
    put_text(&writer, CONTRACT_STATUS_IP, status->ip);
    put_number(&writer, CONTRACT_STATUS_RSSI, status->rssi_dbm);
    put_number(&writer, CONTRACT_STATUS_FREE_HEAP, status->free_heap_bytes);
    if (status->error[0] != '\0')
        put_text(&writer, CONTRACT_STATUS_ERROR, status->error);
    return finish(&writer);
}

size_t report_write_event(const struct report_event *event, char *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};

    put_text(&writer, CONTRACT_EVENT_KIND, event->kind);
    if (event->command != NULL)
        put_text(&writer, CONTRACT_EVENT_COMMAND, event->command);
    if (event->has_id)
        put_number(&writer, CONTRACT_EVENT_ID, event->id);
    put_text(&writer, CONTRACT_EVENT_RESULT, result_name(event->result));
    if (event->image != NULL && event->image[0] != '\0')
        put_text(&writer, CONTRACT_EVENT_IMAGE, event->image);
    if (event->detail != NULL && event->detail[0] != '\0')
        put_text(&writer, CONTRACT_EVENT_DETAIL, event->detail);
    return finish(&writer);
}
