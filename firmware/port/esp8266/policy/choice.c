// Which image runs.
#include "firmware/port/esp8266/policy/choice.h"

enum choice choice_make(const struct choice_facts *facts)
{
    if (facts->otadata_is_blank)
        return CHOICE_FORGET;
    if (facts->active == facts->running)
        return CHOICE_RUN;
    return facts->selected == facts->active ? CHOICE_SKIP : CHOICE_SWITCH;
}
