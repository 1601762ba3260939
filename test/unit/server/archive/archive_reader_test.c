// Backups are read as they were written, and nothing else is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/archive/archive_reader.h"
#include "server/archive/archive_writer.h"

#define ROOM 200000

struct bytes {
    size_t n;
    uint8_t p[ROOM];
};

static struct bytes made, changed;

static int keep(const void *p, size_t n, void *ctx, struct err *err)
{
    struct bytes *bytes = ctx;

    (void)err;
    assert_true(n <= sizeof bytes->p - bytes->n);
    memcpy(bytes->p + bytes->n, p, n);
    bytes->n += n;
    return 0;
}

static int put(
    struct archive_writer *writer, const char *name, const void *p, size_t n, struct err *err)
{
    struct tar_header header = {.size_bytes = n, .mode = 0600};
    int rc;

    snprintf(header.name, sizeof header.name, "%s", name);
    rc = archive_writer_begin(writer, &header, err);
    if (rc == 0 && n > 0)
        rc = archive_writer_add(writer, p, n, err);
    return rc < 0 ? rc : archive_writer_end_member(writer, err);
}

static struct archive_writer *begin_writer(struct bytes *out)
{
    struct archive_about about = {.made_at_ms = 1700000000123, .database_version = 31};
    struct sink to = {keep, out};
    struct archive_writer *writer;

    out->n = 0;
    snprintf(about.version, sizeof about.version, "0.1.0");
    assert_int_equal(archive_writer_open(&about, &to, &writer, NULL), 0);
    return writer;
}

static void make(struct bytes *out)
{
    struct archive_writer *writer = begin_writer(out);
    static const uint8_t block[1024] = {1, 2, 3};

    assert_int_equal(put(writer, "state/secureesp.db", block, sizeof block, NULL), 0);
    assert_int_equal(put(writer, "empty", NULL, 0, NULL), 0);
    assert_int_equal(put(writer, "etc/secureesp.conf", "abc", 3, NULL), 0);
    assert_int_equal(archive_writer_finish(writer, NULL), 0);
    archive_writer_free(writer);
}

// What was told of, as text.
struct heard {
    char text[1024];
    size_t bytes;
};

static int hear_about(const struct archive_about *about, void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)err;
    snprintf(heard->text, sizeof heard->text, "about %lld %lld %s %d;",
        (long long)about->made_at_ms, (long long)about->database_version, about->version,
        about->has_keys);
    return 0;
}

static int hear_begin(const struct tar_header *header, void *ctx, struct err *err)
{
    struct heard *heard = ctx;
    size_t n = strlen(heard->text);

    (void)err;
    snprintf(heard->text + n, sizeof heard->text - n, " %s", header->name);
    return 0;
}

static int hear_add(const void *p, size_t n, void *ctx, struct err *err)
{
    (void)p;
    (void)err;
    ((struct heard *)ctx)->bytes += n;
    return 0;
}

static int hear_end(void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)err;
    strcat(heard->text, ";");
    return 0;
}

static int read_pieces(
    const struct bytes *bytes, size_t n, size_t piece, struct heard *heard, struct err *err)
{
    struct archive_reader_events events = {hear_about, hear_begin, hear_add, hear_end, heard};
    struct archive_reader *reader;
    int rc = 0;

    memset(heard, 0, sizeof *heard);
    assert_int_equal(archive_reader_open(&events, &reader, NULL), 0);
    for (size_t i = 0; i < n && rc == 0; i += piece)
        rc = archive_reader_write(bytes->p + i, n - i < piece ? n - i : piece, reader, err);
    if (rc == 0)
        rc = archive_reader_end(reader, err);
    archive_reader_free(reader);
    return rc;
}

static void in_pieces_of_any_size(void **state)
{
    static const size_t pieces[] = {1, 7, 512, 1000, ROOM};
    struct heard heard;

    (void)state;
    make(&made);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_int_equal(read_pieces(&made, made.n, pieces[i], &heard, NULL), 0);
        assert_string_equal(heard.text,
            "about 1700000000123 31 0.1.0 0; state/secureesp.db; empty; etc/secureesp.conf;");
        assert_int_equal(heard.bytes, 1024 + 3);
    }
    // More zeros at the end, as tar(1) writes them.
    memset(made.p + made.n, 0, 10240);
    assert_int_equal(read_pieces(&made, made.n + 10240, ROOM, &heard, NULL), 0);
}

static void a_bit_anywhere_is_found(void **state)
{
    struct heard heard;

    (void)state;
    make(&made);
    for (size_t i = 0; i < made.n; i++) {
        made.p[i] ^= 1;
        if (read_pieces(&made, made.n, ROOM, &heard, NULL) == 0)
            fail_msg("byte %zu of %zu", i, made.n);
        made.p[i] ^= 1;
    }
}

static void cut_anywhere_it_is_refused(void **state)
{
    struct heard heard;

    (void)state;
    make(&made);
    for (size_t n = 0; n < made.n; n++)
        assert_int_equal(read_pieces(&made, n, ROOM, &heard, NULL), ERR_INVALID);
}

