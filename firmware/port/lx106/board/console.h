#ifndef FIRMWARE_PORT_LX106_BOARD_CONSOLE_H
#define FIRMWARE_PORT_LX106_BOARD_CONSOLE_H

// The serial line. Waits until it has taken everything.
void console_write(const char *text);

#endif
