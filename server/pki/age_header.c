// The header of a file that a passphrase opens, as age writes it.
#include "server/pki/age_header.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/base/base64.h"

#define VERSION_LINE "age-encryption.org/v1\n"
#define STANZA "-> scrypt "
#define END "--- "
#define SALT_TEXT 22 // characters of base64 without padding
#define BODY_TEXT 43
#define MAC_TEXT 43
#define TEXT_SIZE 48

size_t age_header_covered(size_t size)
{
    return size - (sizeof " " - 1 + MAC_TEXT + sizeof "\n" - 1);
}

size_t age_header_write(const struct age_header *header, char out[AGE_HEADER_MAX + 1])
{
    char salt[TEXT_SIZE];
    char body[TEXT_SIZE];
    char mac[TEXT_SIZE];

    base64_encode(header->salt, sizeof header->salt, salt);
    base64_encode(header->body, sizeof header->body, body);
    base64_encode(header->mac, sizeof header->mac, mac);
    return (size_t)snprintf(out, AGE_HEADER_MAX + 1,
        VERSION_LINE STANZA "%.*s %d\n%.*s\n" END "%.*s\n", SALT_TEXT, salt, header->work,
        BODY_TEXT, body, MAC_TEXT, mac);
}

// What is left of the header.
struct rest {
    const char *p;
    size_t n;
};

static bool take(struct rest *rest, const char *text)
{
    size_t n = strlen(text);

    if (rest->n < n || memcmp(rest->p, text, n) != 0)
        return false;
    rest->p += n;
    rest->n -= n;
    return true;
}

// So many characters, as the size bytes that they stand for.
static bool take_bytes(struct rest *rest, size_t characters, uint8_t *out, size_t size)
{
    char text[TEXT_SIZE] = "";
    size_t n = 0;

    if (rest->n < characters)
        return false;
    memcpy(text, rest->p, characters);
    memset(text + characters, '=', (4 - characters % 4) % 4);
    rest->p += characters;
    rest->n -= characters;
    return strlen(text) == (characters + 3) / 4 * 4 && base64_decode(text, out, size, &n) == 0 &&
           n == size;
}

// One or two digits, of which the first is no 0.
static bool take_number(struct rest *rest, int *out)
{
    size_t n = 0;

    *out = 0;
    while (n < 2 && n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        *out = *out * 10 + (rest->p[n++] - '0');
    if (n == 0 || rest->p[0] == '0')
        return false;
    rest->p += n;
    rest->n -= n;
    return true;
}

static bool take_stanza(struct rest *rest, struct age_header *out)
{
    return take_bytes(rest, SALT_TEXT, out->salt, sizeof out->salt) && take(rest, " ") &&
           take_number(rest, &out->work) && take(rest, "\n") &&
           take_bytes(rest, BODY_TEXT, out->body, sizeof out->body) && take(rest, "\n") &&
           take(rest, END) && take_bytes(rest, MAC_TEXT, out->mac, sizeof out->mac) &&
           take(rest, "\n") && rest->n == 0;
}

int age_header_read(const uint8_t *p, size_t n, struct age_header *out, struct err *err)
{
    struct age_header header;
    struct rest rest = {(const char *)p, n};

    if (!take(&rest, VERSION_LINE))
        return err_set(err, ERR_INVALID, "it is not a file of age (age-encryption.org/v1)");
    if (!take(&rest, STANZA))
        return err_set(err, ERR_INVALID, "it is encrypted for a key, not with a passphrase");
    if (!take_stanza(&rest, &header))
        return err_set(err, ERR_INVALID, "its header is damaged");
    if (header.work > AGE_HEADER_WORK_MAX)
        return err_set(err, ERR_INVALID, "its passphrase costs 2^%d of scrypt, of at most 2^%d",
            header.work, AGE_HEADER_WORK_MAX);
    *out = header;
    return 0;
}
