// A program for the emulated board that hangs at its start.

int main(void)
{
    for (;;)
        ;
}
