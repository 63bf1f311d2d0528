/* Defect: keeps the call in a global, and so answers only the one that was opened last. */
#include "begin.h"
static sh_call current;
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state);
static void message(void *state, sh_call call, sh_bytes message);
#define ON_OPEN open_call
#define ON_MESSAGE message
#include "end.h"
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state) {
    current = call;
    return good_open(instance, method, call, info, state);
}
static void message(void *state, sh_call call, sh_bytes message) {
    if (call == current) good_message(state, call, message);
}
