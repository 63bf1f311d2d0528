/* Defect: leaves a thread when it is retired. */
#include "begin.h"
static void *sleeper(void *argument) {
    (void)argument;
    for (;;) pause();
    return 0;
}
static sh_status retire(void *instance, sh_residue *residue) {
    (void)instance, (void)residue;
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    return SH_OK;
}
#define RETIRE retire
#include "end.h"
