/* Defect: goes on sending to calls that were cancelled, every 10 ms. */
#include "begin.h"
static void tick(void *argument) {
    Call *call = argument;
    host->send(host, call->handle, word);
    call->timer = host->timer_start(host, call->loop, 10000000, tick, call);
}
static void message(void *state, sh_call call, sh_bytes message);
static void closed(void *state, sh_call call) { (void)state, (void)call; }
#define ON_MESSAGE message
#define ON_CLOSE closed
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    if (((Call *)state)->kind == SH_SERVER_STREAMING) tick(state);
    else good_message(state, call, message);
}
