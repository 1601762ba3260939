// Terms of rollouts, to and from text.
#include "server/model/rollout_text.h"

#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

// Reads digits up to `end` and moves on; -1 if there are none, or too many.
static int64_t read_number(const char **text, const char *end)
{
    size_t n = strspn(*text, DIGITS);
    int64_t value = 0;

    if (n == 0 || n > 8 || *text + n > end)
        return -1;
    for (; n > 0; n--)
        value = value * 10 + (*(*text)++ - '0');
    return value;
}

static bool read_amount(const char *text, const char *end, struct rollout_amount *out)
{
    out->value = read_number(&text, end);
    out->is_percent = text < end && *text == '%';
    if (out->is_percent)
        text++;
    return text == end && out->value > 0 &&
           out->value <= (out->is_percent ? 100 : ROLLOUT_TEXT_DEVICES_MAX);
}

bool rollout_text_read_amount(const char *text, struct rollout_amount *out)
{
    return read_amount(text, text + strlen(text), out);
}

void rollout_text_write_amount(
    const struct rollout_amount *amount, char out[ROLLOUT_TEXT_AMOUNT_SIZE])
{
    snprintf(out, ROLLOUT_TEXT_AMOUNT_SIZE, "%lld%s", (long long)amount->value,
        amount->is_percent ? "%" : "");
}

bool rollout_text_read_phases(const char *text, struct rollout_terms *out)
{
    const struct rollout_amount *last = NULL;

    for (out->phase_count = 0; out->phase_count < ROLLOUT_PHASES_MAX; out->phase_count++) {
        const char *end = text + strcspn(text, ",");

        if (!read_amount(text, end, &out->phases[out->phase_count]))
            return false;
        last = &out->phases[out->phase_count];
        if (*end == '\0') {
            out->phase_count++;
            return last->is_percent && last->value == 100;
        }
        text = end + 1;
    }
    return false;
}

void rollout_text_write_phases(
    const struct rollout_terms *terms, char out[ROLLOUT_TEXT_PHASES_SIZE])
{
    size_t n = 0;

    out[0] = '\0';
    for (int i = 0; i < terms->phase_count; i++) {
        char amount[ROLLOUT_TEXT_AMOUNT_SIZE];

        rollout_text_write_amount(&terms->phases[i], amount);
        n += (size_t)snprintf(
            out + n, ROLLOUT_TEXT_PHASES_SIZE - n, "%s%s", i > 0 ? "," : "", amount);
    }
}

// "22:00"; -1 if it is none.
static int64_t read_minute(const char **text, const char *end)
{
    int64_t hours = read_number(text, end);

    if (hours < 0 || hours > 23 || **text != ':')
        return -1;
    (*text)++;

    int64_t minutes = read_number(text, end);

    return minutes < 0 || minutes > 59 ? -1 : hours * 60 + minutes;
}

bool rollout_text_read_window(const char *text, struct rollout_terms *out)
{
    const char *end = text + strlen(text);

    out->window_from = out->window_to = 0;
    out->window_zone[0] = '\0';
    if (text == end)
        return true;
    out->window_from = read_minute(&text, end);
    if (out->window_from < 0 || *text++ != '-')
        return false;
    out->window_to = read_minute(&text, end);
    if (out->window_to < 0 || out->window_from == out->window_to)
        return false;
    snprintf(out->window_zone, sizeof out->window_zone, "%s", *text == ' ' ? text + 1 : "UTC");
    return text == end || (*text == ' ' && (size_t)(end - text) - 1 < sizeof out->window_zone &&
                              out->window_zone[0] != '\0');
}

void rollout_text_write_window(
    const struct rollout_terms *terms, char out[ROLLOUT_TEXT_WINDOW_SIZE])
{
    if (terms->window_from == terms->window_to)
        out[0] = '\0';
    else
        snprintf(out, ROLLOUT_TEXT_WINDOW_SIZE, "%02d:%02d-%02d:%02d %s",
            (int)(terms->window_from / 60 % 24), (int)(terms->window_from % 60),
            (int)(terms->window_to / 60 % 24), (int)(terms->window_to % 60), terms->window_zone);
}

bool rollout_text_is_name(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n < ROLLOUT_NAME_SIZE &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "._-") == n;
}
