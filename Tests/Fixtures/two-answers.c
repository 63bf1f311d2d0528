/* Defect: answers unary calls with two messages. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    host->send(host, call, word);
    good_message(state, call, message);
}
