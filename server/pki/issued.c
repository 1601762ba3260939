// The record of all that a CA has issued.
#include "server/pki/issued.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"

#define MODE 0600
#define TAIL_MAX 65536 // more than any certificate

static const char begin[] = "-----BEGIN CERTIFICATE-----";
static const char end[] = "-----END CERTIFICATE-----";

static int fail(const char *what, const char *path, struct err *err)
{
    int code = errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_IO;

    return err_set(err, code, "cannot %s %s: %m", what, path);
}

static int place(char out[PATH_MAX], const char *folder, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/issued.pem", folder) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/issued.pem", folder);
    return 0;
}

int issued_format(struct certificate *const *certificates, size_t count, char **out, size_t *size,
    struct err *err)
{
    *out = NULL;

    FILE *file = open_memstream(out, size);
    int rc = file != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for certificates");

    for (size_t i = 0; i < count && rc == 0; i++) {
        char *pem;

        rc = certificate_to_pem(certificates[i], &pem, err);
        if (rc == 0) {
            fputs(pem, file);
            free(pem);
        }
    }
    if (file != NULL && fclose(file) != 0 && rc == 0)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for certificates");
    if (rc < 0) {
        free(*out);
        *out = NULL;
    }
    return rc;
}

// How many of the n bytes before the end of the file are whole: up to the last certificate's end
// and its line's, which may be another system's. -1 if there is none.
static ssize_t find_last(const char *tail, size_t n)
{
    const char *found = NULL;
    const char *next = tail;

    while ((next = memmem(next, n - (size_t)(next - tail), end, sizeof end - 1)) != NULL)
        found = next += sizeof end - 1;
    if (found == NULL)
        return -1;
    while (found < tail + n && isspace((unsigned char)*found))
        found++;
    return found - tail;
}

// Whether a file in which no certificate ends is one that was begun: its first bytes, or zeros in
// place of those that did not reach the disk.
static bool is_begun(const char *text, size_t n)
{
    size_t known = n < sizeof begin - 1 ? n : sizeof begin - 1;

    return memcmp(text, begin, known) == 0 || (n > 0 && text[0] == '\0');
}

// A record that is to grow.
struct record {
    int fd;
    const char *path;
    off_t size;    // of what is whole in it, which is all unless the power failed in between
    bool has_line; // ended
};

static int find_end(struct record *record, char tail[TAIL_MAX], struct err *err)
{
    struct stat st;

    if (fstat(record->fd, &st) < 0)
        return fail("look at", record->path, err);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFLICT, "%s is not a regular file", record->path);

    off_t from = st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0;
    ssize_t n = pread(record->fd, tail, TAIL_MAX, from);

    if (n != st.st_size - from)
        return fail("read", record->path, err);

    ssize_t whole = find_last(tail, (size_t)n);

    if (whole < 0 && (from > 0 || !is_begun(tail, (size_t)n)))
        return err_set(
            err, ERR_INVALID, "%s does not end with a certificate; restore it", record->path);
    record->size = whole < 0 ? 0 : from + whole;
    record->has_line = whole <= 0 || tail[whole - 1] == '\n';
    return 0;
}

static int write_end(const struct record *record, const char *text, size_t n)
{
    if (ftruncate(record->fd, record->size) < 0 || lseek(record->fd, record->size, SEEK_SET) < 0 ||
        (!record->has_line && file_write_all(record->fd, "\n", 1) < 0))
        return -1;
    return file_write_all(record->fd, text, n) < 0 || fsync(record->fd) < 0 ? -1 : 0;
}

static int append(struct record *record, const char *text, size_t n, struct err *err)
{
    char *tail = malloc(TAIL_MAX);
    int rc = tail == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a record")
             : flock(record->fd, LOCK_EX) < 0 ? fail("lock", record->path, err)
                                              : find_end(record, tail, err);

    free(tail);
    if (rc == 0 && write_end(record, text, n) < 0) {
        rc = fail("write", record->path, err);
        if (ftruncate(record->fd, record->size) < 0) // what is left is cut off before the next
            return rc;
    }
    return rc;
}

int issued_add(
    const char *folder, struct certificate *const *certificates, size_t count, struct err *err)
{
    char path[PATH_MAX];
    struct record record = {.fd = -1, .path = path};
    char *text = NULL;
    size_t n = 0;
    int rc = place(path, folder, err);

    if (rc == 0)
        rc = issued_format(certificates, count, &text, &n, err);
    if (rc < 0)
        goto cleanup;
    record.fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, MODE);
    if (record.fd < 0) {
        rc = fail("open", path, err);
        goto cleanup;
    }
    rc = append(&record, text, n, err);
    if (rc == 0)
        rc = file_sync_folder_of(path, err); // it may be new
cleanup:
    if (record.fd >= 0)
        close(record.fd);
    free(text);
    return rc;
}

// A record that is read, line by line.
struct reading {
    char path[PATH_MAX]; // for messages
    size_t line;         // the last that was read
    size_t number;       // of the certificate
    size_t skip;         // so many are not looked into
    size_t begun;        // the line in which it began
    FILE *file;          // writes text; NULL between two certificates
    char *text;          // its lines so far
    size_t n;
    size_t rest; // the last line, if it is what a power cut left; or 0
};

static int fail_at(const struct reading *reading, size_t line, const char *what, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s: line %zu: %s", reading->path, line, what);
}

static int fail_certificate(const struct reading *reading, const char *what, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s: certificate %zu: line %zu: %s", reading->path,
        reading->number, reading->begun, what);
}

