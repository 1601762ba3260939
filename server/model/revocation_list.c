// The file that says who is shut out.
#include "server/model/revocation_list.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/model/revocation_set.h"

#define HEADING "secureesp-revocations 1"
#define NUMBER_WORD "number "
#define SERIAL_WORD "serial "
#define DEVICE_WORD "device "
#define END_WORD "end "
#define ALL_WORD " all"
#define BEFORE_WORD " before "
#define NUMBER_DIGITS 20 // of a number of 64 bits

// With the line's end.
#define SERIAL_LINE (sizeof SERIAL_WORD + SERIAL_SIZE - 1)
#define DEVICE_LINE (sizeof DEVICE_WORD + MAC_LENGTH + sizeof BEFORE_WORD - 1 + NUMBER_DIGITS)
#define OTHER_LINES                                                                                \
    (sizeof HEADING + sizeof NUMBER_WORD + sizeof END_WORD + 2 * (size_t)NUMBER_DIGITS + 1)

struct revocation_list {
    uint64_t number;
    struct revocation_set set;
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
    revocation_set_clear(&list->set);
    free(list);
}

uint64_t revocation_list_number(const struct revocation_list *list)
{
    return list->number;
}

size_t revocation_list_count(const struct revocation_list *list)
{
    return list->set.serial_count + list->set.device_count;
}

// --- words

static bool read_serial(const char *text, size_t n, struct revocation_set_serial *out)
{
    if (n == 0 || n >= SERIAL_SIZE)
        return false;
    *out = (struct revocation_set_serial){.n = (uint8_t)(n / 2)};
    return hex_decode(text, n, out->bytes) && (out->n == 1 || out->bytes[0] != 0);
}

static bool read_mac(const char *text, size_t n, uint64_t *key)
{
    uint8_t bytes[MAC_LENGTH / 2];

    if (n != MAC_LENGTH || !hex_decode(text, n, bytes))
        return false;
    *key = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        *key = *key << 8 | bytes[i];
    return true;
}

