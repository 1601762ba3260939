// Files of age: what was written is read, what age wrote, too, and nothing that was changed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/hex.h"
#include "server/pki/age_keys.h"
#include "server/pki/age_reader.h"
#include "server/pki/age_writer.h"
#include "test/unit/freed_memory.h"

#define PASSPHRASE "correct horse"
#define WORK 4 // enough for a test
#define ROOM (4 * AGE_CHUNKS_TEXT_MAX)

// By age 1.1.1.
static const char theirs[] =
    "6167652d656e6372797074696f6e2e6f72672f76310a2d3e20736372797074206c4d3473534f587a4b6c4b50626e68"
    "314471427758772031380a6e696b5147564970414d66644b497148456754517269"
    "70634b612f624f6330354a35364444375530584f490a2d2d2d20363844644d57616a754630612f5354375833554263"
    "6c"
    "442f6b4f4e726931382f78694349654576484f336f0a83d4e152af01267807dc219dd28b6e9e89b4402ec5ff1f9adf"
    "d0"
    "dc935678e65f04257c5b568775b2cd6430";

struct bytes {
    size_t n;
    uint8_t p[ROOM];
};

static int keep(const void *p, size_t n, void *ctx, struct err *err)
{
    struct bytes *bytes = ctx;

    (void)err;
    assert_true(n <= sizeof bytes->p - bytes->n);
    memcpy(bytes->p + bytes->n, p, n);
    bytes->n += n;
    return 0;
}

static void encrypt(const uint8_t *p, size_t n, size_t piece, struct bytes *out)
{
    struct sink to = {keep, out};
    struct age_writer *writer;

    out->n = 0;
    assert_int_equal(age_writer_open(PASSPHRASE, WORK, &to, &writer, NULL), 0);
    for (size_t i = 0; i < n; i += piece)
        assert_int_equal(age_writer_write(p + i, n - i < piece ? n - i : piece, writer, NULL), 0);
    assert_int_equal(age_writer_end(writer, NULL), 0);
    age_writer_free(writer);
}

static int decrypt(
    const char *passphrase, const uint8_t *p, size_t n, struct bytes *out, struct err *err)
{
    struct sink to = {keep, out};
    struct age_reader *reader;
    int rc;

    out->n = 0;
    assert_int_equal(age_reader_open(passphrase, &to, &reader, err), 0);
    rc = age_reader_write(p, n, reader, err);
    if (rc == 0)
        rc = age_reader_end(reader, err);
    age_reader_free(reader);
    return rc;
}

static struct bytes text, sealed, opened;

static void fill(void)
{
    for (size_t i = 0; i < sizeof text.p; i++)
        text.p[i] = (uint8_t)(i * 7 + i / 256);
}

static void what_age_wrote_is_read(void **state)
{
    struct err err = {0};

    (void)state;
    sealed.n = strlen(theirs) / 2;
    assert_true(hex_decode(theirs, 2 * sealed.n, sealed.p));
    assert_true(age_reader_is_age(sealed.p, sealed.n));
    assert_false(age_reader_is_age(sealed.p, AGE_READER_LOOK - 1));
    assert_int_equal(decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, &err), 0);
    assert_int_equal(opened.n, 11);
    assert_memory_equal(opened.p, "hello, age\n", 11);
    assert_int_equal(decrypt("correct horsE", sealed.p, sealed.n, &opened, &err), ERR_DENIED);
    assert_string_equal(err.message, "the passphrase does not open it");
    assert_int_equal(opened.n, 0);
}

static void texts_of_any_size(void **state)
{
    static const size_t sizes[] = {0, 1, AGE_CHUNKS_TEXT_MAX - 1, AGE_CHUNKS_TEXT_MAX,
        AGE_CHUNKS_TEXT_MAX + 1, 2 * AGE_CHUNKS_TEXT_MAX, 3 * AGE_CHUNKS_TEXT_MAX + 5};
    static const size_t pieces[] = {1000, AGE_CHUNKS_TEXT_MAX, ROOM};

    (void)state;
    fill();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            encrypt(text.p, sizes[i], pieces[k], &sealed);
            assert_int_equal(decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, NULL), 0);
            assert_int_equal(opened.n, sizes[i]);
            assert_memory_equal(opened.p, text.p, sizes[i]);
        }
    }
}

