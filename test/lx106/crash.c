// A program for the emulated board that crashes at its start: a load from NULL.
#include <stddef.h>

int main(void)
{
    static const volatile int *volatile nothing = NULL;

    return *nothing;
}
