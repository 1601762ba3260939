#ifndef ALERT_MAIL_H
#define ALERT_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/alert.h"

// Mails about alerts. The daemon puts what is to be said into a folder, a file each; another
// process makes mails of that, and gives them to sendmail. What a device says may stand in them,
// and is never anything but text.

#define ALERT_MAIL_END ".mail" // of the files' names
#define ALERT_MAIL_MAX 16384   // bytes of one

// What is said of one: the subject, a new line, and the rest; the caller frees it. NULL without
// memory.
char *alert_mail_word(const struct alert_note *note);

// The same of so many that were held back.
char *alert_mail_word_held(int64_t count, int64_t per_hour);

// Who writes to whom, and when.
struct alert_mail_frame {
    const char *from; // "name@host"
    const char *to;   // one or more, as alert_mail_is_address() has them, with ", " between
    const char *id;   // of the message, without its brackets
    int64_t at_ms;
};

// Makes a mail (RFC 5322) of the n bytes of what is said, whoever wrote that: headers are ours
// alone, control characters are made visible, nothing but ASCII is in the subject. The caller frees
// it. NULL without memory.
char *alert_mail_compose(const struct alert_mail_frame *frame, const char *word, size_t n);

// Whether it is an address that needs no quotes: "name@host".
bool alert_mail_is_address(const char *text, size_t n);

// Reads addresses, with blanks or commas between them, and writes them with ", ". ERR_INVALID,
// ERR_NO_MEMORY. The caller frees *out.
ERR_CHECKED int alert_mail_read_addresses(const char *text, char **out, struct err *err);

#endif
