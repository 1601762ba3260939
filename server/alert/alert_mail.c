// What is mailed about an alert.
#include "server/alert/alert_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/alert/alert_kind.h"
#include "server/base/clock.h"
#include "server/base/escape.h"

#define SUBJECT_MAX 180

static const char *title_of(const struct alert *alert)
{
    const struct alert_kind *kind = alert_kind_find(alert->kind);

    return kind != NULL ? kind->title : alert->kind;
}

static void put_escaped(FILE *file, const char *text)
{
    size_t size;
    char *shown = escape_text(text, &size);

    fputs(shown != NULL ? shown : "?", file);
    free(shown);
}

// NULL if a write has failed.
static char *end(FILE *file, char **text)
{
    if (file == NULL)
        return NULL;
    if (fclose(file) != 0) {
        free(*text);
        return NULL;
    }
    return *text;
}

char *alert_mail_word(const struct alert_note *note)
{
    static const char *const states[] = {
        [ALERT_RAISED] = "", [ALERT_RESOLVED] = "over: ", [ALERT_TEST] = "test: "};
    const struct alert *alert = &note->alert;
    char since[CLOCK_TEXT_SIZE];
    char now[CLOCK_TEXT_SIZE];
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);

    if (file == NULL)
        return NULL;
    clock_format(alert->since_ms, since);
    clock_format(note->at_ms, now);
    fprintf(file, "secureesp: %s%s", states[note->state], title_of(alert));
    if (alert->subject[0] != '\0')
        fputs(": ", file);
    put_escaped(file, alert->subject);
    fprintf(file, "\n%s%s", states[note->state], title_of(alert));
    if (alert->subject[0] != '\0')
        fputs(": ", file);
    put_escaped(file, alert->subject);
    fputc('\n', file);
    put_escaped(file, alert->detail);
    fprintf(file, "\n\nkind:  %s\nsince: %s\n", alert->kind, since);
    if (note->state == ALERT_RESOLVED)
        fprintf(file, "until: %s\n", now);
    fputs("\n'secureesp alerts list' shows what goes on.\n", file);
    return end(file, &text);
}

char *alert_mail_word_held(int64_t count, int64_t per_hour)
{
    char *text;

    if (asprintf(&text,
            "secureesp: %lld more alerts were not sent\n%lld more alerts of the last hour were not "
            "sent, since there are no more than %lld mails an hour.\n\n'secureesp alerts list' "
            "shows what goes on.\n",
            (long long)count, (long long)count, (long long)per_hour) < 0)
        return NULL;
    return text;
}

static void put_date(FILE *file, int64_t at_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;

    if (gmtime_r(&seconds, &utc) != NULL)
        fprintf(file, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n", days[utc.tm_wday], utc.tm_mday,
            months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// One line of printable ASCII, whatever is in it.
static void put_subject(FILE *file, const char *text, size_t n)
{
    fputs("Subject: ", file);
    for (size_t i = 0; i < n && i < SUBJECT_MAX; i++)
        fputc(text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?', file);
    fputc('\n', file);
}

static void put_body(FILE *file, const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        char shown[ESCAPE_MAX];
        size_t size = 1;

        if (text[at] == '\n') {
            fputc('\n', file);
            at++;
            continue;
        }
        at += escape_next(text + at, n - at, shown, &size);
        for (size_t i = 0; i < size; i++)
            fputc(shown[i], file);
    }
}

char *alert_mail_compose(const struct alert_mail_frame *frame, const char *word, size_t n)
{
    const char *line = memchr(word, '\n', n);
    size_t subject = line != NULL ? (size_t)(line - word) : n;
    size_t begin = line != NULL ? subject + 1 : n;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    if (file == NULL)
        return NULL;
    fprintf(file, "From: %s\nTo: %s\n", frame->from, frame->to);
    put_subject(file, word, subject);
    put_date(file, frame->at_ms);
    fprintf(file, "Message-ID: <%s>\n", frame->id);
    fputs("Auto-Submitted: auto-generated\nMIME-Version: 1.0\n"
          "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
        file);
    put_body(file, word + begin, n - begin);
    return end(file, &text);
}

bool alert_mail_is_address(const char *text, size_t n)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+/=?^_`{|}~.@-";
    size_t signs = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return false;
        signs += text[i] == '@';
    }
    // sendmail reads what begins with '-' as an option, elsewhere.
    return n > 2 && n <= 254 && signs == 1 && text[0] != '@' && text[0] != '-' &&
           text[n - 1] != '@';
}

int alert_mail_read_addresses(const char *text, char **out, struct err *err)
{
    char *joined = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&joined, &size);
    const char *between = "";

    if (file == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for addresses");
    for (const char *p = text + strspn(text, " ,"); *p != '\0'; p += strspn(p, " ,")) {
        size_t n = strcspn(p, " ,");

        if (!alert_mail_is_address(p, n)) {
            free(end(file, &joined));
            return err_set(err, ERR_INVALID, "'%.*s' is not an address as name@host", (int)n, p);
        }
        fprintf(file, "%s%.*s", between, (int)n, p);
        between = ", ";
        p += n;
    }
    *out = end(file, &joined);
    return *out != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for addresses");
}
