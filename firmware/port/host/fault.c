// How virtual devices fail.
#include "firmware/port/host/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 256
#define HOUR_MS 3600000u
#define LEAK_STEP_MS 60000u // from one look at a leak to the next
#define SECONDS_MAX 4000000ul

static const struct fault_kind kinds[] = {
    {.name = "never-return", .is_dead = true},
    {.name = "crash-loop", .restart_ms = 600000},
    {.name = "heap-leak", .leak_bytes = 4096},
    {.name = "wrong-report", .reports_other_image = true},
    {.name = "flapping-wifi", .link_period_ms = 1200000, .link_lost_ms = 30000},
    {.name = "asleep", .sleep_ms = FAULT_DAY_MS},
};

static const struct fault_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

// False if the line is none.
static bool read_line(char *line, struct fault *out)
{
    char *rest = line;
    const char *mac = strtok_r(rest, " \n", &rest);
    const char *kind = mac == NULL ? NULL : strtok_r(rest, " \n", &rest);
    const char *image = kind == NULL ? NULL : strtok_r(rest, " \n", &rest);
    const char *after = image == NULL ? NULL : strtok_r(rest, " \n", &rest);
    char *end = NULL;
    unsigned long seconds = after == NULL ? 0 : strtoul(after, &end, 10);

    memset(out, 0, sizeof *out);
    if (image == NULL || !mac_parse(mac, out->mac) || strlen(image) > IMAGE_NAME_MAX)
        return false;
    if (after != NULL && (*after < '0' || *after > '9' || *end != '\0' || seconds > SECONDS_MAX))
        return false;
    out->kind = find_kind(kind);
    memcpy(out->image, image, strlen(image));
    out->after_ms = (uint32_t)(seconds * 1000);
    return out->kind != NULL && strtok_r(rest, " \n", &rest) == NULL;
}

static int add(struct fault_list *list, const struct fault *fault)
{
    struct fault *items = realloc(list->items, (list->count + 1) * sizeof *items);

    if (items == NULL)
        return -1;
    items[list->count++] = *fault;
    list->items = items;
    return 0;
}

int fault_list_read(struct fault_list *list, const char *path)
{
    FILE *file = fopen(path, "re");
    char line[LINE_SIZE];
    struct fault fault;
    int rc = 0;

    *list = (struct fault_list){0};
    if (file == NULL) {
        fprintf(stderr, "virtual-esp: %s: %m\n", path);
        return -1;
    }
    while (rc == 0 && fgets(line, sizeof line, file) != NULL) {
        if (!read_line(line, &fault) || add(list, &fault) != 0) {
            fprintf(stderr, "virtual-esp: %s: line %zu is no fault\n", path, list->count + 1);
            rc = -1;
        }
    }
    (void)fclose(file);
    return rc;
}

void fault_list_clear(struct fault_list *list)
{
    free(list->items);
    *list = (struct fault_list){0};
}

const struct fault *fault_list_find(
    const struct fault_list *list, const char *mac, const char *image)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].mac, mac) == 0 && strcmp(list->items[i].image, image) == 0)
            return &list->items[i];
    }
    return NULL;
}

static void tell_link(const struct fault_kind *kind, uint32_t since_ms, struct fault_state *out)
{
    uint32_t in_period_ms = since_ms % kind->link_period_ms;
    uint32_t lost_at_ms = kind->link_period_ms - kind->link_lost_ms;

    out->is_link_lost = in_period_ms >= lost_at_ms;
    out->losses = since_ms / kind->link_period_ms + (out->is_link_lost ? 1 : 0);
    out->wait_ms = (out->is_link_lost ? kind->link_period_ms : lost_at_ms) - in_period_ms;
}

static void tell_heap(
    const struct fault_kind *kind, uint32_t since_ms, uint32_t heap_bytes, struct fault_state *out)
{
    uint64_t lost = (uint64_t)kind->leak_bytes * since_ms / HOUR_MS;

    out->crashes = lost >= heap_bytes;
    out->lost_heap_bytes = out->crashes ? heap_bytes : (uint32_t)lost;
    out->wait_ms = LEAK_STEP_MS;
}

void fault_tell(
    const struct fault *fault, uint32_t since_ms, uint32_t heap_bytes, struct fault_state *out)
{
    const struct fault_kind *kind = fault == NULL ? NULL : fault->kind;

    *out = (struct fault_state){.wait_ms = FAULT_NEVER};
    if (kind == NULL)
        return;
    if (since_ms < fault->after_ms) {
        out->wait_ms = fault->after_ms - since_ms;
        return;
    }
    since_ms -= fault->after_ms;
    if (kind->is_dead || kind->sleep_ms > 0) {
        out->sleeps = true;
        out->wait_ms = kind->is_dead ? FAULT_NEVER : kind->sleep_ms;
    } else if (kind->restart_ms > 0) {
        out->crashes = since_ms >= kind->restart_ms;
        out->wait_ms = out->crashes ? 0 : kind->restart_ms - since_ms;
    } else if (kind->link_period_ms > 0) {
        tell_link(kind, since_ms, out);
    } else if (kind->leak_bytes > 0) {
        tell_heap(kind, since_ms, heap_bytes, out);
    }
}

void fault_make_up(struct fault_state *state, bool is_online, uint32_t *seen)
{
    if (state->losses > *seen && !state->is_link_lost && is_online) {
        state->is_link_lost = true;
        state->wait_ms = 1;
    }
    *seen = state->losses;
}