// Removes the member that begins at that place of the archive.
static void remove_member(size_t at, size_t blocks)
{
    memcpy(changed.p, made.p, at);
    changed.n = made.n - blocks * TAR_HEADER_SIZE;
    memcpy(changed.p + at, made.p + at + blocks * TAR_HEADER_SIZE, changed.n - at);
}

static void what_is_put_together_otherwise_is_refused(void **state)
{
    struct heard heard;
    struct err err = {0};

    (void)state;
    make(&made);
    remove_member(0, 2); // the first
    assert_int_equal(read_pieces(&changed, changed.n, ROOM, &heard, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "no backup of secureesp"));
    remove_member(1024, 3); // the database
    assert_int_equal(read_pieces(&changed, changed.n, ROOM, &heard, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "and its manifest 4"));
    // The first once more, in place of the empty one.
    memcpy(changed.p, made.p, made.n);
    memcpy(changed.p + 2560, made.p, 512);
    assert_int_equal(read_pieces(&changed, made.n, ROOM, &heard, &err), ERR_INVALID);
}

static void names_that_lead_out_are_neither_written_nor_read(void **state)
{
    static const char *const names[] = {"", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".a",
        "a/.b", "a b", "a\nb", "a\\b", "caf\xc3\xa9"};
    struct archive_writer *writer = begin_writer(&changed);

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct tar_header header = {.size_bytes = 0, .mode = 0600};
        struct heard heard;
        struct err err = {0};

        assert_false(archive_list_is_name(names[i]));
        assert_int_equal(put(writer, names[i], NULL, 0, &err), ERR_INVALID);
        make(&made);
        snprintf(header.name, sizeof header.name, "%s", names[i]);
        tar_header_write(&header, made.p + 1024); // in place of the database's
        assert_int_equal(read_pieces(&made, made.n, ROOM, &heard, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "no backup has the name"));
    }
    assert_true(archive_list_is_name("state/images/ab/0f-1_2+3.crt"));
    archive_writer_free(writer);
}

static void a_name_is_there_once(void **state)
{
    struct archive_writer *writer = begin_writer(&made);
    struct heard heard;
    struct err err = {0};

    (void)state;
    assert_int_equal(put(writer, "a", "1", 1, NULL), 0);
    assert_int_equal(put(writer, "a", "2", 1, NULL), 0);
    assert_int_equal(archive_writer_finish(writer, NULL), 0);
    archive_writer_free(writer);
    assert_int_equal(read_pieces(&made, made.n, ROOM, &heard, &err), ERR_INVALID);
    assert_string_equal(err.message, "a is in it twice");
}

static void a_file_that_changes_meanwhile_is_refused(void **state)
{
    struct archive_writer *writer = begin_writer(&made);
    struct tar_header header = {.name = "a", .size_bytes = 2, .mode = 0600};
    struct err err = {0};

    (void)state;
    assert_int_equal(archive_writer_begin(writer, &header, NULL), 0);
    assert_int_equal(archive_writer_add(writer, "abc", 3, &err), ERR_INVALID);
    assert_string_equal(err.message, "a grew meanwhile");
    assert_int_equal(archive_writer_add(writer, "a", 1, &err), 0);
    assert_int_equal(archive_writer_end_member(writer, &err), ERR_INVALID);
    assert_string_equal(err.message, "a became shorter meanwhile");
    archive_writer_free(writer);
    archive_writer_free(NULL);
    archive_reader_free(NULL);
}

static void what_it_says_of_itself_is_judged(void **state)
{
    static const char *const texts[] = {"", "[]", "{}", "{\"format\":2}", "{\"format\":\"1\"}",
        "{\"format\":1,\"version\":\"a\",\"made_at_ms\":-1,\"database_version\":1,\"keys\":false}",
        "{\"format\":1,\"version\":7,\"made_at_ms\":1,\"database_version\":1,\"keys\":false}",
        "{\"format\":1,\"version\":\"a\",\"made_at_ms\":1,\"database_version\":1}"};
    struct archive_about about;
    struct archive_list list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(
            archive_list_read_about(texts[i], strlen(texts[i]), &about, NULL), ERR_INVALID);
    }
    assert_int_equal(archive_list_check(&list, "", 0, NULL), ERR_INVALID);
    assert_int_equal(archive_list_check(&list, "{\"format\":1,\"members\":[]}", 25, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_pieces_of_any_size),
        cmocka_unit_test(a_bit_anywhere_is_found),
        cmocka_unit_test(cut_anywhere_it_is_refused),
        cmocka_unit_test(what_is_put_together_otherwise_is_refused),
        cmocka_unit_test(names_that_lead_out_are_neither_written_nor_read),
        cmocka_unit_test(a_name_is_there_once),
        cmocka_unit_test(a_file_that_changes_meanwhile_is_refused),
        cmocka_unit_test(what_it_says_of_itself_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
