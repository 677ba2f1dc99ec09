/* helper-macros.h - alignment, checks of struct layouts, and structs in 32-bit registers. */
#ifndef HELPER_MACROS_H
#define HELPER_MACROS_H

#include "demand.h"
#include "libpi-year.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if LIBPI_YEAR == 2019
#define is_aligned(x, a) (((x) & ((typeof(x))(a)-1)) == 0)
#define roundup(x, n) (((x) + ((n)-1)) & (~((n)-1)))
#else
#define is_aligned(x, a) ((uint32_t)(uintptr_t)(x) % (a) == 0)
#define is_aligned_ptr(x, a) is_aligned(x, a)
/* n: a power of two. */
#define pi_roundup(x, n) (((x) + ((n)-1)) & (~((n)-1)))
#define aligned(ptr, n) is_aligned(ptr, n)
#define aligned4(ptr) aligned(ptr, 4)
#define zero(x) memset(x, 0, sizeof *(x))
#endif

/* Panics unless the field lies at bit off of a 32-bit struct and is nbits wide. */
#define check_bitfield(T, field, off, nbits)                                                       \
    do {                                                                                           \
        union _u {                                                                                 \
            T s;                                                                                   \
            unsigned u;                                                                            \
        } _x = {.u = 0};                                                                           \
        _x.s.field = 1;                                                                            \
        unsigned _exp = 1u << (off);                                                               \
        if (_x.u != _exp)                                                                          \
            panic("offset wrong: expect %x got %x %s [off=%d,nbits=%d]\n", _exp, _x.u, #field,     \
                  off, nbits);                                                                     \
        _x.s.field = ~0;                                                                           \
        _exp = (~0u >> (32 - (nbits))) << (off);                                                   \
        if (_x.u != _exp)                                                                          \
            panic("width wrong: expect %x got %x %s [off=%d,nbits=%d]\n", _exp, _x.u, #field, off, \
                  nbits);                                                                          \
    } while (0)

#define print_field(x, field)                                                                      \
    do {                                                                                           \
        printk("\t0b%b\t= %s\n", (x)->field, #field);                                              \
        if (((x)->field) > 8)                                                                      \
            printk("\t0x%x\n", (x)->field);                                                        \
    } while (0)

#define check_off_static(T, field, off, nbytes)                                                    \
    _Static_assert(offsetof(T, field) == (off), "field offset is wrong");                          \
    _Static_assert(sizeof((T *)0)->field == (nbytes), "nbytes is wrong")

#define check_off(T, field, off, nbytes)                                                           \
    do {                                                                                           \
        unsigned _got = offsetof(T, field);                                                        \
        if (_got != (off))                                                                         \
            panic("field <%s> offset wrong: expect %d got %d\n", #field, off, _got);               \
        unsigned _size = sizeof((T *)0)->field;                                                    \
        if (_size != (nbytes))                                                                     \
            panic("field <%s> wrong size: expect %d, got %d\n", #field, nbytes, _size);            \
    } while (0)

#if LIBPI_YEAR >= 2020
/* A 32-bit value as a struct of the same size, and back. */
#define u32_to_T(_T, _val)                                                                         \
    ({                                                                                             \
        union _u {                                                                                 \
            _T t;                                                                                  \
            uint32_t u;                                                                            \
        } _both = {.u = (_val)};                                                                   \
        _Static_assert(sizeof(_T) == 4, "a register has 32 bits");                                 \
        _both.t;                                                                                   \
    })
#define T_to_u32(_T, _val)                                                                         \
    ({                                                                                             \
        union _u {                                                                                 \
            _T t;                                                                                  \
            uint32_t u;                                                                            \
        } _both = {.t = (_val)};                                                                   \
        _Static_assert(sizeof(_T) == 4, "a register has 32 bits");                                 \
        _both.u;                                                                                   \
    })

/* The first byte of a struct. */
#define u8_to_T(_T, _val)                                                                          \
    ({                                                                                             \
        _T _to;                                                                                    \
        uint8_t _from = (_val);                                                                    \
        memset(&_to, 0, sizeof _to);                                                               \
        memcpy(&_to, &_from, 1);                                                                   \
        _to;                                                                                       \
    })
#define T_to_u8(_T, _val)                                                                          \
    ({                                                                                             \
        uint8_t _to;                                                                               \
        _T _from = (_val);                                                                         \
        memcpy(&_to, &_from, 1);                                                                   \
        _to;                                                                                       \
    })

/* One 32-bit access for a whole struct: a device may not take it byte by byte. */
#define put32_T(_s, _v) put32(&(_s), T_to_u32(typeof(_v), _v))
#define PUT32_T(_s, _v) PUT32(_s, T_to_u32(typeof(_v), _v))
#define get32_T(_x) u32_to_T(typeof(*(_x)), get32(_x))
#define assign32_T(_lhs, _rhs) ((_lhs) = u32_to_T(typeof(_lhs), GET32(_rhs)))
#endif

#endif
