/* Defect: finishes unary calls twice. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    good_message(state, call, message);
    if (((Call *)state)->kind == SH_UNARY) host->finish(host, call, NULL);
}