// The text and the key that it was sealed with.
static void nothing_is_left_in_memory(void **state)
{
    static const char secret[] = "a secret of sixteen or more bytes";
    static const uint8_t key[AGE_CHUNKS_KEY_SIZE] = "a key that nobody else may know";
    struct age_chunks *chunks;

    (void)state;
    freed_memory_start(secret, sizeof secret - 1);
    encrypt((const uint8_t *)secret, sizeof secret - 1, ROOM, &sealed);
    assert_false(freed_memory_end());
    freed_memory_start(secret, sizeof secret - 1);
    assert_int_equal(decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, NULL), 0);
    assert_false(freed_memory_end());
    freed_memory_start(key, sizeof key);
    assert_int_equal(age_chunks_new(key, &chunks, NULL), 0);
    age_chunks_free(chunks);
    assert_false(freed_memory_end());
}

// Two files of one text have nothing in common.
static void each_has_keys_of_its_own(void **state)
{
    static struct bytes other;

    (void)state;
    fill();
    encrypt(text.p, 1000, 1000, &sealed);
    encrypt(text.p, 1000, 1000, &other);
    assert_int_equal(sealed.n, other.n);
    assert_memory_not_equal(sealed.p + 32, other.p + 32, 40);
    assert_memory_not_equal(sealed.p + sealed.n - 500, other.p + other.n - 500, 500);
}

static void a_bit_anywhere_is_found(void **state)
{
    (void)state;
    fill();
    encrypt(text.p, 100, 100, &sealed);
    for (size_t i = 0; i < sealed.n; i++) {
        sealed.p[i] ^= 1;
        if (decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, NULL) == 0)
            fail_msg("byte %zu of %zu", i, sealed.n);
        sealed.p[i] ^= 1;
    }
    assert_int_equal(decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, NULL), 0);
}

// The work is in the header alone, which the MAC covers: less of it opens nothing.
static void the_header_is_covered(void **state)
{
    struct err err = {0};
    uint8_t *mac;

    (void)state;
    encrypt(text.p, 10, 10, &sealed);
    mac = memmem(sealed.p, sealed.n, "--- ", 4);
    assert_non_null(mac);
    mac[4] = mac[4] == 'A' ? 'B' : 'A';
    assert_int_equal(decrypt(PASSPHRASE, sealed.p, sealed.n, &opened, &err), ERR_DENIED);
    assert_string_equal(err.message, "its header was changed");
}

static void an_end_that_is_missing_is_found(void **state)
{
    size_t whole;

    (void)state;
    fill();
    encrypt(text.p, 300, 300, &sealed);
    for (size_t n = 0; n < sealed.n; n++)
        assert_int_not_equal(decrypt(PASSPHRASE, sealed.p, n, &opened, NULL), 0);
    // Of several chunks, the last ones; and what is put behind the last.
    encrypt(text.p, 2 * AGE_CHUNKS_TEXT_MAX + 10, ROOM, &sealed);
    whole = sealed.n;
    for (size_t chunks = 1; chunks < 3; chunks++) {
        size_t n = whole - 10 - AGE_CHUNKS_TAG_SIZE -
                   (chunks - 1) * (AGE_CHUNKS_TEXT_MAX + AGE_CHUNKS_TAG_SIZE);

        assert_int_equal(decrypt(PASSPHRASE, sealed.p, n, &opened, NULL), ERR_DENIED);
    }
    sealed.p[whole] = 0;
    assert_int_equal(decrypt(PASSPHRASE, sealed.p, whole + 1, &opened, NULL), ERR_DENIED);
}

