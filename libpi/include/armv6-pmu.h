/* armv6-pmu.h - the performance monitor: two counters of events and one of cycles (ARM1176
 * TRM 3.2.51 to 3.2.54). The events have no meaning on a laptop: programs that count them do not
 * link there. */
#ifndef ARMV6_PMU_H
#define ARMV6_PMU_H

#include "asm-helpers.h"
#include "bit-support.h"
#include "libpi-port.h"
#include "rpi.h"

/* Function definitions, without semicolons. */
/* clang-format off */
cp_asm(pmu_control, p15, 0, c15, c12, 0)
cp_asm(pmu_event0, p15, 0, c15, c12, 2)
cp_asm(pmu_event1, p15, 0, c15, c12, 3)
#ifdef __arm__
cp_asm(pmu_cycle, p15, 0, c15, c12, 1)
#endif
/* clang-format on */

#ifndef __arm__
            static inline uint32_t pmu_cycle_get(void)
{
    return libpi_cycles();
}

void pmu_enable0(uint32_t type);
void pmu_enable1(uint32_t type);
void pmu_enable(unsigned n, uint32_t type);
#endif

/* XX(short name, name, number, text), TRM 3.2.51 */
#define PMU_EVENTS(XX)                                                                             \
    XX(icache_miss, PMU_ICACHE_MISS, 0x0, "icache miss")                                           \
    XX(inst_stall, PMU_INST_STALL, 0x1, "instruction stall [tlb/cache miss]")                      \
    XX(data_stall, PMU_DATA_STALL, 0x2, "data dependency stall")                                   \
    XX(itlb_miss, PMU_INST_MICROTLB_MISS, 0x3, "instruction microtlb miss")                        \
    XX(dtlb_miss, PMU_DATA_MICROTLB_MISS, 0x4, "data microtlb miss")                               \
    XX(branch_cnt, PMU_BRANCH_EXECUTED, 0x5, "branch executed")                                    \
    XX(branch_miss, PMU_BRANCH_MISPREDICT, 0x6, "branch mispredict")                               \
    XX(inst_cnt, PMU_INST_CNT, 0x7, "instruction count")                                           \
    XX(dcache_access, PMU_DCACHE_ACCESS, 0xA, "dcache access")                                     \
    XX(dcache_miss, PMU_DCACHE_MISS, 0xB, "dcache miss")                                           \
    XX(dcache_wb, PMU_DCACHE_WB, 0xC, "dcache write back")                                         \
    XX(pc_write, PMU_PC_WRITE, 0xD, "sw changed pc [indir jump?]")                                 \
    XX(tlb_miss, PMU_MAIN_TLB_MISS, 0xF, "main tlb miss")                                          \
    XX(data_access, PMU_EXPLICIT_DATA_ACCESS, 0x10, "explicit data access")                        \
    XX(wb_drain, PMU_WBACK_DRAINED, 0x12, "writeback drained (stall?)")                            \
    XX(main_tlb_miss, PMU_TLB_MISS, 0x16, "TLB miss")                                              \
    XX(call_cnt, PMU_CALL_CNT, 0x23, "call count")                                                 \
    XX(ret_cnt, PMU_RET_CNT, 0x24, "return count")                                                 \
    XX(ret_hit, PMU_RET_PREDICTED, 0x25, "return predicted")                                       \
    XX(ret_miss, PMU_RET_MISPREDICTED, 0x26, "return mispredicted")                                \
    XX(cycle_cnt, PMU_CYCLE_CNT, 0xff, "cycle count")

#define PMU_NUMBER(fn, name, number, text) name = number,
enum pmu_event { PMU_EVENTS(PMU_NUMBER) };
#undef PMU_NUMBER

/* Writes the control register; ones in bits 8 to 10 clear the overflow flags. */
static inline void pmu_control_config(uint32_t control)
{
    pmu_control_set(bits_set(control, 8, 10, 7));
}

static inline uint32_t pmu_type0(void)
{
    return bits_get(pmu_control_get(), 20, 27);
}

static inline uint32_t pmu_type1(void)
{
    return bits_get(pmu_control_get(), 12, 19);
}