static int take(struct reading *reading, struct certificate **out, struct err *err)
{
    int rc = fclose(reading->file) == 0 ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for it");

    reading->file = NULL;
    if (rc == 0 && reading->number > reading->skip)
        rc = certificate_from_pem((const uint8_t *)reading->text, reading->n, out, err);
    free(reading->text);
    return rc == ERR_INVALID ? fail_certificate(reading, "it is damaged", err) : rc;
}

static bool is_blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isspace((unsigned char)line[i]))
            return false;
    }
    return true;
}

// Whether it is what a power cut leaves of a certificate's first line: its first bytes, zeros, or
// both. No end of a line is among them, so that nothing follows.
static bool is_rest(const char *line, size_t n)
{
    while (n > 0 && line[n - 1] == '\0')
        n--;
    return n < sizeof begin - 1 && memcmp(line, begin, n) == 0;
}

// Between two certificates. What is none may be one whose first line is damaged.
static int pass_over(struct reading *reading, const char *line, size_t n, struct err *err)
{
    if (is_blank(line, n))
        return 0;
    if (!is_rest(line, n))
        return fail_at(reading, reading->line, "neither a certificate nor a part of one", err);
    reading->rest = reading->line;
    return 0;
}

static int begin_one(struct reading *reading, struct err *err)
{
    if (reading->file != NULL)
        return fail_certificate(reading, "it has no end", err);
    reading->number++;
    reading->begun = reading->line;
    reading->file = open_memstream(&reading->text, &reading->n);
    return reading->file != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for certificates");
}

// Feeds one line of n bytes; *out is a certificate that it ends, or NULL.
static int feed(
    struct reading *reading, const char *line, size_t n, struct certificate **out, struct err *err)
{
    int rc = 0;

    *out = NULL;
    reading->line++;
    if (strncmp(line, begin, sizeof begin - 1) == 0)
        rc = begin_one(reading, err);
    else if (reading->file == NULL)
        return pass_over(reading, line, n, err);
    if (rc < 0)
        return rc;
    (void)fwrite(line, 1, n, reading->file); // fclose() tells
    return strncmp(line, end, sizeof end - 1) == 0 ? take(reading, out, err) : 0;
}

static int read_all(FILE *file, struct reading *reading,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = getline(&line, &room, file)) >= 0) {
        struct certificate *certificate;

        rc = feed(reading, line, (size_t)n, &certificate, err);
        if (certificate != NULL)
            rc = each(certificate, ctx);
        certificate_free(certificate);
    }
    if (rc == 0 && ferror(file))
        rc = fail("read", reading->path, err);
    free(line);
    return rc;
}

static int run(FILE *file, struct reading *reading,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err)
{
    int rc = read_all(file, reading, each, ctx, err);

    (void)fclose(file);
    if (reading->file != NULL) {
        (void)fclose(reading->file);
        free(reading->text);
    }
    return rc;
}

// A pipe would be waited for.
static int open_record(const char *folder, const char *path, FILE **out, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int rc = 0;

    if (fd < 0 && errno == ENOENT)
        return err_set(
            err, ERR_NOT_FOUND, "no issued certificates are recorded: there is no %s", path);
    if (fd < 0 && errno == ENOTDIR)
        return err_set(err, ERR_INVALID,
            "%s is not a folder: give the folder that contains issued.pem", folder);
    if (fd < 0 || fstat(fd, &st) < 0)
        rc = fail("open", path, err);
    else if (!S_ISREG(st.st_mode))
        rc = err_set(err, ERR_CONFLICT, "%s is not a regular file", path);
    else if ((*out = fdopen(fd, "r")) == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for %s", path);
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc;
}

static int read_record(const char *folder, struct reading *reading,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err)
{
    FILE *file = NULL;
    int rc = place(reading->path, folder, err);

    if (rc == 0)
        rc = open_record(folder, reading->path, &file, err);
    return rc == 0 ? run(file, reading, each, ctx, err) : rc;
}

int issued_each(const char *folder, int (*each)(const struct certificate *certificate, void *ctx),
    void *ctx, struct err *err)
{
    return read_record(folder, &(struct reading){0}, each, ctx, err);
}

int issued_each_last(const char *folder, size_t count,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err)
{
    struct reading all = {.skip = SIZE_MAX};
    int rc = read_record(folder, &all, each, ctx, err); // calls it for none

    if (rc < 0)
        return rc;

    struct reading last = {.skip = all.number > count ? all.number - count : 0};

    return read_record(folder, &last, each, ctx, err);
}

static int count_one(const struct certificate *certificate, void *ctx)
{
    struct issued_state *state = ctx;

    (void)certificate;
    state->count++;
    return 0;
}

int issued_look(const char *folder, struct issued_state *out, struct err *err)
{
    struct reading reading = {0};
    struct issued_state state = {0};
    int rc = read_record(folder, &reading, count_one, &state, err);

    if (rc < 0)
        return rc;
    state.unfinished_line = reading.file != NULL ? reading.begun : reading.rest;
    if (state.count == 0 && state.unfinished_line == 0)
        return err_set(
            err, ERR_NOT_FOUND, "no issued certificates are recorded: %s is empty", reading.path);
    *out = state;
    return 0;
}

int issued_parse(const uint8_t *text, size_t n,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err)
{
    struct reading reading = {.path = "certificates"};
    FILE *file = fmemopen((void *)(uintptr_t)text, n, "r");

    if (file == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for certificates");

    int rc = run(file, &reading, each, ctx, err);

    if (rc == 0 && reading.rest != 0)
        rc = fail_at(&reading, reading.rest, "this certificate is incomplete", err);
    if (rc == 0 && reading.file != NULL)
        rc = err_set(err, ERR_INVALID, "certificate %zu has no end", reading.number);
    return rc;
}
