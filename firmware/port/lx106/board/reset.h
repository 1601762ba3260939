#ifndef FIRMWARE_PORT_LX106_BOARD_RESET_H
#define FIRMWARE_PORT_LX106_BOARD_RESET_H

// Resets processor and board; memory stays as it is.
void reset_board(void) __attribute__((noreturn));

#endif
