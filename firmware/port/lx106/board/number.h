#ifndef FIRMWARE_PORT_LX106_BOARD_NUMBER_H
#define FIRMWARE_PORT_LX106_BOARD_NUMBER_H

// strtod() for cJSON, in place of picolibc's: decimal numbers without blanks before them, to the
// nearest double or the one beside it; exact where a double has the number and its digits fit in
// 59 bits. Too large: infinite; too small: 0.
double strtod(const char *s, char **end);

#endif
