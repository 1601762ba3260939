// The set of those who are shut out, and the file that it travels in.
#include "server/model/revocation_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADING "secureesp-revocations 1"
#define LINE_SIZE 96 // the longest line, with room
#define DEVICE_WORD "device "
#define SERIAL_WORD "serial "

struct serial {
    char text[REVOCATION_SERIAL_SIZE];
};

struct device {
    char mac[MAC_SIZE];
    int64_t before_ms;
};

// Each kind in order of its bytes, none twice.
struct revocation_list {
    uint64_t number;
    struct serial *serials;
    size_t serial_count;
    size_t serial_room;
    struct device *devices;
    size_t device_count;
    size_t device_room;
};

int revocation_list_new(uint64_t number, struct revocation_list **out)
{
    struct revocation_list *list = calloc(1, sizeof *list);

    if (list == NULL)
        return ERR_NO_MEMORY;
    list->number = number;
    *out = list;
    return 0;
}

void revocation_list_free(struct revocation_list *list)
{
    if (list == NULL)
        return;
    free(list->serials);
    free(list->devices);
    free(list);
}

uint64_t revocation_list_number(const struct revocation_list *list)
{
    return list->number;
}

size_t revocation_list_count(const struct revocation_list *list)
{
    return list->serial_count + list->device_count;
}

// Where a key stands among count items of a size that begin with such a text, or would stand. What
// comes in order is found at once.
static size_t place(const void *items, size_t count, size_t size, const char *key, bool *there)
{
    const char *at = items;
    size_t low = 0;
    size_t high = count;

    *there = false;
    if (count > 0 && strcmp(at + (count - 1) * size, key) < 0)
        return count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(at + middle * size, key);

        *there = *there || order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Makes room for one item more at a place. NULL without memory.
static void *open_gap(void **items, size_t count, size_t *room, size_t size, size_t at)
{
    char *bytes = *items;

    if (count == *room) {
        size_t more = *room == 0 ? 16 : *room * 2;

        bytes = reallocarray(*items, more, size);
        if (bytes == NULL)
            return NULL;
        *items = bytes;
        *room = more;
    }
    memmove(bytes + (at + 1) * size, bytes + at * size, (count - at) * size);
    return bytes + at * size;
}

static bool is_serial(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n % 2 != 0 || n >= REVOCATION_SERIAL_SIZE ||
        strspn(text, "0123456789abcdef") != n)
        return false;
    return n == 2 || memcmp(text, "00", 2) != 0;
}

int revocation_list_add_serial(struct revocation_list *list, const char *serial)
{
    void *items = list->serials;
    struct serial *slot;
    bool there;
    size_t at;

    if (!is_serial(serial))
        return ERR_INVALID;
    at = place(list->serials, list->serial_count, sizeof *slot, serial, &there);
    if (there)
        return 0;
    if (revocation_list_count(list) >= REVOCATION_LIST_MAX)
        return ERR_TOO_LARGE;
    slot = open_gap(&items, list->serial_count, &list->serial_room, sizeof *slot, at);
    if (slot == NULL)
        return ERR_NO_MEMORY;
    list->serials = items;
    list->serial_count++;
    memcpy(slot->text, serial, strlen(serial) + 1);
    return 0;
}

// The entry of a device, or NULL; *at is where it stands, or would stand.
static struct device *find_device(const struct revocation_list *list, const char *mac, size_t *at)
{
    bool there;

    *at = place(list->devices, list->device_count, sizeof *list->devices, mac, &there);
    return there ? &list->devices[*at] : NULL;
}

int revocation_list_add_device(struct revocation_list *list, const char *mac, int64_t before_ms)
{
    void *items = list->devices;
    struct device *slot;
    size_t at;

    if (!mac_is_valid(mac, strlen(mac)) || before_ms < 0)
        return ERR_INVALID;
    slot = find_device(list, mac, &at);
    if (slot != NULL) { // of two the one that shuts out more
        if (slot->before_ms < before_ms)
            slot->before_ms = before_ms;
        return 0;
    }
    if (revocation_list_count(list) >= REVOCATION_LIST_MAX)
        return ERR_TOO_LARGE;
    slot = open_gap(&items, list->device_count, &list->device_room, sizeof *slot, at);
    if (slot == NULL)
        return ERR_NO_MEMORY;
    list->devices = items;
    list->device_count++;
    memcpy(slot->mac, mac, MAC_SIZE);
    slot->before_ms = before_ms;
    return 0;
}

bool revocation_list_has_serial(const struct revocation_list *list, const char *serial)
{
    bool there;

    (void)place(list->serials, list->serial_count, sizeof *list->serials, serial, &there);
    return there;
}

bool revocation_list_has_device(
    const struct revocation_list *list, const char *mac, int64_t not_before_ms)
{
    size_t at;
    const struct device *device = find_device(list, mac, &at);

    return device != NULL &&
           (device->before_ms == REVOCATION_ALL_MS || not_before_ms < device->before_ms);
}

// A decimal number, all of the text, without sign or leading zeros.
static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
    size_t n = strlen(text);
    uint64_t value;

    if (n == 0 || strspn(text, "0123456789") != n || (text[0] == '0' && n > 1))
        return false;
    errno = 0;
    value = strtoull(text, NULL, 10);
    if (errno != 0 || value > max)
        return false;
    *out = value;
    return true;
}

