#ifndef TEST_UNIT_FIRMWARE_ENROL_STACK_H
#define TEST_UNIT_FIRMWARE_ENROL_STACK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pthread.h>
#include <sys/mman.h>

#include <cmocka.h>

// A stack on which something secret was done, and what is left there.

#define ENROL_STACK_SIZE ((size_t)1024 * 1024)
#define ENROL_STACK_WINDOW 8 // bytes of a secret that nobody has by chance

typedef void enrol_stack_work(void *ctx);

struct enrol_stack {
    uint8_t *bytes;
    enrol_stack_work *work;
    void *ctx;
};

// So far down that nothing writes over it when the thread ends.
static inline void *enrol_stack_start(void *ctx)
{
    struct enrol_stack *stack = ctx;
    volatile char above[ENROL_STACK_SIZE / 4];

    above[0] = 0;
    (void)above[0];
    stack->work(stack->ctx);
    return stack;
}

static inline void enrol_stack_run(struct enrol_stack *stack, enrol_stack_work *work, void *ctx)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *done = NULL;

    stack->work = work;
    stack->ctx = ctx;
    stack->bytes = mmap(NULL, ENROL_STACK_SIZE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack->bytes != MAP_FAILED);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack->bytes, ENROL_STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, enrol_stack_start, stack), 0);
    assert_int_equal(pthread_join(thread, &done), 0);
    assert_ptr_equal(done, stack);
    (void)pthread_attr_destroy(&attributes);
}

// Whether any ENROL_STACK_WINDOW bytes of the secret are still there.
static inline bool enrol_stack_holds(
    const struct enrol_stack *stack, const uint8_t *secret, size_t n)
{
    for (size_t i = 0; i + ENROL_STACK_WINDOW <= n; i++) {
        if (memmem(stack->bytes, ENROL_STACK_SIZE, secret + i, ENROL_STACK_WINDOW) != NULL)
            return true;
    }
    return false;
}

static inline void enrol_stack_clear(struct enrol_stack *stack)
{
    (void)munmap(stack->bytes, ENROL_STACK_SIZE);
}

#endif
