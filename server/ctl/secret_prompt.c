// Asks for a secret.
#include "server/ctl/secret_prompt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "server/ctl/text.h"

#define SIGNALS 3

static const int signals[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

// Its coming ends read(2), so that the terminal is put right before the program ends.
static void wake(int number)
{
    (void)number;
}

// Byte by byte, so that what follows stays for others, and none of it in a buffer.
static int read_line(const char *what, char *out, size_t size, struct err *err)
{
    size_t n = 0;
    ssize_t got;
    char c;

    while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
        if (n + 1 == size || c == '\0')
            return err_set(err, ERR_INVALID, "the %s is too long, or has a NUL", what);
        out[n++] = c;
    }
    out[n] = '\0';
    if (got < 0)
        return errno == EINTR ? err_set(err, ERR_IO, "interrupted")
                              : err_set(err, ERR_IO, "cannot read the %s: %m", what);
    return got == 0 && n == 0 ? err_set(err, ERR_IO, "no %s on standard input", what) : 0;
}

static int ask(const char *question, char *out, size_t size, struct err *err)
{
    struct sigaction action = {.sa_handler = wake}; // without SA_RESTART
    struct sigaction before[SIGNALS];
    struct termios shown;
    struct termios hidden;

    if (tcgetattr(STDIN_FILENO, &shown) < 0)
        return err_set(err, ERR_IO, "cannot ask for the password: %m");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden.c_lflag |= ECHONL;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden); // first: who sees the question may answer at once
    text_print(stderr, question);
    fputs(": ", stderr);
    (void)fflush(stderr);

    int rc = read_line("password", out, size, err);

    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    return rc;
}

int secret_prompt_read(const char *question, char *out, size_t size, struct err *err)
{
    int rc = isatty(STDIN_FILENO) ? ask(question, out, size, err)
                                  : read_line("password", out, size, err);

    if (rc < 0)
        explicit_bzero(out, size);
    return rc;
}

// What is typed blindly is typed twice.
int secret_prompt_read_new(const char *question, char *out, size_t size, struct err *err)
{
    char *again;
    int rc = secret_prompt_read(question, out, size, err);

    if (rc < 0 || out[0] == '\0' || !isatty(STDIN_FILENO))
        return rc;
    again = calloc(1, size);
    rc = again != NULL ? ask("the same again", again, size, err)
                       : err_set(err, ERR_NO_MEMORY, "no memory for the password");
    if (rc == 0 && strcmp(out, again) != 0)
        rc = err_set(err, ERR_INVALID, "what was typed first and second differs; nothing was done");
    if (again != NULL)
        explicit_bzero(again, size);
    free(again);
    if (rc < 0)
        explicit_bzero(out, size);
    return rc;
}

int secret_prompt_read_shown(const char *question, char *out, size_t size, struct err *err)
{
    if (isatty(STDIN_FILENO)) {
        text_print(stderr, question);
        fputc(' ', stderr);
        (void)fflush(stderr);
    }
    return read_line("answer", out, size, err);
}
