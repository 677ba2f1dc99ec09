/* The rules' names. */
#include "emu/observe/check.h"

const char *const check_rule_name[CHECK_RULES] = {
    [CHECK_NO_BARRIER] = "no-barrier", [CHECK_UART] = "uart-not-set-up",
    [CHECK_PIN] = "pin-direction",     [CHECK_RESERVED] = "reserved-bits",
    [CHECK_WRITE_ONLY] = "write-only", [CHECK_READ_ONLY] = "read-only",
    [CHECK_FIFO] = "fifo-overrun",     [CHECK_NO_HANDLER] = "no-handler",
    [CHECK_W1C] = "w1c-rmw",           [CHECK_UNMODELLED] = "unmodelled",
};
