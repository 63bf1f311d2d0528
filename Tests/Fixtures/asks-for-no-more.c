/* Defect: never asks for a second message. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    Call *own = state;
    if (own->kind == SH_UNARY || own->kind == SH_SERVER_STREAMING) good_message(state, call, message);
}
