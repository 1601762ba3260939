#ifndef FIRMWARE_PORT_ESP8266_MAIN_LAST_RESET_H
#define FIRMWARE_PORT_ESP8266_MAIN_LAST_RESET_H

#include <stddef.h>

// Why the run before this one ended. The SDK knows the kind of reset only, so its panic handler is
// wrapped (panic.c) to note the exception in RTC memory first.

#define LAST_RESET_SIZE 56 // bytes of a reason with its NUL; longer ones are cut

// Notes the reason, unless there is one already: what comes first is the cause.
void last_reset_note(const char *why);

// Restarts the chip, and that is no fault: the SDK itself would go on telling of the last one, as
// its restart leaves the chip's own note of a hardware reset as it is. A reason that has not been
// told yet stays.
_Noreturn void last_reset_restart(void);

// As struct port_ops has it.
void last_reset_tell(char *out, size_t size);

// This run has come up: the next reset has its own reason.
void last_reset_forget(void);

#endif
