/* demand.h - assertions, panics and the TRACE lines that tests print, with each year's texts. */
#ifndef LIBPI_DEMAND_H
#define LIBPI_DEMAND_H

#include "libpi-year.h"

/* A program that includes demand.h or assert.h without rpi.h still needs what the macros call. */
int printk(const char *format, ...);
void clean_reboot(void) __attribute__((noreturn));
void rpi_reboot(void) __attribute__((noreturn));

#define _XSTRING(x) #x
#if LIBPI_YEAR >= 2023
#define STRINGIFY(x) #x
#define LINE_STR_HELPER(x) _XSTRING(x)
#define LINE_STR() LINE_STR_HELPER(__LINE__)
#endif

/* Compile-time check inside a function. */
#define AssertNow(x)                                                                               \
    switch (1) {                                                                                   \
    case (x):                                                                                      \
    case 0:;                                                                                       \
    }

/* Parentheses: printk itself may be a macro of the program. */
#if LIBPI_YEAR >= 2023
#define debug(msg, args...)                                                                        \
    (printk)("%s:%s:%d:DEBUG:" msg, __FILE__, __FUNCTION__, __LINE__, ##args)
#elif !defined(NDEBUG)
#define debug(msg, args...) (printk)("%s:%s:%d:" msg, __FILE__, __FUNCTION__, __LINE__, ##args)
#else
#define debug(msg, args...)                                                                        \
    do {                                                                                           \
    } while (0)
#endif

#if LIBPI_YEAR == 2019
#define LIBPI_DIE() rpi_reboot()
#define LIBPI_BEFORE_DYING()
#elif LIBPI_YEAR == 2020
void rpi_reset_putc(void);
#define LIBPI_DIE() clean_reboot()
#define LIBPI_BEFORE_DYING() rpi_reset_putc();
#else
#define LIBPI_DIE() clean_reboot()
#define LIBPI_BEFORE_DYING()
#endif

#define panic(msg, args...)                                                                        \
    do {                                                                                           \
        LIBPI_BEFORE_DYING()                                                                       \
        (printk)("PANIC:%s:%s:%d:" msg "\n", __FILE__, __FUNCTION__, __LINE__, ##args);            \
        LIBPI_DIE();                                                                               \
    } while (0)

/* The message of demand needs no quotes unless it holds a comma or a conversion. */
#if LIBPI_YEAR >= 2023
#define demand(_expr, _msg, args...)                                                               \
    do {                                                                                           \
        if (!(_expr)) {                                                                            \
            debug("ERROR: Demand `%s` failed:" _XSTRING(_msg) "\n", _XSTRING(_expr), ##args);      \
            clean_reboot();                                                                        \
        }                                                                                          \
    } while (0)
#else
#define demand(_expr, _msg, args...)                                                               \
    do {                                                                                           \
        if (!(_expr)) {                                                                            \
            LIBPI_BEFORE_DYING()                                                                   \
            (printk)("ERROR:%s:%s:%d: FALSE(<" _XSTRING(_expr) ">): " _XSTRING(_msg) "\n",         \
                     __FILE__, __FUNCTION__, __LINE__, ##args);                                    \
            LIBPI_DIE();                                                                           \
        }                                                                                          \
    } while (0)
#endif

#define unimplemented() panic("implement this function!\n");

#if LIBPI_YEAR >= 2020
#define output printk
#endif
#if LIBPI_YEAR == 2020
#define pi_trace(args...)                                                                          \
    do {                                                                                           \
        printk("TRACE:");                                                                          \
        printk(args);                                                                              \
    } while (0)
#endif

#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2021) || defined(LIBPI_YEAR_2022)
#define LIBPI_TRACES
#endif

#ifdef LIBPI_TRACES
#define not_reached() panic("NOTREACHED!\n")
#define todo(msg...) panic("TODO:" msg)
#define debug_output(msg...) output("DEBUG:" msg)

#define exit_success(args...)                                                                      \
    do {                                                                                           \
        printk("SUCCESS:");                                                                        \
        output(args);                                                                              \
        clean_reboot();                                                                            \
    } while (0)

#define test_passed(args...)                                                                       \
    do {                                                                                           \
        printk(__FILE__ "PASS:");                                                                  \
        output(args);                                                                              \
        clean_reboot();                                                                            \
    } while (0)

/* Until 2025 the prefix is printed before the arguments are evaluated, in 2026 after. */
#if LIBPI_YEAR >= 2026
#define trace(fmt, args...)                                                                        \
    do {                                                                                           \
        printk("TRACE:%s:" fmt, __FUNCTION__, ##args);                                             \
    } while (0)
#define trace_nofn(fmt, args...)                                                                   \
    do {                                                                                           \
        printk("TRACE:" fmt, ##args);                                                              \
    } while (0)
#elif LIBPI_YEAR == 2020
#define trace(args...) pi_trace(args)
#else
#define trace(args...)                                                                             \
    do {                                                                                           \
        printk("TRACE:%s:", __FUNCTION__);                                                         \
        printk(args);                                                                              \
    } while (0)
#endif

#define trace_notreached() trace_panic("should not reach\n")
#define trace_clean_exit(args...)                                                                  \
    do {                                                                                           \
        trace(args);                                                                               \
        clean_reboot();                                                                            \
    } while (0)
#define trace_panic(args...)                                                                       \
    do {                                                                                           \
        printk("TRACE:ERROR:");                                                                    \
        printk(args);                                                                              \
        clean_reboot();                                                                            \
    } while (0)
#endif

#endif

/* From 2023 on a program may bring its own assert; before, ours replaces any. */
#ifndef LIBPI_ASSERT
#define LIBPI_ASSERT
#if LIBPI_YEAR >= 2023
#ifndef assert
#define assert(bool)                                                                               \
    do {                                                                                           \
        if ((bool) == 0) {                                                                         \
            debug("ERROR: Assertion `%s` failed.\n", #bool);                                       \
            clean_reboot();                                                                        \
        }                                                                                          \
    } while (0)
#endif
#else
#undef assert
#define assert(bool)                                                                               \
    do {                                                                                           \
        if ((bool) == 0)                                                                           \
            panic(#bool);                                                                          \
    } while (0)
#endif
#endif