#ifdef __arm__
/* Counts events of that number from now on; bit 0 enables, bit 1 starts both counters at 0. */
static inline void pmu_enable0(uint32_t type)
{
    assert((type & 0xff) == type);
    pmu_control_config(bits_set(pmu_control_get(), 20, 27, type) | 3);
    assert(pmu_type0() == type);
}

static inline void pmu_enable1(uint32_t type)
{
    assert((type & 0xff) == type);
    pmu_control_config(bits_set(pmu_control_get(), 12, 19, type) | 3);
    assert(pmu_type1() == type);
}

/* n: counter 0 or 1. */
static inline void pmu_enable(unsigned n, uint32_t type)
{
    if (n > 1)
        panic("bad PMU coprocessor number=%d\n", n);
    if (n == 0)
        pmu_enable0(type);
    else
        pmu_enable1(type);
}
#endif

static inline uint32_t pmu_event_get(unsigned n)
{
    if (n > 1)
        panic("bad PMU coprocessor number=%d\n", n);
    return n == 0 ? pmu_event0_get() : pmu_event1_get();
}

/* pmu_X_on(n) counts event X in counter n, pmu_X(n) reads it, pmu_X_str() names it. */
#define PMU_FUNCTIONS(fn, name, number, text)                                                      \
    static inline void pmu_##fn##_on(unsigned n)                                                   \
    {                                                                                              \
        pmu_enable(n, name);                                                                       \
    }                                                                                              \
    static inline uint32_t pmu_##fn(unsigned n)                                                    \
    {                                                                                              \
        return pmu_event_get(n);                                                                   \
    }                                                                                              \
    static inline const char *pmu_##fn##_str(void)                                                 \
    {                                                                                              \
        return text;                                                                               \
    }
PMU_EVENTS(PMU_FUNCTIONS)
#undef PMU_FUNCTIONS

#ifdef __arm__
/* Runs stmts; stores how many events of the two kinds they took and prints them with the cycles. */
#define pmu_stmt_measure_set(cnt0, cnt1, msg, type0, type1, stmts)                                 \
    do {                                                                                           \
        pmu_##type0##_on(0);                                                                       \
        pmu_##type1##_on(1);                                                                       \
        uint32_t _pmu0 = pmu_##type0(0);                                                           \
        uint32_t _pmu1 = pmu_##type1(1);                                                           \
        uint32_t _pmu_cyc = pmu_cycle_get();                                                       \
        gcc_mb();                                                                                  \
        stmts;                                                                                     \
        gcc_mb();                                                                                  \
        cnt0 = pmu_##type0(0) - _pmu0;                                                             \
        cnt1 = pmu_##type1(1) - _pmu1;                                                             \
        _pmu_cyc = pmu_cycle_get() - _pmu_cyc;                                                     \
        output("%s:%d: %s:\n\tcycles=%d\n\t%s=%d\n\t%s=%d\n", __FILE__, __LINE__, msg, _pmu_cyc,   \
               pmu_##type0##_str(), cnt0, pmu_##type1##_str(), cnt1);                              \
    } while (0)
#else
/* A function of the macro's name, which nobody defines: the linker says it as the program does. */
void(pmu_stmt_measure_set)(uint32_t *, uint32_t *, const char *, const char *, const char *);
void(pmu_stmt_measure)(const char *, const char *, const char *);
#define pmu_stmt_measure_set(cnt0, cnt1, msg, type0, type1, stmts)                                 \
    do {                                                                                           \
        stmts;                                                                                     \
        (pmu_stmt_measure_set)(&(cnt0), &(cnt1), msg, pmu_##type0##_str(), pmu_##type1##_str());   \
    } while (0)
#endif

#ifdef __arm__
#define pmu_stmt_measure(msg, type0, type1, stmts)                                                 \
    do {                                                                                           \
        uint32_t _pmu_n0, _pmu_n1;                                                                 \
        pmu_stmt_measure_set(_pmu_n0, _pmu_n1, msg, type0, type1, stmts);                          \
    } while (0)
#else
#define pmu_stmt_measure(msg, type0, type1, stmts)                                                 \
    do {                                                                                           \
        stmts;                                                                                     \
        (pmu_stmt_measure)(msg, pmu_##type0##_str(), pmu_##type1##_str());                         \
    } while (0)
#endif

#endif
