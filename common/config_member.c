// What each member of config.json may be.
#include "common/config_member.h"

#include <string.h>

#include "common/contract.h"

#define DAY_MS 86400000
#define STRINGIFY(x) #x
#define TEXT_OF(x) STRINGIFY(x)
#define TOO_LONG "has more than " TEXT_OF(CONFIG_MEMBER_TEXT_MAX) " characters"

const struct config_member config_member_table[CONFIG_MEMBER_COUNT] = {
    {CONTRACT_CONFIG_DOWNLOAD_SERVER, CONFIG_MEMBER_HOST, true, 0, 0, 0},
    {CONTRACT_CONFIG_DOWNLOAD_PORT, CONFIG_MEMBER_NUMBER, true, 1, 65535, 443},
    {CONTRACT_CONFIG_DOWNLOAD_PATH, CONFIG_MEMBER_PATH, true, 0, 0, 0},
    {CONTRACT_CONFIG_DOWNLOAD_SERVER2, CONFIG_MEMBER_HOST, false, 0, 0, 0},
    {CONTRACT_CONFIG_DOWNLOAD_PORT2, CONFIG_MEMBER_NUMBER, false, 1, 65535, 0},
    {CONTRACT_CONFIG_MQTT_SERVER, CONFIG_MEMBER_HOST, true, 0, 0, 0},
    {CONTRACT_CONFIG_MQTT_PORT, CONFIG_MEMBER_NUMBER, true, 1, 65535, 8883},
    {CONTRACT_CONFIG_MQTT_TLS, CONFIG_MEMBER_TRUE, false, 0, 0, 0},
    {CONTRACT_CONFIG_MQTT_SERVER2, CONFIG_MEMBER_HOST, false, 0, 0, 0},
    {CONTRACT_CONFIG_MQTT_PORT2, CONFIG_MEMBER_NUMBER, false, 1, 65535, 0},
    {CONTRACT_CONFIG_NTP_SERVER, CONFIG_MEMBER_HOST, false, 0, 0, 0},
    {CONTRACT_CONFIG_ENROL_SERVER, CONFIG_MEMBER_HOST, false, 0, 0, 0},
    {CONTRACT_CONFIG_ENROL_PORT, CONFIG_MEMBER_NUMBER, false, 1, 65535, 8444},
    {CONTRACT_CONFIG_STATUS_INTERVAL, CONFIG_MEMBER_NUMBER, false, 100, DAY_MS, 60000},
    {CONTRACT_CONFIG_WAIT_TIMEOUT, CONFIG_MEMBER_NUMBER, false, 1000, DAY_MS, 20000},
    {CONTRACT_CONFIG_RETRY_TIMEOUT, CONFIG_MEMBER_NUMBER, false, 100, DAY_MS, 3000},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// As addresses have them: decimal, without a zero in front, which some read as octal.
static bool is_byte(const char *s, size_t n)
{
    unsigned value = 0;

    for (size_t i = 0; i < n && i < 4; i++)
        value = value * 10 + (unsigned)(s[i] - '0');
    return value <= 255 && (n == 1 || s[0] != '0'); // four digits are more than that
}

static const char *refuse_host(const char *s)
{
    int labels = 0;
    int bytes = 0;
    bool is_number = false; // the last label

    if (*s == '\0')
        return "is empty";
    if (strlen(s) > CONFIG_MEMBER_TEXT_MAX)
        return TOO_LONG;
    for (;; s++) {
        size_t n = 0;

        is_number = true;
        for (; is_alphanumeric(s[n]) || s[n] == '-'; n++)
            is_number = is_number && is_digit(s[n]);
        if (s[n] != '.' && s[n] != '\0')
            return "has more than letters, digits, '-' and '.'";
        if (n == 0 || s[0] == '-' || s[n - 1] == '-')
            return "has an empty label, or a '-' at an end of one";
        labels++;
        bytes += is_number && is_byte(s, n);
        s += n;
        if (*s == '\0')
            break;
    }
    if (is_number && (labels != 4 || bytes != 4))
        return "is neither name nor IPv4 address";
    return NULL;
}

size_t config_member_trim_path(const char **path)
{
    while (**path == '/')
        ++*path;

    size_t n = strlen(*path);

    while (n > 0 && (*path)[n - 1] == '/')
        n--;
    return n;
}

static const char *refuse_path(const char *s)
{
    if (config_member_trim_path(&s) > CONFIG_MEMBER_TEXT_MAX)
        return TOO_LONG;
    for (; *s != '\0'; s++) {
        if (!is_alphanumeric(*s) && strchr("/-._~!$&'()*+,;=:@%", *s) == NULL)
            return "has a character that no path has";
    }
    return NULL;
}

const char *config_member_refuse_text(const struct config_member *member, const char *text)
{
    return member->kind == CONFIG_MEMBER_HOST ? refuse_host(text) : refuse_path(text);
}