// A text that fills its chunks has no empty one behind them: else there would be two files of it.
static void no_empty_chunk_ends_a_text(void **state)
{
    struct age_header header;
    uint8_t file_key[AGE_KEYS_FILE_SIZE];
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    struct age_chunks *chunks;
    struct err err = {0};
    size_t n;

    (void)state;
    assert_int_equal(age_keys_make(PASSPHRASE, WORK, &header, file_key, NULL), 0);
    n = age_header_write(&header, (char *)sealed.p);
    assert_int_equal(age_keys_payload(file_key, text.p, key, NULL), 0);
    memcpy(sealed.p + n, text.p, AGE_KEYS_NONCE_SIZE);
    n += AGE_KEYS_NONCE_SIZE;
    assert_int_equal(age_chunks_new(key, &chunks, NULL), 0);
    assert_int_equal(age_chunks_seal(chunks, text.p, AGE_CHUNKS_TEXT_MAX, false, sealed.p + n), 0);
    n += AGE_CHUNKS_TEXT_MAX + AGE_CHUNKS_TAG_SIZE;
    assert_int_equal(age_chunks_seal(chunks, text.p, 0, true, sealed.p + n), 0);
    age_chunks_free(chunks);
    assert_int_equal(
        decrypt(PASSPHRASE, sealed.p, n + AGE_CHUNKS_TAG_SIZE, &opened, &err), ERR_INVALID);
    assert_string_equal(err.message, "its last chunk is empty");
}

static void a_chunk_has_its_place_and_kind(void **state)
{
    uint8_t key[AGE_CHUNKS_KEY_SIZE] = {1};
    struct age_chunks *chunks;
    uint8_t out[64];

    (void)state;
    assert_int_equal(age_chunks_new(key, &chunks, NULL), 0);
    assert_int_equal(age_chunks_seal(chunks, key, sizeof key, false, out), 0);
    assert_int_equal(age_chunks_count(chunks), 1);
    // Neither by another number, nor as another kind.
    assert_int_equal(age_chunks_open(chunks, out, sizeof key + 16, false, out), ERR_DENIED);
    age_chunks_free(chunks);
    assert_int_equal(age_chunks_new(key, &chunks, NULL), 0);
    assert_int_equal(age_chunks_seal(chunks, key, sizeof key, false, out), 0);
    age_chunks_free(chunks);
    assert_int_equal(age_chunks_new(key, &chunks, NULL), 0);
    assert_int_equal(age_chunks_open(chunks, out, sizeof key + 16, true, out), ERR_DENIED);
    assert_int_equal(age_chunks_open(chunks, out, 15, false, out), ERR_DENIED);
    age_chunks_free(chunks);
}

static int refuse(const void *p, size_t n, void *ctx, struct err *err)
{
    (void)p;
    (void)n;
    (void)ctx;
    return err_set(err, ERR_IO, "full");
}

static void a_sink_that_fails_ends_it(void **state)
{
    struct sink to = {refuse, NULL};
    struct age_writer *writer;
    struct age_reader *reader;

    (void)state;
    assert_int_equal(age_writer_open(PASSPHRASE, WORK, &to, &writer, NULL), ERR_IO);
    encrypt(text.p, 10, 10, &sealed);
    assert_int_equal(age_reader_open(PASSPHRASE, &to, &reader, NULL), 0);
    assert_int_equal(age_reader_write(sealed.p, sealed.n, reader, NULL), 0);
    assert_int_equal(age_reader_end(reader, NULL), ERR_IO);
    age_reader_free(reader);
    age_reader_free(NULL);
    age_writer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_age_wrote_is_read),
        cmocka_unit_test(texts_of_any_size),
        cmocka_unit_test(nothing_is_left_in_memory),
        cmocka_unit_test(each_has_keys_of_its_own),
        cmocka_unit_test(a_bit_anywhere_is_found),
        cmocka_unit_test(the_header_is_covered),
        cmocka_unit_test(an_end_that_is_missing_is_found),
        cmocka_unit_test(no_empty_chunk_ends_a_text),
        cmocka_unit_test(a_chunk_has_its_place_and_kind),
        cmocka_unit_test(a_sink_that_fails_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
