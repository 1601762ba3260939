#ifndef FIRMWARE_PORT_LX106_BOARD_SIMCALL_H
#define FIRMWARE_PORT_LX106_BOARD_SIMCALL_H

#include <stddef.h>
#include <stdint.h>

// What the emulator offers to what runs on it ("semihosting"); of all that, arguments, entropy, a
// file's text and the end.

// Copies the arguments to out, one after the other with a NUL behind each and one more at the end.
// Those that do not fit are left out.
void simcall_arguments(char *out, size_t size);

// Fills p with random bytes: 0 or -1.
int simcall_random(uint8_t *p, size_t n);

// Opens a file of the emulator's machine to be read: its descriptor, or -1.
int simcall_open(const char *path);

// Reads what it holds now: size - 1 bytes at most, and a NUL. "" if it cannot.
void simcall_read_text(int fd, char *out, size_t size);

// Ends the emulator with that exit status.
void simcall_exit(int status) __attribute__((noreturn));

#endif
