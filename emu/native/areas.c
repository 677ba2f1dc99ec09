/* Alternate signal stacks; see areas.h. */
#include "emu/native/areas.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "emu/native/fault.h"
#include "emu/native/native.h"
#include "emu/native/stacks.h"
#include "emu/native/valgrind-request.h"

enum { AREA_BYTES = 256 << 10, AREAS = 66 }; /* one more than handlers may wait, and a spare */

void native_leave_signal(uintptr_t in_area);
void native_enter_signal(uintptr_t in_area);

static char first[AREA_BYTES];
static struct {
    char *lo;
    int used;     /* holds a frame that will be returned to */
    uintptr_t id; /* by which valgrind knows it, or the stack it was left for; 0: not */
} areas[AREAS] = {{.lo = first}};

static void use(int i)
{
    stack_t ss = {.ss_sp = areas[i].lo, .ss_size = AREA_BYTES};

    sigaltstack(&ss, NULL);
}

void areas_start(void)
{
    use(0);
}

void areas_block(void)
{
    sigset_t set;

    native_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static int area_of(uintptr_t p)
{
    for (int i = 0; i < AREAS; i++) {
        if (areas[i].lo && p - (uintptr_t)areas[i].lo < AREA_BYTES)
            return i;
    }
    abort();
}

static int free_area(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

    for (int i = 0; i < AREAS; i++) {
        if (areas[i].used)
            continue;
        if (!areas[i].lo) {
            void *p = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);

            if (p == MAP_FAILED)
                break;
            areas[i].lo = p;
        }
        return i;
    }
    fprintf(stderr, "emu: no memory for one more signal stack\n");
    abort();
}

/* Called by native_run_handler on the interrupt stack, on the way from the signal's frame (which
 * holds in_area) to the program's handler: from now on signals find a free area. */
void native_leave_signal(uintptr_t in_area)
{
    int i = area_of(in_area);
    sigset_t set;

    if (areas[i].id)
        valgrind_request(VG_STACK_DEREGISTER, areas[i].id, 0, 0, 0);
    areas[i].id = 0;
    areas[i].used = 1;
    use(free_area());
    native_signals(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* The way back. Signals stay blocked until the frame is returned to. valgrind allows the step to a
 * stack it was told of. */
void native_enter_signal(uintptr_t in_area)
{
    int i = area_of(in_area);
    uintptr_t lo = (uintptr_t)areas[i].lo;

    areas_block();
    areas[i].used = 0;
    areas[i].id = valgrind_request(VG_STACK_REGISTER, lo, lo + AREA_BYTES - 1, 0, 0);
    use(i);
}

/* valgrind believes the program on the stack it last saw the step to, which is this one; the return
 * from a signal is none. So this one is said to be the program's. */
void areas_return(void)
{
    int i = area_of((uintptr_t)__builtin_frame_address(0));
    size_t nbytes;
    uintptr_t lo = stacks_running(&nbytes);

    valgrind_request(VG_STACK_CHANGE, areas[i].id, lo, lo + nbytes, 0);
}
