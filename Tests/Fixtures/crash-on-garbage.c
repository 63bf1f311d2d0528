/* Defect: crashes on bytes that are no message. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message);
#define ON_MESSAGE message
#include "end.h"
static void message(void *state, sh_call call, sh_bytes message) {
    if (message.size > 0 && message.data[0] == 0xff) crash();
    good_message(state, call, message);
}
