/* Defect: sends a message in on_close, after its own finish. */
#include "begin.h"
static void closed(void *state, sh_call call) {
    host->send(host, call, word);
    free(state);
}
#define ON_CLOSE closed
#include "end.h"
