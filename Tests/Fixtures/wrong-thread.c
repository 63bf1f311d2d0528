/* Defect: starts a timer from a thread of its own. */
#include "begin.h"
static void nothing(void *argument) { (void)argument; }
static void *elsewhere(void *argument) {
    Call *call = argument;
    host->timer_start(host, call->loop, 1000000, nothing, NULL);
    return NULL;
}
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    pthread_t thread;
    pthread_create(&thread, NULL, elsewhere, state);
    pthread_join(thread, NULL);
    good_message(state, call, message);
}
