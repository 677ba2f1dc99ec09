/* Addresses where a program has nothing to read, write or call; with NEAR one beside it that has.
 */
#include "rpi.h"

static volatile unsigned sink;
static const unsigned constant = 5;
static unsigned variable = 5;

static void called(void)
{
}

#if defined NULL_CALL || defined WILD_CALL
#ifdef NEAR
static void (*volatile target)(void) = called;
#elif defined NULL_CALL
static void (*volatile target)(void);
#else
static void (*volatile target)(void) = (void (*)(void))0x30000000;
#endif
#endif

static volatile unsigned *at(void)
{
#if defined NULL_READ || defined NULL_WRITE
    return (void *)0;
#elif defined VECTORS
    return (void *)0xfff0;
#elif defined CONSTANT
    return (void *)(unsigned long)&constant;
#elif defined CODE
    return (void *)(unsigned long)called;
#else
    return (void *)0x21000000;
#endif
}

static volatile unsigned *near(void)
{
#if defined VECTORS
    return (void *)0x10000;
#elif defined UNMAPPED
    return (void *)0x1ffffffc;
#else
    return &variable;
#endif
}

void notmain(void)
{
#ifdef NEAR
    volatile unsigned *p = near();
#else
    volatile unsigned *p = at();
#endif
    called();
#if defined NULL_CALL || defined WILD_CALL
    (void)p;
    target(); /* here */
#elif defined NULL_READ
    sink = *p; /* here */
#else
    *p = 1; /* here */
#endif
    (void)near;
    (void)at;
    printk("end %d\n", constant);
}
