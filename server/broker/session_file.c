// Keeps whose client identifiers are in a file.
#include "server/broker/session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"

#define FIRST_LINE "secureesp-sessions 1\n"
#define FIRST_LINE_LENGTH (sizeof FIRST_LINE - 1)

int session_file_read(const char *path,
    void (*visit)(const struct session_record *record, void *ctx), void *ctx,
    struct session_file_content *content, struct err *err)
{
    uint8_t *text;
    size_t n;
    int rc = file_read(path, SESSION_FILE_MAX, &text, &n, err);

    *content = (struct session_file_content){0};
    if (rc == ERR_NOT_FOUND)
        return 0;
    if (rc < 0)
        return rc;
    if (n > 0 && (n < FIRST_LINE_LENGTH || memcmp(text, FIRST_LINE, FIRST_LINE_LENGTH) != 0)) {
        free(text);
        return err_set(
            err, ERR_CONFLICT, "%s is another program's file, or of another version", path);
    }

    char *end = (char *)text + n;

    for (char *line = (char *)text + (n > 0 ? FIRST_LINE_LENGTH : 0), *next; line < end;
         line = next) {
        struct session_record record;
        char *stop = memchr(line, '\n', (size_t)(end - line));

        next = stop != NULL ? stop + 1 : end;
        content->lines++;
        if (stop != NULL)
            *stop = '\0';
        if (stop != NULL && session_record_parse(line, (size_t)(stop - line), &record))
            visit(&record, ctx);
        else if (content->bad_count++ == 0)
            content->first_bad = content->lines + 1;
    }
    free(text);
    return 0;
}

static int fail(const char *path, struct err *err)
{
    int code = errno == ENOENT                     ? ERR_NOT_FOUND
               : errno == EACCES || errno == EPERM ? ERR_DENIED
                                                   : ERR_IO;

    return err_set(err, code, "cannot write %s: %m", path);
}

// The text that print() writes; the caller frees it. NULL without memory.
static char *text_of(void (*print)(FILE *stream, const void *ctx), const void *ctx, size_t *n)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, n);

    if (stream == NULL)
        return NULL;
    print(stream, ctx);

    bool is_bad = ferror(stream) != 0;

    if (fclose(stream) == 0 && !is_bad)
        return text;
    free(text);
    return NULL;
}

static void print_one(FILE *stream, const void *ctx)
{
    session_record_print(ctx, stream);
}

int session_file_append(const char *path, const struct session_record *record, struct err *err)
{
    size_t n;
    char *line = text_of(print_one, record, &n);

    if (line == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory to write %s", path);

    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    int rc = fd < 0 || file_write_all(fd, line, n) < 0 || fdatasync(fd) < 0 ? fail(path, err) : 0;

    if (fd >= 0 && close(fd) < 0 && rc == 0)
        rc = fail(path, err);
    free(line);
    return rc;
}

// What is to be written behind the first line.
struct rest {
    void (*print)(FILE *stream, const void *ctx);
    const void *ctx;
};

static void print_all(FILE *stream, const void *ctx)
{
    const struct rest *rest = ctx;

    fputs(FIRST_LINE, stream);
    rest->print(stream, rest->ctx);
}

int session_file_replace(const char *path, void (*print)(FILE *stream, const void *ctx),
    const void *ctx, struct err *err)
{
    size_t n;
    char *text = text_of(print_all, &(struct rest){print, ctx}, &n);

    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory to write %s", path);

    int rc = file_replace(path, (const uint8_t *)text, n, 0600, err);

    free(text);
    return rc;
}
