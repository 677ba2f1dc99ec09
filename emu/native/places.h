/* emu/native/places.h - names of program locations, by addr2line, which binutils brings along and
 * every compiler needs anyway. */
#ifndef EMU_NATIVE_PLACES_H
#define EMU_NATIVE_PLACES_H

#include <stddef.h>
#include <stdint.h>

struct place {
    char function[80], location[176]; /* as addr2line prints them: "??" when it does not know */
};

/* Whose places places_find knows from now on: the program at path (borrowed), instead of the one
 * that runs. */
void places_program(const char *path);

/* Calls found for each of the n addresses (of the instruction, not of the one behind a call), and
 * again for each function it was inlined into, outwards. Starts one addr2line: takes ms. Returns
 * how often it called. */
size_t places_find(const uintptr_t *pc, size_t n, void *self,
                   void (*found)(void *self, uintptr_t pc, const struct place *place));

/* A location for people: below the working directory from there, without what addr2line adds.
 * Changes it. */
const char *places_shorten(char *location);

#endif
