#ifndef CTL_COMMAND_SEND_H
#define CTL_COMMAND_SEND_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// secureesp command MAC|--all NAME
int command_send_run(const struct subcommand_call *call, struct err *err);

// Prints a command as "84f3eb012345 firmware: done ok ESP8266_X-00.02 detail".
void command_send_print(const json_t *command);

#endif
