// A secret from the terminal, which does not show it, or from a pipe.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "server/ctl/secret_prompt.h"
#include "test/unit/freed_memory.h"

static void as_input(int fd)
{
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
}

static const struct {
    const char *input, *secret;
    int rc;
} rows[] = {
    {"sesame\n", "sesame", 0},
    {"sesame", "sesame", 0},
    {"sesame\nmore\n", "sesame", 0},
    {" \"a b\" \n", " \"a b\" ", 0},
    {"\n", "", 0},
    {"", "", ERR_IO},
    {"1234567\n", "1234567", 0},
    {"12345678\n", "", ERR_INVALID},
};

static void test_from_a_pipe(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].input);
        char secret[8] = "xxxxxxx";
        struct err err = {0};
        int ends[2];

        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], rows[i].input, n), n);
        close(ends[1]);
        as_input(ends[0]);
        assert_int_equal(secret_prompt_read("password", secret, sizeof secret, &err), rows[i].rc);
        assert_string_equal(secret, rows[i].secret);
        if (rows[i].rc < 0)
            assert_true(err.message[0] != '\0');
    }
}

// Somebody at the terminal.
struct person {
    int master;
    pthread_t reader;  // of the secret
    const char *types; // NULL: a signal comes instead
};

static void *answer(void *ctx)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    const struct person *person = ctx;
    struct termios now;

    do
        nanosleep(&moment, NULL);
    while (tcgetattr(person->master, &now) == 0 && (now.c_lflag & ECHO) != 0);
    if (person->types != NULL) {
        assert_true(write(person->master, person->types, strlen(person->types)) > 0);
        return NULL;
    }
    for (int i = 0; i < 100 && (now.c_lflag & ECHO) == 0; i++) {
        pthread_kill(person->reader, SIGINT);
        nanosleep(&moment, NULL);
        tcgetattr(person->master, &now);
    }
    return NULL;
}

static int ask(const char *types, char *secret, size_t size, char *shown, size_t shown_size)
{
    struct person person = {
        .master = posix_openpt(O_RDWR | O_NOCTTY), .reader = pthread_self(), .types = types};
    struct termios after;
    pthread_t thread;
    char name[64];

    assert_int_equal(grantpt(person.master) | unlockpt(person.master), 0);
    assert_int_equal(ptsname_r(person.master, name, sizeof name), 0);
    as_input(open(name, O_RDWR | O_NOCTTY));
    assert_int_equal(pthread_create(&thread, NULL, answer, &person), 0);

    int rc = secret_prompt_read("password", secret, size, NULL);

    pthread_join(thread, NULL);
    assert_int_equal(tcgetattr(STDIN_FILENO, &after), 0);
    assert_true((after.c_lflag & ECHO) != 0);
    fcntl(person.master, F_SETFL, O_NONBLOCK);

    ssize_t n = read(person.master, shown, shown_size - 1);

    shown[n > 0 ? n : 0] = '\0';
    close(person.master);
    return rc;
}

static void test_at_a_terminal(void **state)
{
    char secret[16];
    char shown[64];

    (void)state;
    assert_int_equal(ask("sesame\n", secret, sizeof secret, shown, sizeof shown), 0);
    assert_string_equal(secret, "sesame");
    assert_null(strstr(shown, "sesame"));
}

static ssize_t look_at_echo(void *ctx, const char *p, size_t n)
{
    struct termios now;
    bool *echoes = ctx;

    (void)p;
    *echoes = tcgetattr(STDIN_FILENO, &now) < 0 || (now.c_lflag & ECHO) != 0;
    return (ssize_t)n;
}

// What is typed as soon as the question is there is neither shown nor lost.
static void test_no_echo_before_the_question(void **state)
{
    bool echoes = true;
    FILE *watched = fopencookie(&echoes, "w", (cookie_io_functions_t){.write = look_at_echo});
    FILE *before = stderr;
    char secret[16];
    char shown[64];
    int rc;

    (void)state;
    assert_non_null(watched);
    stderr = watched;
    rc = ask("sesame\n", secret, sizeof secret, shown, sizeof shown);
    stderr = before;
    assert_int_equal(fclose(watched), 0);
    assert_int_equal(rc, 0);
    assert_false(echoes);
}

static void expect_ignored(int number)
{
    struct sigaction now;

    assert_int_equal(sigaction(number, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_IGN);
}

// The terminal shows again what is typed.
static void test_interrupted(void **state)
{
    char secret[16];
    char shown[64];

    (void)state;
    assert_true(signal(SIGINT, SIG_IGN) != SIG_ERR); // so that one that is late does no harm
    assert_int_equal(ask(NULL, secret, sizeof secret, shown, sizeof shown), ERR_IO);
    expect_ignored(SIGINT);
}

static void type_blindly(int master, const char *line)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    struct termios now;

    do
        nanosleep(&moment, NULL);
    while (tcgetattr(master, &now) == 0 && (now.c_lflag & ECHO) != 0);
    assert_true(write(master, line, strlen(line)) > 0);
}

struct typist {
    int master;
    const char *first;
    const char *second; // NULL: nothing more is asked
};

static void *type_both(void *ctx)
{
    const struct typist *typist = ctx;
    char shown[256] = "";
    size_t n = 0;

    type_blindly(typist->master, typist->first);
    while (typist->second != NULL && strstr(shown, "again: ") == NULL) {
        ssize_t got = read(typist->master, shown + n, sizeof shown - 1 - n);

        assert_true(got > 0);
        n += (size_t)got;
        shown[n] = '\0';
    }
    if (typist->second != NULL)
        type_blindly(typist->master, typist->second);
    return NULL;
}

static int ask_new(const char *first, const char *second, char secret[16])
{
    struct typist typist = {posix_openpt(O_RDWR | O_NOCTTY), first, second};
    int messages = dup(STDERR_FILENO);
    pthread_t thread;
    char name[64];

    assert_int_equal(grantpt(typist.master) | unlockpt(typist.master), 0);
    assert_int_equal(ptsname_r(typist.master, name, sizeof name), 0);
    as_input(open(name, O_RDWR | O_NOCTTY));
    assert_true(dup2(STDIN_FILENO, STDERR_FILENO) >= 0);
    assert_int_equal(pthread_create(&thread, NULL, type_both, &typist), 0);

    int rc = secret_prompt_read_new("password", secret, 16, NULL);

    pthread_join(thread, NULL);
    assert_true(dup2(messages, STDERR_FILENO) >= 0);
    close(messages);
    close(typist.master);
    return rc;
}

static void test_a_new_one(void **state)
{
    char secret[16] = "";

    (void)state;
    freed_memory_start("sesame", 6);
    assert_int_equal(ask_new("sesame\n", "sesame\n", secret), 0);
    assert_string_equal(secret, "sesame");
    assert_int_equal(ask_new("sesame\n", "sesamt\n", secret), ERR_INVALID);
    assert_string_equal(secret, "");
    assert_int_equal(ask_new("\n", NULL, secret), 0);
    assert_string_equal(secret, "");
    assert_false(freed_memory_end());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_a_pipe),
        cmocka_unit_test(test_at_a_terminal),
        cmocka_unit_test(test_no_echo_before_the_question),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_a_new_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
