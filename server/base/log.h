#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_INFO = 6, LOG_DEBUG = 7 }; // as in syslog(3)

// Lines above this level are dropped; LOG_INFO at the start. Any thread.
void log_set_level(enum log_level level);

// The level of that name ("error", "warning", "info", "debug"), or -1.
int log_level_from_name(const char *name);

// Write one line to standard error: "module: event key=value ...", escaped as escape_next() has it,
// so that input cannot forge a line. Under systemd (JOURNAL_STREAM) the line bears sd-daemon(3)'s
// level prefix, elsewhere the UTC time. Never a secret. Any thread.
void log_error(const char *module, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warning(const char *module, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *module, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *module, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
