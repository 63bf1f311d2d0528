/* Defect: goes on sending when the queue is full. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    if (((Call *)state)->kind == SH_SERVER_STREAMING)
        for (int i = 0; i < 100; i++) host->send(host, call, word);
    good_message(state, call, message);
}
