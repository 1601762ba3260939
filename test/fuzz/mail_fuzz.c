// What is said of an alert, as somebody might put it where mails wait, and addresses that an
// administrator gives: the headers of a mail are always the same ones, in nine lines of plain text.
#include <stdlib.h>
#include <string.h>

#include "server/alert/alert_mail.h"
#include "test/fuzz/fuzz.h"

static void check_mail(const uint8_t *p, size_t n)
{
    static const char *const headers[] = {"From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ",
        "Auto-Submitted: ", "MIME-Version: ", "Content-Type: ", "Content-Transfer-Encoding: "};
    static const struct alert_mail_frame frame = {"a@example", "b@example", "1@example", 0};
    char *mail = alert_mail_compose(&frame, (const char *)fuzz_bytes(p, n), n);
    const char *line = mail;

    FUZZ_CHECK(mail != NULL);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        FUZZ_CHECK(strncmp(line, headers[i], strlen(headers[i])) == 0);
        line = strchr(line, '\n');
        FUZZ_CHECK(line != NULL);
        line++;
    }
    FUZZ_CHECK(*line == '\n');
    for (const char *c = mail; *c != '\0'; c++)
        FUZZ_CHECK(*c == '\n' || (unsigned char)*c >= ' ');
    free(mail);
}

static void check_addresses(const char *text)
{
    char *to;

    if (alert_mail_read_addresses(text, &to, NULL) < 0)
        return;
    FUZZ_CHECK(strpbrk(to, "\r\n<>\"()") == NULL && to[0] != '-');
    free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    check_mail(p, n);
    check_addresses(fuzz_text(p, n));
    return 0;
}
