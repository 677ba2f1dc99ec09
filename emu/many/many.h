/* emu/many/many.h - what the sources of emu-many share: its command line, what a run did, and the
 * report. docs/many.md is its manual. */
#ifndef EMU_MANY_MANY_H
#define EMU_MANY_MANY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/many/pool.h"

struct many_options {
    int optimise;         /* --optimise, else --seeds */
    uint64_t first, last; /* seeds */
    int has_reference;
    uint64_t reference; /* --reference */
    unsigned processes;
    double timeout_s;   /* of each run */
    int exact;          /* --exact: every access of the program counts, and every value */
    int tap;            /* --tap */
    const char *junit;  /* --junit: a file; null */
    const char *called; /* the program as the user named it */
    char **words;       /* what is handed on: options of emu and the program, or emu-cc's words */
    int nwords;
};

/* What one run did, as far as it is compared. */
struct outcome {
    uint64_t digest; /* of accesses, text and end */
    uint64_t accesses;
    int status, sig;
    int no_end; /* ended by its time limit: only that is compared */
};

/* Reads what a run left. 0; -1: the log is not whole, why says so. */
int outcome_of(const struct many_options *o, const struct pool_run *r, struct outcome *out,
               char *why, size_t nbytes);

/* "status 0", "signal 11", "no end in 10 s" */
const char *outcome_end(const struct many_options *o, const struct outcome *out, char *buf,
                        size_t nbytes);

/* One run or build that was tried, for the report. */
struct trial {
    char name[64]; /* "seed 7", "gcc -O2" */
    int differs;
    const char *how;   /* in what, lines; null if it does not. Several trials may share it */
    const char *again; /* how to repeat it; null */
};

/* Writes TAP to f, or JUnit XML. */
void report_tap(FILE *f, const char *program, const struct trial *t, size_t n);
void report_junit(FILE *f, const char *program, const struct trial *t, size_t n);

/* Runs the two commands with --record, and puts into a text (the caller's to free; null: no memory)
 * in what the second differs from the first. */
char *difference(const struct many_options *o, char **a, const char *name_a, char **b,
                 const char *name_b);

/* --seeds and --optimise: the exit status. */
int seeds_run(const struct many_options *o);
int optimise_run(const struct many_options *o);

/* Ends the process with status 2 and a message. */
void many_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* What run r wrote to standard error goes to this process's; then it ends with status 2. */
void many_give_up(const struct pool_run *r) __attribute__((noreturn));

/* Writes the report where the options say; the human one is made by the caller. */
void many_reports(const struct many_options *o, const struct trial *t, size_t n);

/* The tree's emu folder, with a name in it: EMU/emu-compare. */
void many_tool(const char *name, char *path, size_t nbytes);

#endif
