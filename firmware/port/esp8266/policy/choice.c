// Which image runs.
#include "firmware/port/esp8266/policy/choice.h"

enum choice choice_make(const struct choice_facts *facts)
{
    bool is_selected = facts->otadata_is_good && facts->selected == facts->running;

    if (facts->otadata_is_blank && facts->selected == facts->running)
        return CHOICE_FORGET;
    if (facts->active == facts->running)
        return is_selected ? CHOICE_RUN : CHOICE_SELECT;
    return facts->selected == facts->active ? CHOICE_SKIP : CHOICE_SWITCH;
}