// A decimal number, all of the text, without sign or leading zeros.
static bool read_number(const char *text, size_t n, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (n == 0 || (text[0] == '0' && n > 1))
        return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (text[i] < '0' || text[i] > '9' || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

// --- entries

static bool is_full(const struct revocation_list *list)
{
    return revocation_list_count(list) >= REVOCATION_LIST_MAX;
}

int revocation_list_add_serial(struct revocation_list *list, const char *serial)
{
    struct revocation_set_serial entry;

    if (!read_serial(serial, strlen(serial), &entry))
        return ERR_INVALID;
    if (is_full(list) && !revocation_set_has_serial(&list->set, &entry))
        return ERR_TOO_LARGE;
    return revocation_set_add_serial(&list->set, &entry);
}

int revocation_list_add_device(struct revocation_list *list, const char *mac, int64_t before_ms)
{
    struct revocation_set_device entry = {.before_ms = before_ms};

    if (!read_mac(mac, strlen(mac), &entry.key) || before_ms < 0)
        return ERR_INVALID;
    if (is_full(list) && revocation_set_find_device(&list->set, entry.key) == NULL)
        return ERR_TOO_LARGE;
    return revocation_set_add_device(&list->set, &entry);
}

bool revocation_list_has_serial(const struct revocation_list *list, const char *serial)
{
    struct revocation_set_serial entry;

    return read_serial(serial, strlen(serial), &entry) &&
           revocation_set_has_serial(&list->set, &entry);
}

bool revocation_list_has_device(
    const struct revocation_list *list, const char *mac, int64_t not_before_ms)
{
    const struct revocation_set_device *device;
    uint64_t key;

    if (list->set.device_count == 0 || !read_mac(mac, strlen(mac), &key))
        return false;
    device = revocation_set_find_device(&list->set, key);
    return device != NULL &&
           (device->before_ms == REVOCATION_ALL_MS || not_before_ms < device->before_ms);
}

static char *write_digits(char *out, const uint8_t *bytes, size_t n)
{
    hex_encode(bytes, n, out);
    return out + 2 * n;
}

static char *write_mac(char *out, uint64_t key)
{
    uint8_t bytes[MAC_LENGTH / 2];

    for (size_t i = sizeof bytes; i-- > 0; key >>= 8)
        bytes[i] = (uint8_t)key;
    return write_digits(out, bytes, sizeof bytes);
}

void revocation_list_get(
    const struct revocation_list *list, size_t i, struct revocation_list_entry *out)
{
    const struct revocation_set *set = &list->set;

    *out = (struct revocation_list_entry){0};
    if (i < set->serial_count) {
        write_digits(out->serial, set->serials[i].bytes, set->serials[i].n);
        return;
    }
    write_mac(out->mac, set->devices[i - set->serial_count].key);
    out->before_ms = set->devices[i - set->serial_count].before_ms;
}

// --- read

struct line {
    const char *s;
    size_t n;
};

// What is being read.
struct reader {
    const char *at;
    const char *end;
    size_t number; // of the line, from 1
    struct line line;
};

// The next line, without its end. False if there is none.
static bool next_line(struct reader *reader)
{
    size_t left = (size_t)(reader->end - reader->at);
    const char *end = left > 0 ? memchr(reader->at, '\n', left) : NULL;

    reader->number++;
    if (end == NULL)
        return false;
    reader->line = (struct line){reader->at, (size_t)(end - reader->at)};
    reader->at = end + 1;
    return true;
}

// Takes a word from the front of the line.
static bool take_word(struct line *line, const char *word, size_t n)
{
    if (line->n < n || memcmp(line->s, word, n) != 0)
        return false;
    line->s += n;
    line->n -= n;
    return true;
}
#define TAKE(line, word) take_word(line, word, sizeof(word) - 1)

static int take_serial(struct revocation_list *list, struct line rest)
{
    struct revocation_set_serial entry;

    return read_serial(rest.s, rest.n, &entry) ? revocation_set_append_serial(&list->set, &entry)
                                               : ERR_INVALID;
}

// MAC, and which of its certificates.
static int take_device(struct revocation_list *list, struct line rest)
{
    struct revocation_set_device entry = {.before_ms = REVOCATION_ALL_MS};
    uint64_t ms;

    if (rest.n < MAC_LENGTH || !read_mac(rest.s, MAC_LENGTH, &entry.key))
        return ERR_INVALID;
    rest.s += MAC_LENGTH;
    rest.n -= MAC_LENGTH;
    if (TAKE(&rest, BEFORE_WORD)) {
        if (!read_number(rest.s, rest.n, REVOCATION_ALL_MS - 1, &ms))
            return ERR_INVALID;
        entry.before_ms = (int64_t)ms;
    } else if (!TAKE(&rest, ALL_WORD) || rest.n > 0) {
        return ERR_INVALID;
    }
    return revocation_set_append_device(&list->set, &entry);
}

static int take_entry(struct revocation_list *list, struct line line)
{
    if (is_full(list))
        return ERR_TOO_LARGE;
    if (TAKE(&line, SERIAL_WORD))
        return take_serial(list, line);
    return TAKE(&line, DEVICE_WORD) ? take_device(list, line) : ERR_INVALID;
}

static int read_heading(struct reader *reader, uint64_t *number, struct err *err)
{
    if (!next_line(reader) || !TAKE(&reader->line, HEADING) || reader->line.n > 0)
        return err_set(err, ERR_INVALID, "line 1: not '" HEADING "'");
    if (!next_line(reader) || !TAKE(&reader->line, NUMBER_WORD) ||
        !read_number(reader->line.s, reader->line.n, REVOCATION_NUMBER_MAX, number))
        return err_set(err, ERR_INVALID, "line 2: no 'number N'");
    return 0;
}

static int read_entries(struct reader *reader, struct revocation_list *list, struct err *err)
{
    uint64_t entries = 0;
    uint64_t said;
    int rc;

    for (;; entries++) {
        if (!next_line(reader))
            return err_set(err, ERR_INVALID, "line %zu: cut off", reader->number);

        struct line end = reader->line;

        if (TAKE(&end, END_WORD) && read_number(end.s, end.n, UINT64_MAX, &said))
            break;
        rc = take_entry(list, reader->line);
        if (rc < 0)
            return err_set(err, rc, "line %zu: %s", reader->number,
                rc == ERR_INVALID ? "neither 'serial HEX' nor 'device MAC all|before MS'"
                                  : "no room for it");
    }
    if (said != entries || reader->at != reader->end)
        return err_set(err, ERR_INVALID, "line %zu: %s", reader->number,
            said != entries ? "another number of entries than were read" : "not the last");
    return 0;
}

int revocation_list_parse(const char *text, size_t n, struct revocation_list **out, struct err *err)
{
    struct reader reader = {.at = text, .end = text + n};
    struct revocation_list *list;
    uint64_t number = 0;
    int rc = read_heading(&reader, &number, err);

    if (rc < 0)
        return rc;
    if (revocation_list_new(number, &list) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for the revocation list");
    rc = read_entries(&reader, list, err);
    if (rc < 0) {
        revocation_list_free(list);
        return rc;
    }
    revocation_set_order(&list->set);
    *out = list;
    return 0;
}

bool revocation_list_read_number(const char *text, size_t n, uint64_t *number)
{
    struct reader reader = {.at = text, .end = text + n};

    return read_heading(&reader, number, NULL) == 0;
}

// --- written

static char *write_word(char *out, const char *word)
{
    return stpcpy(out, word);
}

static char *write_number(char *out, uint64_t number)
{
    char digits[NUMBER_DIGITS];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0)
        *out++ = digits[--n];
    return out;
}

static char *write_device(char *out, const struct revocation_set_device *device)
{
    out = write_mac(write_word(out, DEVICE_WORD), device->key);
    return device->before_ms == REVOCATION_ALL_MS
               ? write_word(out, ALL_WORD)
               : write_number(write_word(out, BEFORE_WORD), (uint64_t)device->before_ms);
}

int revocation_list_format(const struct revocation_list *list, char **text, size_t *n)
{
    const struct revocation_set *set = &list->set;
    char *bytes =
        malloc(OTHER_LINES + set->serial_count * SERIAL_LINE + set->device_count * DEVICE_LINE);
    char *out = bytes;

    if (bytes == NULL)
        return ERR_NO_MEMORY;
    out = write_word(out, HEADING "\n" NUMBER_WORD);
    out = write_word(write_number(out, list->number), "\n");
    for (size_t i = 0; i < set->serial_count; i++) {
        out = write_word(out, SERIAL_WORD);
        out = write_digits(out, set->serials[i].bytes, set->serials[i].n);
        *out++ = '\n';
    }
    for (size_t i = 0; i < set->device_count; i++) {
        out = write_device(out, &set->devices[i]);
        *out++ = '\n';
    }
    out = write_number(write_word(out, END_WORD), revocation_list_count(list));
    *stpcpy(out, "\n") = '\0';
    *n = (size_t)(out + 1 - bytes);
    *text = bytes;
    return 0;
}