// After "device ": MAC, and which of its certificates.
static int take_device(struct revocation_list *list, const char *rest)
{
    static const char before[] = " before ";
    char mac[MAC_SIZE];
    uint64_t ms;

    if (strlen(rest) < MAC_LENGTH)
        return ERR_INVALID;
    memcpy(mac, rest, MAC_LENGTH);
    mac[MAC_LENGTH] = '\0';
    rest += MAC_LENGTH;
    if (strcmp(rest, " all") == 0)
        return revocation_list_add_device(list, mac, REVOCATION_ALL_MS);
    if (strncmp(rest, before, sizeof before - 1) != 0 ||
        !read_number(rest + sizeof before - 1, INT64_MAX - 1, &ms))
        return ERR_INVALID;
    return revocation_list_add_device(list, mac, (int64_t)ms);
}

static int take_entry(struct revocation_list *list, const char *line)
{
    if (strncmp(line, SERIAL_WORD, sizeof SERIAL_WORD - 1) == 0)
        return revocation_list_add_serial(list, line + sizeof SERIAL_WORD - 1);
    if (strncmp(line, DEVICE_WORD, sizeof DEVICE_WORD - 1) == 0)
        return take_device(list, line + sizeof DEVICE_WORD - 1);
    return ERR_INVALID;
}

// What is being read.
struct reader {
    const char *text;
    size_t n;
    size_t at;
    size_t line; // its number, from 1
    char words[LINE_SIZE];
};

// The next line, without its end. False if there is none that fits.
static bool next_line(struct reader *reader)
{
    const char *from = reader->text + reader->at;
    const char *end = reader->at < reader->n ? memchr(from, '\n', reader->n - reader->at) : NULL;
    size_t size = end != NULL ? (size_t)(end - from) : 0;

    reader->line++;
    if (end == NULL || size >= sizeof reader->words || memchr(from, '\0', size) != NULL)
        return false;
    memcpy(reader->words, from, size);
    reader->words[size] = '\0';
    reader->at += size + 1;
    return true;
}

static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) == 0 ? line + n : "";
}

static int read_heading(struct reader *reader, uint64_t *number, struct err *err)
{
    if (!next_line(reader) || strcmp(reader->words, HEADING) != 0)
        return err_set(err, ERR_INVALID, "line 1: not '" HEADING "'");
    if (!next_line(reader) ||
        !read_number(after(reader->words, "number "), REVOCATION_NUMBER_MAX, number))
        return err_set(err, ERR_INVALID, "line 2: no 'number N'");
    return 0;
}

static int read_entries(struct reader *reader, struct revocation_list *list, struct err *err)
{
    uint64_t entries = 0;
    uint64_t said;
    int rc;

    for (;;) {
        if (!next_line(reader))
            return err_set(err, ERR_INVALID, "line %zu: cut off", reader->line);
        if (read_number(after(reader->words, "end "), UINT64_MAX, &said))
            break;
        rc = take_entry(list, reader->words);
        if (rc < 0)
            return err_set(err, rc, "line %zu: %s", reader->line,
                rc == ERR_INVALID ? "neither 'serial HEX' nor 'device MAC all|before MS'"
                                  : "no room for it");
        entries++;
    }
    if (said != entries || reader->at != reader->n)
        return err_set(err, ERR_INVALID, "line %zu: %s", reader->line,
            said != entries ? "another number of entries than were read" : "not the last");
    return 0;
}

int revocation_list_parse(const char *text, size_t n, struct revocation_list **out, struct err *err)
{
    struct reader reader = {.text = text, .n = n};
    struct revocation_list *list;
    uint64_t number = 0;
    int rc = read_heading(&reader, &number, err);

    if (rc < 0)
        return rc;
    if (revocation_list_new(number, &list) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for the revocation list");
    rc = read_entries(&reader, list, err);
    if (rc < 0)
        revocation_list_free(list);
    else
        *out = list;
    return rc;
}

static void write_device(FILE *file, const struct device *device)
{
    if (device->before_ms == REVOCATION_ALL_MS)
        (void)fprintf(file, DEVICE_WORD "%s all\n", device->mac);
    else
        (void)fprintf(file, DEVICE_WORD "%s before %" PRId64 "\n", device->mac, device->before_ms);
}

int revocation_list_format(const struct revocation_list *list, char **text, size_t *n)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    bool failed;

    if (file == NULL)
        return ERR_NO_MEMORY;
    (void)fprintf(file, HEADING "\nnumber %" PRIu64 "\n", list->number);
    for (size_t i = 0; i < list->serial_count; i++)
        (void)fprintf(file, SERIAL_WORD "%s\n", list->serials[i].text);
    for (size_t i = 0; i < list->device_count; i++)
        write_device(file, &list->devices[i]);
    (void)fprintf(file, "end %zu\n", revocation_list_count(list));
    failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) {
        free(bytes);
        return ERR_NO_MEMORY;
    }
    *text = bytes;
    *n = size;
    return 0;
}
