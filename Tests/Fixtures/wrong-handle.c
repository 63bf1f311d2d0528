/* Defect: counts calls, and takes the number for the handle. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    host->request(host, (sh_call)calls, 1);
    good_message(state, call, message);
}
