#ifndef FIRMWARE_PORT_ESP8266_POLICY_CHOICE_H
#define FIRMWARE_PORT_ESP8266_POLICY_CHOICE_H

#include <stdbool.h>

// Which image runs. The SDK's boot loader starts the slot that its own record (otadata) selects, or
// another one if that image is damaged; it knows no trials. The device's record (core/slots.h) is
// what decides: the image that was started looks first of all whether it is the one to run.

enum choice {
    CHOICE_FORGET, // flashed over the serial line: the record is about images that are gone
    CHOICE_SELECT, // this is the one, but otadata does not say so
    CHOICE_RUN,    // this is the one: count the start
    CHOICE_SWITCH, // select the record's slot and restart
    CHOICE_SKIP,   // the boot loader was asked for it and has refused it: it is damaged
};

struct choice_facts {
    bool otadata_is_blank; // as a flash over the serial line leaves it, and nothing else
    bool otadata_is_good;  // else it selects slot 0 for want of another, and the next write of it
                           // might leave it blank
    unsigned running;      // the slot that runs
    unsigned selected;     // the slot that otadata selects
    unsigned active;       // the slot that the record wants to run
};

// Before anything runs for long it is selected: in a slot that was refused the next download would
// otherwise start on its own, whoever has signed it.
enum choice choice_make(const struct choice_facts *facts);

#endif
