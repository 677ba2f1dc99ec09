/* tests/fuzz/installer.h - the installer's receiver, fed by a script: for libFuzzer and for a unit
 * test that runs it on scripts of its own. */
#ifndef TESTS_FUZZ_INSTALLER_H
#define TESTS_FUZZ_INSTALLER_H

#include <stddef.h>
#include <stdint.h>

/* Runs boot_program against the scripted boot loader in data; ends the process when it breaks a
 * promise. Returns 0, as libFuzzer wants it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

extern int installer_result; /* what boot_program returned last */

#endif
