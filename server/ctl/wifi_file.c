// Wi-Fi networks in a file.
#include "server/ctl/wifi_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/base/utf8.h"

#define PRIORITY_DIGITS 6

// A block under way.
struct block {
    struct wifi_network network;
    long priority;
    bool has_ssid, has_psk, has_priority;
};

struct reader {
    struct wifi_file file;
    long priorities[WIFI_NETWORKS_MAX]; // of those in the file
    struct block block;
    bool is_open; // within a block
    int line;
};

static int refuse(const struct reader *reader, struct err *err, const char *why)
{
    return err_set(err, ERR_INVALID, "line %d: %s", reader->line, why);
}

// A text between double quotes, whatever is in it, as wpa_supplicant takes it.
static bool read_quoted(const char *value, size_t n, char *out, size_t size)
{
    if (n < 2 || value[0] != '"' || value[n - 1] != '"' || n - 2 >= size)
        return false;
    memcpy(out, value + 1, n - 2);
    out[n - 2] = '\0';
    return true;
}

// Hex digits without quotes: the bytes of an SSID.
static bool read_hex(const char *value, size_t n, char *out, size_t size)
{
    char digits[2 * WIFI_NETWORKS_SSID_SIZE];
    uint8_t bytes[WIFI_NETWORKS_SSID_SIZE];

    if (n == 0 || n % 2 != 0 || n > sizeof digits || n / 2 >= size)
        return false;
    for (size_t i = 0; i < n; i++)
        digits[i] = value[i] >= 'A' && value[i] <= 'F' ? (char)(value[i] - 'A' + 'a') : value[i];
    if (!hex_decode(digits, n, bytes) || memchr(bytes, '\0', n / 2) != NULL)
        return false;
    memcpy(out, bytes, n / 2);
    out[n / 2] = '\0';
    return true;
}

static int take_ssid(struct reader *reader, const char *value, size_t n, struct err *err)
{
    struct block *block = &reader->block;
    char *ssid = block->network.ssid;

    if (block->has_ssid)
        return refuse(reader, err, "a second ssid");
    if (!read_quoted(value, n, ssid, sizeof block->network.ssid) &&
        !read_hex(value, n, ssid, sizeof block->network.ssid))
        return refuse(
            reader, err, "ssid is 1 to 32 bytes in double quotes, or hex digits without quotes");
    if (!utf8_is_valid(ssid))
        return refuse(reader, err, "the ssid is not UTF-8");
    block->has_ssid = true;
    return 0;
}

static int take_psk(struct reader *reader, const char *value, size_t n, struct err *err)
{
    struct block *block = &reader->block;
    char *password = block->network.password;

    if (block->has_psk)
        return refuse(reader, err, "a second psk");
    if (n == WIFI_NETWORKS_PASSWORD_SIZE && value[0] != '"') {
        memcpy(password, value, n);
        password[n] = '\0';
    } else if (!read_quoted(value, n, password, WIFI_NETWORKS_PASSWORD_SIZE)) {
        return refuse(reader, err,
            "psk is 8 to 63 characters in double quotes, or 64 hex digits without quotes");
    }
    block->has_psk = true;
    return 0;
}

static int take_priority(struct reader *reader, const char *value, size_t n, struct err *err)
{
    struct block *block = &reader->block;
    char text[PRIORITY_DIGITS + 1] = "";

    if (block->has_priority)
        return refuse(reader, err, "a second priority");
    if (n >= 1 && n <= PRIORITY_DIGITS)
        memcpy(text, value, n);
    if (text[0] == '\0' || strspn(text, "0123456789") != n)
        return refuse(reader, err, "priority is a number");
    block->priority = strtol(text, NULL, 10);
    block->has_priority = true;
    return 0;
}

static int take_key_mgmt(struct reader *reader, const char *value, size_t n, struct err *err)
{
    static const char only[] = "WPA-PSK";

    if (n != sizeof only - 1 || memcmp(value, only, n) != 0)
        return refuse(reader, err, "devices join networks of key_mgmt=WPA-PSK only");
    return 0;
}

static const struct {
    const char *name; // with its "="
    int (*take)(struct reader *reader, const char *value, size_t n, struct err *err);
} settings[] = {
    {"ssid=", take_ssid},
    {"psk=", take_psk},
    {"priority=", take_priority},
    {"key_mgmt=", take_key_mgmt},
};

static int take_setting(struct reader *reader, const char *line, size_t n, struct err *err)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        size_t length = strlen(settings[i].name);

        if (n >= length && memcmp(line, settings[i].name, length) == 0)
            return settings[i].take(reader, line + length, n - length, err);
    }
    return refuse(reader, err, "a network has ssid, psk, priority and key_mgmt here, nothing else");
}

// Puts the block where its priority places it, behind those of the same.
static int close_block(struct reader *reader, struct err *err)
{
    struct block *block = &reader->block;
    struct wifi_file *file = &reader->file;
    const char *why = wifi_networks_refuse(&block->network);
    size_t place = file->count;

    if (!block->has_ssid || !block->has_psk)
        return refuse(reader, err, "the network that ends here lacks its ssid or its psk");
    if (why != NULL)
        return refuse(reader, err, why);
    if (file->count == WIFI_NETWORKS_MAX)
        return refuse(reader, err, "more networks than a device keeps, which is four");
    for (; place > 0 && reader->priorities[place - 1] < block->priority; place--) {
        file->networks[place] = file->networks[place - 1];
        reader->priorities[place] = reader->priorities[place - 1];
    }
    file->networks[place] = block->network;
    reader->priorities[place] = block->priority;
    file->count++;
    reader->is_open = false;
    return 0;
}

static int take_line(struct reader *reader, const char *line, size_t n, struct err *err)
{
    static const char opening[] = "network={";

    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ' || line[n - 1] == '\t'))
        n--;
    for (; n > 0 && (*line == ' ' || *line == '\t'); n--)
        line++;
    if (n == 0 || *line == '#')
        return 0;
    if (memchr(line, '\0', n) != NULL)
        return refuse(reader, err, "a NUL");
    if (reader->is_open)
        return n == 1 && *line == '}' ? close_block(reader, err)
                                      : take_setting(reader, line, n, err);
    if (n != sizeof opening - 1 || memcmp(line, opening, n) != 0)
        return refuse(reader, err, "only \"network={\" or a comment may stand here");
    memset(&reader->block, 0, sizeof reader->block);
    reader->is_open = true;
    return 0;
}

static int read_lines(struct reader *reader, const char *text, size_t n, struct err *err)
{
    int rc = 0;

    while (rc == 0 && n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t length = end != NULL ? (size_t)(end - text) : n;

        reader->line++;
        rc = take_line(reader, text, length, err);
        length += end != NULL;
        text += length;
        n -= length;
    }
    if (rc == 0 && reader->is_open)
        rc = refuse(reader, err, "the last network does not end: \"}\" is missing");
    if (rc == 0 && reader->file.count == 0)
        rc = err_set(err, ERR_INVALID, "no network is in it");
    return rc;
}

int wifi_file_parse(const char *text, size_t n, struct wifi_file *out, struct err *err)
{
    struct reader reader = {.line = 0};
    int rc = read_lines(&reader, text, n, err);

    if (rc == 0)
        *out = reader.file;
    explicit_bzero(&reader, sizeof reader);
    return rc;
}
