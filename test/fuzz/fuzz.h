#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the fuzz targets share. A target is one x_fuzz.c with this one function, which returns 0; it
// is linked with libFuzzer, or with corpus_main.c to run the files of corpus/x.
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_INPUT_MAX 65536 // bytes; scripts/fuzz makes no inputs as long as that

// A finding, unless the condition holds.
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

// A copy behind whose last byte no other byte can be read, not even by libraries without
// sanitizers; of fuzz_text() that is a NUL. Valid until the sixteenth such call after it.
uint8_t *fuzz_bytes(const uint8_t *p, size_t n);
char *fuzz_text(const uint8_t *p, size_t n);

// An input that is read from front to back.
struct fuzz_input {
    const uint8_t *p;
    size_t n;
};

// Take a little-endian number, 0 at the end; and a line without its newline, as by fuzz_text().
uint32_t fuzz_take_u16(struct fuzz_input *input);
uint32_t fuzz_take_u32(struct fuzz_input *input);
char *fuzz_take_line(struct fuzz_input *input);

// Whether the n bytes at p are those that fuzz_fill() wrote: for results that must not be touched.
void fuzz_fill(void *p, size_t n);
bool fuzz_is_untouched(const void *p, size_t n);

// The next of a row of numbers that the input alone determines; *state begins as any number but 0.
uint32_t fuzz_random(uint32_t *state);

// Writes "PRIVATE KEY" over each "GUARDED KEY", so that no file of a corpus looks like a key.
void fuzz_reveal_keys(uint8_t *p, size_t n);

// Makes the CRC-32 of an image descriptor good that starts at p, if its size is within n.
void fuzz_mend_descriptor(uint8_t *p, size_t n);

#endif
