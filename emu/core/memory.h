/* emu/core/memory.h - the program's RAM as bus masters see it: the mailbox's firmware, DMA, the SD
 * controller. */
#ifndef EMU_CORE_MEMORY_H
#define EMU_CORE_MEMORY_H

#include <stdint.h>

struct memory {
    void *self;
    /* nbytes from addr (an ARM address, without the bus's alias bits): where that is in this
     * process, to be read, or written, too; null: it is not all RAM of the program. */
    void *(*at)(void *self, uint32_t addr, uint32_t nbytes, int write);
};

#endif
