/* Defect: sends for a call that it has let go. */
#include "begin.h"
static int moving;
static sh_status yield(void *state, sh_call call) { (void)state, (void)call; moving = 1; return SH_OK; }
static void closed(void *state, sh_call call) {
    if (moving) host->send(host, call, word);
    moving = 0;
    free(state);
}
#define ON_YIELD yield
#define ON_CLOSE closed
#include "end.h"
