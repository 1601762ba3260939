// Passwords as they are kept.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/pki/password_hash.h"

#define SALT "AAAAAAAAAAAAAAAAAAAAAA"
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void what_is_made_is_known_again(void **state)
{
    char one[PASSWORD_HASH_SIZE];
    char two[PASSWORD_HASH_SIZE];
    bool is_old = true;

    (void)state;
    assert_int_equal(password_hash_make("correct horse", one, NULL), 0);
    assert_int_equal(password_hash_make("correct horse", two, NULL), 0);
    assert_memory_equal(one, "$scrypt$ln=15,r=8,p=3$", 22);
    assert_string_not_equal(one, two); // each has a salt of its own
    assert_int_equal(password_hash_check(one, "correct horse", &is_old, NULL), 0);
    assert_false(is_old);
    assert_int_equal(password_hash_check(one, "correct horsf", &is_old, NULL), ERR_DENIED);
    assert_int_equal(password_hash_check(one, "", &is_old, NULL), ERR_DENIED);
    one[strlen(one) - 2] = one[strlen(one) - 2] == 'A' ? 'B' : 'A';
    assert_int_equal(password_hash_check(one, "correct horse", &is_old, NULL), ERR_DENIED);
}

// As Python's hashlib.scrypt() has it.
static void others_compute_the_same(void **state)
{
    static const char text[] = "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                               "1idRgu6ns74sljt005o5BblTKV7Jul0HPGT6aXWnXKY";
    bool is_old = false;

    (void)state;
    assert_int_equal(password_hash_check(text, "correct horse", &is_old, NULL), 0);
    assert_true(is_old); // it costs less than a new one
    assert_int_equal(password_hash_check(text, "correct hors", &is_old, NULL), ERR_DENIED);
    assert_false(is_old);
}

static void of_nobody_none_is_right(void **state)
{
    static const char *const texts[] = {"", "x", "$scrypt$ln=15,r=8,p=3$" SALT "$" HASH "="};
    bool is_old;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(password_hash_check(texts[i], "", &is_old, NULL), ERR_DENIED);
}

static void what_is_no_hash_is_refused(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"$scrypt$ln=15,r=8,p=3$" SALT "$" HASH, true},
        {"$scrypt$ln=14,r=8,p=1$" SALT "$" HASH, true},
        {"$scrypt$ln=16,r=8,p=6$" SALT "$" HASH, true},  // four times the time, 64 MiB
        {"$scrypt$ln=16,r=8,p=7$" SALT "$" HASH, false}, // more
        {"$scrypt$ln=17,r=8,p=1$" SALT "$" HASH, false}, // 128 MiB
        {"$scrypt$ln=20,r=32,p=255$" SALT "$" HASH, false},
        {"$scrypt$ln=63,r=1,p=1$" SALT "$" HASH, false},
        {"$scrypt$ln=0,r=8,p=1$" SALT "$" HASH, false},
        {"$scrypt$ln=015,r=8,p=3$" SALT "$" HASH, false},
        {"$scrypt$ln=+15,r=8,p=3$" SALT "$" HASH, false},
        {"$scrypt$ln=1000,r=8,p=3$" SALT "$" HASH, false},
        {"$scrypt$ln=15,p=3,r=8$" SALT "$" HASH, false},
        {"$scrypt$ln=15,r=8$" SALT "$" HASH, false},
        {"$scrypt$ln=15,r=8,p=3$" SALT "A$" HASH, false},
        {"$scrypt$ln=15,r=8,p=3$" SALT "$" HASH "A", false},
        {"$scrypt$ln=15,r=8,p=3$" SALT "$" HASH "=", false},
        {"$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAA=$" HASH, false},
        {"$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAB$" HASH, false}, // bits left over
        {"$scrypt$ln=15,r=8,p=3$" SALT "$", false},
        {"$scrypt$ln=15,r=8,p=3$" SALT, false},
        {"$argon2$ln=15,r=8,p=3$" SALT "$" HASH, false},
        {"", false},
    };
    char cut[PASSWORD_HASH_SIZE];
    struct password_hash hash;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (password_hash_parse(rows[i].text, &hash) != rows[i].good)
            fail_msg("%s", rows[i].text);
    }
    for (size_t n = 0; n < strlen(rows[0].text); n++) {
        memcpy(cut, rows[0].text, n);
        cut[n] = '\0';
        assert_false(password_hash_parse(cut, &hash));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_known_again),
        cmocka_unit_test(others_compute_the_same),
        cmocka_unit_test(of_nobody_none_is_right),
        cmocka_unit_test(what_is_no_hash_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
