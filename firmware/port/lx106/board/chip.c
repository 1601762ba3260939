// Time and sleep of the processor.
#include "firmware/port/lx106/board/chip.h"

#include "firmware/port/lx106/board/crash.h"

#define CYCLES_PER_MS 40000u // CCOUNT's rate on this board
#define TICK_MS 10u
#define TICK_CYCLES (TICK_MS * CYCLES_PER_MS)

#define INTERRUPT_ETHERNET (1u << 1)
#define INTERRUPT_TICK (1u << 6) // CCOMPARE0

static volatile uint32_t tick_at; // CCOUNT of the last tick
static volatile uint32_t ticks_ms;
static volatile uint32_t fed_at_ms;

#define READ(name, value) __asm__ volatile("rsr %0, " #name : "=a"(value))
#define WRITE(name, value) __asm__ volatile("wsr %0, " #name "\n\trsync" : : "a"(value))

static uint32_t cycles(void)
{
    uint32_t value;

    READ(ccount, value);
    return value;
}

static uint32_t lock(void)
{
    uint32_t state;

    __asm__ volatile("rsil %0, 1" : "=a"(state) : : "memory");
    return state;
}

static void unlock(uint32_t state)
{
    __asm__ volatile("wsr %0, ps\n\trsync" : : "a"(state) : "memory");
}

void chip_start(void)
{
    tick_at = cycles();
    WRITE(ccompare0, tick_at + TICK_CYCLES);
    WRITE(intenable, INTERRUPT_TICK);
    unlock(0x20); // interrupts of all levels, user vector
}

// A deadline may be long over when the host did not run us: CCOMPARE would then wait for CCOUNT to
// wrap.
static void serve_tick(void)
{
    do {
        while (cycles() - tick_at >= TICK_CYCLES) {
            tick_at += TICK_CYCLES;
            ticks_ms += TICK_MS;
        }
        WRITE(ccompare0, tick_at + TICK_CYCLES);
    } while (cycles() - tick_at >= TICK_CYCLES);
    WRITE(intenable, INTERRUPT_TICK | INTERRUPT_ETHERNET);
    if (ticks_ms - fed_at_ms > CHIP_WATCHDOG_MS)
        crash_stop("watchdog");
}

void chip_serve_interrupts(void)
{
    uint32_t pending;

    READ(interrupt, pending);
    if (pending & INTERRUPT_ETHERNET)
        WRITE(intenable, INTERRUPT_TICK); // chip_wait() lets it in again
    if (pending & INTERRUPT_TICK)
        serve_tick();
}

uint32_t chip_now_ms(void)
{
    uint32_t state = lock();
    uint32_t now_ms = ticks_ms + (cycles() - tick_at) / CYCLES_PER_MS;

    unlock(state);
    return now_ms;
}

void chip_feed_watchdog(void)
{
    fed_at_ms = ticks_ms;
}

// The network interrupts a sleep only, and once: what it brings is served by the loop, and QEMU,
// which resets the board, leaves the controller's line as it was.
void chip_wait(void)
{
    uint32_t state = lock();

    WRITE(intenable, INTERRUPT_TICK | INTERRUPT_ETHERNET);
    __asm__ volatile("waiti 0" : : : "memory"); // lets the interrupts in
    unlock(state);
}
